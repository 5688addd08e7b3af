"""What the steps of audio tracks and of captions share."""

from media_tracks_tools.errors import InternalError
from media_tracks_tools.plans import Ref, Sent, Task


def sent(track_id: str, *more: Ref) -> Sent:
    """The vendor's answer named the track."""
    return Sent(refs=(Ref(what="track", id=track_id), *more))


def no_such_step(task: Task) -> InternalError:
    """The error of a step that is in none of these plans."""
    return InternalError(
        f"Cloudflare can't do the step {task.step.name!r} of {task.request.kind.value!r}."
    )
