"""Asking the person before something is deleted or replaced.

A client that can ask its user is made to (an elicitation). One that can't gets a refusal that
names a `confirm` value, bound to the arguments and to what is there now.
"""

import hmac
from typing import Annotated

from mcp.server.mcpserver import (
    AcceptedElicitation,
    CancelledElicitation,
    DeclinedElicitation,
    Elicit,
)
from pydantic import Field

from media_tracks_tools.errors import CallerError, SetupError
from media_tracks_tools.models import Model
from media_tracks_tools.replies import LONGEST_HANDLE, quoted
from media_tracks_tools.services import Ctx, Located, Services

_FIRST_WITH_ROUNDS = "2026-07-28"
"""From this version on a question travels in the answer, so that no channel back is needed."""

ConfirmArg = Annotated[
    str | None,
    Field(
        max_length=64,
        description="What a refusal of this call named, once the user agreed.",
    ),
]


class Confirmed(Model):
    """What the person answers."""

    ok: bool = Field(title="Do it", description="Yes, do it.")


Answer = AcceptedElicitation[Confirmed] | DeclinedElicitation | CancelledElicitation
AGREED = Confirmed(ok=True)


def ask(
    services: Services, ctx: Ctx, call: tuple[str, ...], question: str, confirm: str | None
) -> Confirmed | Elicit[Confirmed]:
    """The agreement, or the question to the person; `call` is the tool and all that it would do.

    The question must read the same in every round of one call. Raises CallerError where nobody
    can be asked, SetupError where this server always refuses.
    """
    if services.confirming.refuses:
        raise SetupError(
            "This server is set up to delete and replace nothing.",
            code="refused_by_setting",
            next_step="Whoever runs it can set MEDIA_TRACKS_CONFIRM=ask.",
        )
    wanted = services.confirming.value(*call, question)
    if confirm is not None and hmac.compare_digest(confirm.encode(), wanted.encode()):
        return AGREED
    if _can_ask(ctx):
        return Elicit(question, Confirmed)
    raise CallerError(
        f"{question} The user has to agree first; nothing was done.",
        code="confirmation_needed",
        next_step=f"Ask the user. If they agree, call {call[0]} again with the same arguments and "
        f"confirm={wanted!r}.",
    )


async def named(located: Located) -> str:
    """The video in the words of a question: its title, where it has one, and its handle."""
    video = await located.provider.get_video(located.video_id)
    return f"{quoted(video.title, 60)} ({quoted(located.video, LONGEST_HANDLE)})"


def require_yes(answer: Answer) -> None:
    """Raises CallerError when the person did not agree."""
    if not (isinstance(answer, AcceptedElicitation) and answer.data.ok):
        raise CallerError(
            "The user did not agree; nothing was done.",
            code="not_agreed",
            next_step="Do not ask again unless the user wants it.",
        )


def _can_ask(ctx: Ctx) -> bool:
    capabilities = ctx.client_capabilities
    elicitation = capabilities.elicitation if capabilities else None
    forms = elicitation is not None and (elicitation.form is not None or elicitation.url is None)
    rounds = (ctx.protocol_version or "") >= _FIRST_WITH_ROUNDS
    return forms and (rounds or ctx.session.can_send_request)
