"""The sandbox's own endpoints, which no vendor has: its log, and a way to arm faults."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from media_tracks_server.sandbox.faults import FaultPlan, parse_fault
from media_tracks_server.sandbox.log import FAULTS_PATH, LOG_PATH, RequestLog
from media_tracks_tools.errors import SetupError


class FaultsToArm(BaseModel, frozen=True):
    """The body of POST /_sandbox/faults; each is NAME[@any][:P]."""

    faults: Sequence[str]


def control_app(log: RequestLog, plan: FaultPlan) -> ASGIApp:
    """GET /_sandbox/log and POST /_sandbox/faults, without a token."""

    async def read_log(_: Request) -> Response:
        for settle in log.settle:
            await settle()
        return JSONResponse({"requests": [entry.model_dump() for entry in log.entries]})

    async def arm(request: Request) -> Response:
        try:
            asked = FaultsToArm.model_validate_json(await request.body())
            plan.arm([parse_fault(text) for text in asked.faults])
        except ValidationError:
            return JSONResponse({"error": 'The body is {"faults": ["NAME", …]}.'}, 400)
        except SetupError as error:
            return JSONResponse({"error": error.message, "next": error.next_step}, 400)
        return JSONResponse({"armed": list(asked.faults)})

    return Starlette(routes=[Route(LOG_PATH, read_log), Route(FAULTS_PATH, arm, methods=["POST"])])


@dataclass(frozen=True)
class Controlled:
    """A vendor's server with the control beside it, out of reach of faults, limits and the log."""

    app: ASGIApp
    control: ASGIApp

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        chosen = self.control if scope["path"] in (LOG_PATH, FAULTS_PATH) else self.app
        await chosen(scope, receive, send)
