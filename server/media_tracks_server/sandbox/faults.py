"""The faults that a sandbox can be told to play, and which of them the next request meets."""

import random
import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum, StrEnum

from media_tracks_tools.errors import SetupError


class Fault(StrEnum):
    """What goes wrong with one request."""

    TOO_MANY = "429"
    """Refused for now, with the vendor's header that says how long (1 s)."""
    TOO_MANY_NO_WAIT = "429-no-wait"
    """Refused for now, without saying how long."""
    SERVER_ERROR_BEFORE = "5xx-before"
    """A 500, and nothing happened."""
    SERVER_ERROR_AFTER = "5xx-after"
    """A 500, although the effect happened."""
    DROP_BEFORE = "drop-before"
    """The connection closes without an answer, and nothing happened."""
    DROP_AFTER = "drop-after"
    """The connection closes without an answer, although the effect happened."""
    TIMEOUT_AFTER = "timeout-after"
    """The effect happened and no answer comes while the client waits."""
    LATE_EFFECT = "late-effect"
    """The connection closes without an answer, and the effect happens later."""
    SLOW_BODY = "slow-body"
    """The effect happened; the headers come at once, the body begins and then stalls."""
    HTML = "html"
    """The effect happened; the answer is a 200 with a web page."""
    BAD_JSON = "bad-json"
    """The effect happened; the JSON of the answer is cut off."""
    EMPTY = "empty"
    """The effect happened; the answer has the right status and no body."""
    NEVER_ENDS = "never-ends"
    """What the request starts stays unfinished for ever."""
    JOB_FAILS = "job-fails"
    """What the request starts fails."""
    TRACK_ERRORS = "track-errors"
    """The job succeeds (DatoCMS) and the track it made ends in an error."""
    TRANSIENT = "transient"
    """An error that says itself that a repetition may help; nothing happened."""
    TOKEN_DIES = "token-dies"  # noqa: S105 - the name of a fault
    """From this request on its token is refused like a wrong one."""


class RequestKind(Enum):
    """What a request means to the vendor's tracks."""

    OTHER = "other"
    """A read, a token check, a video's own fields, or a file sent ahead of a track."""
    CHANGE = "change"
    """It changes a track at once."""
    JOB = "job"
    """It starts a job that makes no track."""
    TRACK = "track"
    """It starts a track that becomes ready later."""


_STARTING = frozenset((RequestKind.JOB, RequestKind.TRACK))
_FITS_ONLY: dict[Fault, frozenset[RequestKind]] = {
    Fault.NEVER_ENDS: _STARTING,
    Fault.JOB_FAILS: _STARTING,
    Fault.TRACK_ERRORS: frozenset((RequestKind.TRACK,)),
}
"""The faults of what a request starts; all others befall the request itself."""

_ORDER = re.compile(r"(?P<name>[^@:]+)(?P<any>@any)?(?::(?P<probability>.*))?", re.DOTALL)


@dataclass(frozen=True)
class FaultOrder:
    """One fault to play: once, or each time with a probability of 0 to 1."""

    fault: Fault
    fits_any: bool = False
    """Whether reads, upload requests and file uploads can meet it too."""
    probability: float | None = None

    def fits(self, kind: RequestKind) -> bool:
        """Tell whether a request of this kind can meet the fault."""
        if self.fault in _FITS_ONLY:
            return kind in _FITS_ONLY[self.fault]
        return self.fits_any or kind is not RequestKind.OTHER

    @property
    def is_of_job(self) -> bool:
        """Whether it befalls what a request starts, not the request."""
        return self.fault in _FITS_ONLY


def parse_fault(text: str) -> FaultOrder:
    """Read `NAME[@any][:P]`; raises SetupError that says what is allowed."""
    parts = _ORDER.fullmatch(text)
    if parts is None or parts["name"] not in list(Fault):
        raise _refused(f"There is no fault {text!r}.", f"Choose from: {', '.join(Fault)}.")
    fault, probability = Fault(parts["name"]), parts["probability"]
    if parts["any"] and fault in _FITS_ONLY:
        raise _refused(
            f"The fault {text!r} can't fit any request: it is about what a request starts.",
            f"Write {fault.value} without @any.",
        )
    return FaultOrder(
        fault, parts["any"] is not None, None if probability is None else _number(text, probability)
    )


def _number(text: str, probability: str) -> float:
    try:
        number = float(probability)
    except ValueError:
        number = -1.0
    if 0 <= number <= 1:
        return number
    raise _refused(
        f"The fault {text!r} has no usable probability.",
        "Write NAME to play it once, or NAME:P with P from 0 to 1, as in 429:0.2.",
    )


def _refused(message: str, next_step: str) -> SetupError:
    return SetupError(message, code="unknown_fault", next_step=next_step)


class FaultPlan:
    """The faults still to be played; one plan serves all vendors of a sandbox.

    The same seed and the same sequence of requests meet the same faults.
    """

    def __init__(self, orders: Iterable[FaultOrder] = (), seed: int = 0) -> None:
        self._orders = list(orders)
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def arm(self, orders: Iterable[FaultOrder]) -> None:
        """Add faults behind those that wait already."""
        self._orders.extend(orders)

    def draw(self, kind: RequestKind) -> FaultOrder | None:
        """The fault that befalls this request, the earliest armed first; a single one is spent."""
        return self._draw(kind, is_of_job=False)

    def draw_for_job(self, kind: RequestKind) -> Fault | None:
        """The fault that befalls what a request has just started."""
        order = self._draw(kind, is_of_job=True)
        return order.fault if order else None

    def put_back(self, order: FaultOrder) -> None:
        """Arm a drawn fault again, for one that needs an effect and met a request without any."""
        if order.probability is None:
            self._orders.insert(0, order)

    def _draw(self, kind: RequestKind, *, is_of_job: bool) -> FaultOrder | None:
        for order in self._orders:
            if order.is_of_job is is_of_job and order.fits(kind) and self._falls_on(order):
                if order.probability is None:
                    self._orders.remove(order)
                return order
        return None

    def _falls_on(self, order: FaultOrder) -> bool:
        return order.probability is None or self._random.random() < order.probability
