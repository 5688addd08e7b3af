"""Packets without times, wherever they come in a stream."""

from collections.abc import Iterator
from pathlib import Path

from making import write_video
from media_tracks_server.providers.local.containers import reading
from media_tracks_server.providers.local.copying import Copies, Copying
from media_tracks_server.providers.local.pyav import Frame, Packet, Source, Stream


class Forgetful:
    """A real file whose demuxer forgets the dts of some video packets."""

    def __init__(self, source: Source, forgotten: range) -> None:
        self._source = source
        self._forgotten = forgotten
        self.format = source.format
        self.metadata = source.metadata
        self.streams = source.streams
        self.duration = source.duration
        self.start_time = source.start_time

    def demux(self, *streams: Stream) -> Iterator[Packet]:
        """The packets, some without a dts."""
        number = 0
        for packet in self._source.demux(*streams):
            if packet.stream_index == 0 and packet.size:
                number += 1
                if number in self._forgotten:
                    packet.dts = None
            yield packet

    def decode(self, stream: Stream) -> Iterator[Frame]:
        """Nothing is decoded here."""
        raise NotImplementedError

    def chapters(self) -> list[object]:
        """None."""
        return []

    def close(self) -> None:
        """Nothing to close."""


def test_packets_without_dts_in_the_middle_and_everywhere(tmp_path: Path) -> None:
    """Each is handed on, with a dts that grows."""
    video = write_video(tmp_path / "video.mp4")
    for forgotten in (range(10, 11), range(1, 4), range(1, 3), range(1, 1000)):
        with reading(video) as source:
            whole = Copies({stream.index: stream for stream in source.streams}, ())
            packets = Copying(Forgetful(source, forgotten), whole, video).packets()
            times = [(packet.dts, packet.pts) for _, packet in packets if packet.stream_index == 0]
        assert len(times) == 50
        decoded = [dts for dts, _ in times if dts is not None]
        assert decoded == sorted(set(decoded))
        assert all(dts is not None and pts is not None for dts, pts in times)
        if 1 in forgotten:
            assert all((dts or 0) <= (pts or 0) for dts, pts in times)
