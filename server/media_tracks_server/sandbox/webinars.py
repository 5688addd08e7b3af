"""As many more videos as wanted, the same at every start, for libraries of a real size."""

import base64
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

_TOPICS = (
    "Planning a launch",
    "Questions from the field",
    "Accessibility in practice",
    "What changed this quarter",
    "A tour of the editor",
    "Working in many languages",
    "Measuring what matters",
)
_NEWEST = datetime(2026, 5, 28, 9, tzinfo=UTC)
"""Older than every video of the small library, which thus keeps its place in front."""

_SILENT_EVERY = 15


@dataclass(frozen=True)
class Webinar:
    """One ready video; a silent one has no subtitles."""

    number: int
    title: str
    created_at: datetime
    duration: int
    size: int
    is_silent: bool
    subtitles: tuple[str, ...]
    """Language codes; about half of all have Italian."""

    def hex_id(self, purpose: str) -> str:
        """32 hexadecimal digits, as Cloudflare's uids."""
        return self._digest(purpose).hex()[:32]

    def short_id(self, purpose: str, length: int = 22) -> str:
        """Letters and digits, as DatoCMS's ids and Mux's."""
        text = base64.b64encode(self._digest(purpose) * 2, altchars=b"Zz").decode()
        return text[:length]

    def _digest(self, purpose: str) -> bytes:
        return hashlib.sha256(f"{purpose} of webinar {self.number}".encode()).digest()


def webinars(count: int) -> Iterator[Webinar]:
    """Webinar 1 is the newest; every 15th has no sound, so that generation fails there."""
    for number in range(1, count + 1):
        is_silent = number % _SILENT_EVERY == 0
        duration = 1500 + 97 * (number % 23)
        yield Webinar(
            number=number,
            title=f"Webinar {number}: {_TOPICS[number % len(_TOPICS)]}",
            created_at=_NEWEST - timedelta(days=number - 1),
            duration=duration,
            size=duration * 240_000,
            is_silent=is_silent,
            subtitles=() if is_silent else _languages(number),
        )


def _languages(number: int) -> tuple[str, ...]:
    spoken_in = {"en": number % 3 == 0, "it": number % 2 == 0, "de": number % 5 == 0}
    return tuple(language for language, has in spoken_in.items() if has)
