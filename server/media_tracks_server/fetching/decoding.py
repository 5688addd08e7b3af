"""Undoing a content encoding in bounded pieces, so that no small answer grows without end."""

import zlib
from collections.abc import Iterator
from typing import Protocol

_PIECE_BYTES = 256 * 1024
_GZIP = 16 + zlib.MAX_WBITS


class BadEncoding(Exception):
    """The body is not what its Content-Encoding says, or in one that was not asked for."""


class Decoder(Protocol):
    """Turns what arrives into what was meant."""

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """The pieces that these bytes hold, each of a bounded size. Raises BadEncoding."""
        ...

    def end(self) -> bytes:
        """What is left at the end of the body. Raises BadEncoding where it was cut."""
        ...


def decoder_for(content_encoding: str) -> Decoder:
    """The decoder of a header's value; storages send gzip unasked. Raises BadEncoding."""
    named = content_encoding.strip().lower()
    if named in ("", "identity"):
        return _Identity()
    if named in ("gzip", "x-gzip"):
        return _Gzip()
    raise BadEncoding


class _Identity:
    def feed(self, raw: bytes) -> Iterator[bytes]:
        yield raw

    def end(self) -> bytes:
        return b""


class _Gzip:
    def __init__(self) -> None:
        self._member = zlib.decompressobj(_GZIP)
        self._fed = False

    def feed(self, raw: bytes) -> Iterator[bytes]:
        """A file may be several gzip members, one after the other."""
        while raw:
            self._fed = True
            if self._member.eof:
                self._member = zlib.decompressobj(_GZIP)
            try:
                piece = self._member.decompress(raw, _PIECE_BYTES)
            except zlib.error as error:
                raise BadEncoding from error
            raw = self._member.unconsumed_tail or self._member.unused_data
            if piece:
                yield piece

    def end(self) -> bytes:
        rest = self._member.flush()
        if self._fed and not self._member.eof:
            raise BadEncoding
        return rest
