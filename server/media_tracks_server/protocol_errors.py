"""Our errors as JSON-RPC errors, for the requests whose answers have no other place for them."""

from mcp.shared.exceptions import MCPError
from mcp.types import INTERNAL_ERROR, INVALID_PARAMS

from media_tracks_tools import replies
from media_tracks_tools.errors import CallerError, MediaTracksError
from media_tracks_tools.models import Problem


def protocol_error(error: MediaTracksError) -> MCPError:
    """-32602 where another argument mends it, also for what is not there; else -32603."""
    code = INVALID_PARAMS if isinstance(error, CallerError) else INTERNAL_ERROR
    return MCPError(code, "\n".join(replies.problem_lines(Problem.of(error))))
