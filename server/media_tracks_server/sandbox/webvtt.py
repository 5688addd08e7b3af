"""The little that the sandbox knows of subtitle text."""

import re

_TIMING = re.compile(rb"\d\d:\d\d[:.,\d]* --> ")
_SRT_STAMP = re.compile(rb"(\d\d:\d\d:\d\d),(\d\d\d)")

NOT_FETCHED = (
    b"WEBVTT\n\nNOTE The sandbox fetches nothing, so the text behind the URL is not here.\n"
)
"""In the place of subtitles that came from a URL."""

_SENTENCES = (
    "Welcome, and thank you for joining us.",
    "Today we are showing what we have been building this year.",
    "It starts with a single idea: work should wait for nobody.",
    "Let us take a look.",
)


def is_webvtt(content: bytes) -> bool:
    """A WebVTT file opens with its name, perhaps after a byte order mark."""
    return content.removeprefix(b"\xef\xbb\xbf").startswith(b"WEBVTT")


def is_subtitle_text(content: bytes) -> bool:
    """WebVTT, or SRT, which has no header and is known by its timings."""
    return is_webvtt(content) or _TIMING.search(content) is not None


def as_webvtt(content: bytes) -> bytes:
    """WebVTT as it is; SRT with the header and the decimal points of WebVTT."""
    if is_webvtt(content):
        return content
    return b"WEBVTT\n\n" + _SRT_STAMP.sub(rb"\1.\2", content.removeprefix(b"\xef\xbb\xbf"))


def spoken_text(duration_seconds: float) -> str:
    """A short plausible WebVTT transcript that ends before the video does."""
    step = min(4.0, duration_seconds / len(_SENTENCES))
    cues = [
        f"{_stamp(step * number)} --> {_stamp(step * (number + 1))}\n{sentence}\n"
        for number, sentence in enumerate(_SENTENCES)
    ]
    return "\n".join(["WEBVTT\n", *cues])


def _stamp(seconds: float) -> str:
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{rest // 1000:02}.{rest % 1000:03}"
