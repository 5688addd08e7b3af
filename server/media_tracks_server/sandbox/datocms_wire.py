"""DatoCMS's errors, request headers and JSON:API bodies."""

import secrets
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media_tracks_server.sandbox.wire import Json, as_object, json_object

CREDENTIAL = "sandbox-datocms"
"""The site's API token, the same at every start so that a configured client stays so."""

READ_ONLY_CREDENTIAL = "sandbox-datocms-read-only"
"""The token of a role whose only upload permission is `read`."""

PRIMARY_ENVIRONMENT = "main"
SANDBOX_ENVIRONMENT = "staging"

_ERRORS_PAGE = "https://www.datocms.com/docs/content-management-api/errors"
_BODY_TYPES = ("application/json", "application/vnd.api+json")

BodyModel = TypeVar("BodyModel", bound=BaseModel)


class ApiError(Exception):
    """An answer of type api_error; the code's name is DatoCMS's, its status often inferred."""

    def __init__(
        self, status: int, code: str, details: Json | None = None, *, is_transient: bool = False
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.details: Json = details or {}
        self.is_transient = is_transient

    def document(self) -> Json:
        """The error body (docs, "Errors"): the client ignores an error that has no id."""
        transient = {"transient": True} if self.is_transient else {}
        return {
            "data": [
                {
                    "id": secrets.token_hex(3),
                    "type": "api_error",
                    "attributes": {
                        "code": self.code,
                        "doc_url": f"{_ERRORS_PAGE}#{self.code}",
                        "details": self.details,
                        **transient,
                    },
                }
            ]
        }


async def answer_api_error(_: Request, error: Exception) -> Response:
    """Turn a refusal into its answer."""
    assert isinstance(error, ApiError)
    return JSONResponse(error.document(), error.status)


async def answer_no_endpoint(_: Request, error: Exception) -> Response:
    """Answer INVALID_ENDPOINT where no route fits; that it keeps status 404 or 405 is inferred."""
    assert isinstance(error, HTTPException)
    return JSONResponse(
        ApiError(error.status_code, "INVALID_ENDPOINT").document(), error.status_code
    )


def check_headers(request: Request) -> None:
    """Refuse a call without the headers that every call needs (docs, "Making requests").

    The codes are documented; 401 follows from the official test of a bad token, the other
    statuses (400, 406, 415, 404, and 403 for a role that may not write) are inferred, as is that
    every write needs more than `read`. `*/*` passes as an Accept header.
    """
    credential = request.headers.get("authorization", "").removeprefix("Bearer ")
    if credential not in (CREDENTIAL, READ_ONLY_CREDENTIAL):
        raise ApiError(401, "INVALID_AUTHORIZATION_HEADER")
    if request.headers.get("x-api-version") != "3":
        raise ApiError(400, "INVALID_API_VERSION")
    accepted = request.headers.get("accept", "*/*")
    if not any(kind in accepted for kind in (*_BODY_TYPES, "*/*")):
        raise ApiError(406, "INVALID_ACCEPT_HEADER")
    if environment_of(request) not in (PRIMARY_ENVIRONMENT, SANDBOX_ENVIRONMENT):
        raise ApiError(404, "INVALID_ENVIRONMENT")
    if credential == READ_ONLY_CREDENTIAL and request.method != "GET":
        raise ApiError(403, "INSUFFICIENT_PERMISSIONS")
    if request.method == "POST":
        _check_content_type(request)


def _check_content_type(request: Request) -> None:
    if not request.headers.get("content-type", "").startswith(_BODY_TYPES):
        raise ApiError(415, "INVALID_CONTENT_TYPE_HEADER")


def environment_of(request: Request) -> str:
    """The environment that X-Environment names, else the primary one."""
    return request.headers.get("x-environment", PRIMARY_ENVIRONMENT)


async def read_attributes(
    request: Request, model: type[BodyModel], types: tuple[str, ...]
) -> BodyModel:
    """Read `data.attributes` of a JSON:API body, refusing what the hyperschema would refuse.

    422 MISSING_FIELDS and 422 INVALID_ATTRIBUTES with their details come from issues of
    js-datocms-client (#115, #119); the other codes exist, their use and status are inferred.
    """
    body = json_object(await request.body())
    if body is None:
        raise ApiError(400, "INVALID_JSON_BODY")
    data = as_object(body.get("data"))
    attributes = as_object(data.get("attributes")) if data else None
    if data is None or attributes is None:
        raise ApiError(422, "INVALID_FORMAT")
    if data.get("type") not in types:
        raise ApiError(422, "INVALID_TYPE", {"expected": list(types)})
    try:
        return model.model_validate(attributes)
    except ValidationError as invalid:
        raise _refusal(model, invalid) from invalid


def _refusal(model: type[BaseModel], invalid: ValidationError) -> ApiError:
    fields = {
        kind: [str(error["loc"][0]) for error in invalid.errors() if error["type"] == kind]
        for kind in ("missing", "extra_forbidden")
    }
    if fields["missing"]:
        required = [name for name, field in model.model_fields.items() if field.is_required()]
        details: Json = {"required_fields": required, "missing_fields": fields["missing"]}
        return ApiError(422, "MISSING_FIELDS", details)
    if fields["extra_forbidden"]:
        details = {"extraneous_attributes": fields["extra_forbidden"]}
        return ApiError(422, "INVALID_ATTRIBUTES", details)
    field = str(invalid.errors()[0]["loc"][0])
    return ApiError(422, "INVALID_FIELD", {"field": field, "code": "VALIDATION_FORMAT"})
