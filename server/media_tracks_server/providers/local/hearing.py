"""A video's sound as a speech model wants it: one channel, 16 kHz, on the video's own clock."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from media_tracks_server.providers.local.containers import cut_short, declared_seconds
from media_tracks_server.providers.local.pyav import Frame, Source, Stream, speech_resampler

if TYPE_CHECKING:
    from numpy import float32, int16
    from numpy.typing import NDArray

RATE = 16_000
_SLACK_SECONDS, _SLACK_SHARE = 1.0, 0.02
_GAP_SECONDS = 0.1
_TOLD_SECONDS = 10.0


class Heard(NamedTuple):
    """Samples between -1 and 1 at `RATE`, and how many pieces could not be decoded."""

    samples: "NDArray[float32]"
    damaged: int

    @property
    def seconds(self) -> float:
        """How long the sound is."""
        return len(self.samples) / RATE


def hear(
    source: Source, stream: Stream, video: Path, on_progress: Callable[[float], None]
) -> Heard:
    """Decode one track; a late start and gaps become silence, so that times stay true.

    `on_progress` is told seconds. Single damaged pieces are skipped and counted; CallerError
    where clearly less came out than the file declares.
    """
    import numpy as np

    recording = _Recording(limit=(source.duration or 0) / 1e6)
    told = 0.0
    for frame in recording.frames(source, stream):
        recording.take(frame)
        if recording.seconds - told > _TOLD_SECONDS:
            told = recording.seconds
            on_progress(told)
    on_progress(recording.seconds)
    recording.finish()
    declared = declared_seconds(stream) or 0.0
    if recording.seconds < declared - max(_SLACK_SECONDS, declared * _SLACK_SHARE):
        raise cut_short(video)
    whole = np.concatenate((*recording.pieces, np.zeros(0, np.int16)))
    return Heard(whole.astype(np.float32) / np.float32(32768), recording.damaged)


class _Recording:
    """The samples so far; `limit` is the longest gap believed, in seconds."""

    def __init__(self, limit: float) -> None:
        self._resampler = speech_resampler(RATE)
        self._limit = limit
        self._count = 0
        self.pieces: list[NDArray[int16]] = []
        self.damaged = 0

    @property
    def seconds(self) -> float:
        return self._count / RATE

    def frames(self, source: Source, stream: Stream) -> Iterator[Frame]:
        from av.error import InvalidDataError

        for packet in source.demux(stream):
            try:
                yield from packet.decode()
            except InvalidDataError:
                self.damaged += 1

    def take(self, frame: Frame) -> None:
        import numpy as np

        if frame.pts is not None and frame.time_base:
            missing = float(frame.pts * frame.time_base) - self.seconds
            if _GAP_SECONDS < missing <= self._limit:
                self._keep(np.zeros(int(missing * RATE), np.int16))
        for part in self._resampler.resample(frame):
            self._keep(part.to_ndarray()[0])

    def finish(self) -> None:
        for part in self._resampler.resample(None):
            self._keep(part.to_ndarray()[0])

    def _keep(self, piece: "NDArray[int16]") -> None:
        self.pieces.append(piece)
        self._count += len(piece)
