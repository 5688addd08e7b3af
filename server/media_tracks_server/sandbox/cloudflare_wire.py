"""Cloudflare's envelope, errors, rate-limit headers and credentials."""

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from media_tracks_server.sandbox.wire import Json

BodyModel = TypeVar("BodyModel", bound=BaseModel)


class Credential(StrEnum):
    """The tokens that the sandbox knows."""

    USER = "sandbox-cloudflare-user"
    """A user's token: fit for everything but the account's verification."""
    ACCOUNT = "cfat_sandbox-cloudflare-account"
    """An account-owned token: /user/tokens/verify does not know it."""
    READ_ONLY = "sandbox-cloudflare-read-only"
    """A user's token with the permission Stream Read alone."""
    WITHOUT_STREAM = "sandbox-cloudflare-without-stream"
    """A good user token of an account that has no Stream subscription."""


class StreamError(Exception):
    """A refusal in the envelope's form."""

    def __init__(self, status: int, code: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message

    def document(self) -> Json:
        """The envelope of a failure; its result is always null."""
        error: Json = {"code": self.code, "message": self.message}
        return {"success": False, "errors": [error], "messages": [], "result": None}


class BadHeader(StreamError):
    """400 with code 6003 and, in error_chain, 6111 (captured in several public repositories)."""

    def __init__(self) -> None:
        super().__init__(400, 6003, "Invalid request headers")

    def document(self) -> Json:
        """The one error with an error_chain."""
        cause = {"code": 6111, "message": "Invalid format for Authorization header"}
        error = {"code": self.code, "message": self.message, "error_chain": [cause]}
        return super().document() | {"errors": [error]}


class NotFound(StreamError):
    """404 with code 10003; its `messages` is null (recorded in two public repositories)."""

    def __init__(self) -> None:
        text = "Not Found: The requested resource or operation was not found."
        super().__init__(404, 10003, text)

    def document(self) -> Json:
        """The one error whose messages are null."""
        return super().document() | {"messages": None}


def bad_request(message: str) -> StreamError:
    """400 with code 10005: a measured code for a bad limit, by inference for all bad requests."""
    return StreamError(400, 10005, message)


def conflict(message: str) -> StreamError:
    """The documentation names no status or code for these refusals; we answer 409 and 10005."""
    return StreamError(409, 10005, message)


def envelope(result: object, counts: Mapping[str, int] | None = None) -> Response:
    """The envelope of a success; counts stand beside the result, not in it."""
    body: Json = {"result": result, "success": True, "errors": [], "messages": []}
    return JSONResponse(body | dict(counts or {}))


async def answer_stream_error(_: Request, error: Exception) -> Response:
    """Turn a refusal into its answer."""
    assert isinstance(error, StreamError)
    return JSONResponse(error.document(), error.status)


async def answer_no_route(_: Request, error: Exception) -> Response:
    """Answer 7003 where no route fits (OpenAPI example); a wrong method gets it by inference."""
    assert isinstance(error, HTTPException)
    if error.status_code in (404, 405):
        no_route = StreamError(error.status_code, 7003, "No route for the URI")
        return JSONResponse(no_route.document(), error.status_code)
    return JSONResponse(bad_request(error.detail).document(), error.status_code)


def bearer_of(request: Request) -> str:
    """The token of the call; that a call without any Authorization is a bad header is inferred."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise BadHeader
    return token


def check_access(request: Request, account_id: str) -> None:
    """Refuse a call that may not use Stream in this account.

    401/403 with 10000 is reported for a wrong token and for a missing permission; that the first
    gets 401 and another account's id 403 is inferred. 403 with 10002 is measured by a third party.
    """
    token = bearer_of(request)
    if token not in list(Credential):
        raise StreamError(401, 10000, "Authentication error")
    if request.path_params["account_id"] != account_id:
        raise StreamError(403, 10000, "Authentication error")
    if token == Credential.WITHOUT_STREAM:
        raise StreamError(403, 10002, "Stream not enabled")
    if token == Credential.READ_ONLY and request.method != "GET":
        raise StreamError(403, 10000, "Authentication error")


async def read_body(request: Request, model: type[BodyModel]) -> BodyModel:
    """Read a JSON body; fields that the documentation does not name are ignored (inferred)."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as invalid:
        where = ".".join(str(part) for part in invalid.errors()[0]["loc"])
        raise bad_request(f"Bad request: decoding {where or 'the body'}") from invalid
