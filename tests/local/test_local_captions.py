"""Caption text: what is written reads back, and what can't be right is refused with its line."""

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from media_tracks_tools.captions import Cue, as_srt, as_text, as_vtt, parse, plain, window
from media_tracks_tools.errors import CallerError

VTT = """WEBVTT - a title
Kind: captions

NOTE a remark

STYLE
::cue { color: red }

1
00:01.000 --> 00:02.500 line:0 align:start
Tom &amp; <i>Ann</i>

00:00:03.000 --> 00:00:04.000
<v Ann>x &lt; y
two lines
"""


def cue(start: float, end: float, text: str = "Hi") -> Cue:
    """A cue, short to write."""
    return Cue(start=start, end=end, text=text)


def test_webvtt_is_read_with_tags_kept_and_escapes_undone() -> None:
    """Identifiers, notes and styles are no text; the place on the screen is kept."""
    first, second = parse(VTT)
    assert (first.start, first.end, first.text) == (1.0, 2.5, "Tom & <i>Ann</i>")
    assert first.settings == "line:0 align:start"
    assert (second.start, second.end) == (3.0, 4.0)
    assert second.text == "<v Ann>x < y\ntwo lines"
    assert plain(second) == "x < y\ntwo lines"


def test_webvtt_is_written_with_what_would_not_read_back_escaped() -> None:
    """Ampersand, angle brackets, an arrow, blank lines; known tags stay."""
    text = "a & b <3 --> c\n\n \n<b>bold</b> <script>"
    written = as_vtt([Cue(start=0, end=1.5, text=text, settings="line:0")])
    assert written == (
        "WEBVTT\n\n00:00:00.000 --> 00:00:01.500 line:0\n"
        "a &amp; b &lt;3 --&gt; c\n<b>bold</b> &lt;script&gt;\n"
    )


def test_a_tag_that_was_escaped_on_purpose_stays_escaped() -> None:
    """A talk about HTML: the words must not become markup."""
    vtt = "WEBVTT\n\n00:00:00.000 --> 00:00:01.000\nUse the &lt;b&gt; tag\n"
    assert as_vtt(parse(vtt)) == vtt
    assert as_text(parse(vtt)) == "Use the <b> tag"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_srt_is_read_with_any_line_end_and_a_byte_order_mark(end: str) -> None:
    """As editors on all systems write it; font tags and positions of SRT are left out."""
    text = "\ufeff1\n00:00:01,000 --> 00:00:02,500\n{\\an8}<font color=red>Ann</font> & <i>Tom</i>"
    text += "\nsecond line\n\n2\n0:00:03.000 --> 0:00:04.000\n1984\n\n"
    first, second = parse(text.replace("\n", end))
    assert first.text == "Ann & <i>Tom</i>\nsecond line"
    assert (first.start, first.end) == (1.0, 2.5)
    assert (second.text, second.start) == ("1984", 3.0)


def test_srt_is_written_with_commas_and_without_webvtts_tags() -> None:
    """Bold, italic and underline are all that SRT players know; nothing is escaped."""
    cues = [cue(3661.5, 3662, "<v Ann><i>a</i> & <c.red>b</c> --> c"), cue(3663, 3664, " \n")]
    assert as_srt(cues) == "1\n01:01:01,500 --> 01:01:02,000\n<i>a</i> & b → c\n"
    assert [c.text for c in parse(as_srt(cues))] == ["<i>a</i> & b → c"]


def test_plain_text_has_no_tags_times_or_escapes() -> None:
    """One line for each line on the screen."""
    assert as_text(parse(VTT)) == "Tom & Ann\nx < y\ntwo lines"
    assert as_text([]) == ""


def test_an_empty_document_and_empty_cues_are_fine() -> None:
    """No speech is a normal result; vendors write blank cues."""
    assert as_vtt([]) == "WEBVTT\n"
    assert parse("WEBVTT\n") == ()
    assert parse("WEBVTT\n\n00:01.000 --> 00:02.000\n\n00:03.000 --> 00:04.000\n \n") == ()
    assert parse("1\n00:00:01,000 --> 00:00:02,000\n\n2\n00:00:03,000 --> 00:00:04,000\nx") == (
        cue(3, 4, "x"),
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is empty"),
        (" \n\n", "is empty"),
        ("hello", r"Line 1 .*the text has no cue times"),
        ("\n\n00:01.000 --> 00:02.000\nx", "Line 3 .*should be the header WEBVTT"),
        ("WEBVTTX\n\n00:01.000 --> 00:02.000\nx", "Line 1 .*should be the header WEBVTT"),
        ("WEBVTT\n\n00:01,000 --> 00:02,000\nx", "Line 3 .*with a comma, as SRT does"),
        ("WEBVTT\n\n00:0:01.000 --> 00:02.000\nx", "Line 3 .*no two valid times"),
        ("WEBVTT\n\n00:61.000 --> 00:62.000\nx", "Line 3 .*no two valid times"),
        ("WEBVTT\n\n00:02.000 --> 00:01.000\nx", "Line 3 .*ends before or when it starts"),
        ("WEBVTT\n\n00:02.000 --> 00:02.000\nx", "Line 3 .*ends before or when it starts"),
        ("WEBVTT\n\n00:01.000 --> 00:02.000\na --> b", "Line 4 .*no two valid times"),
        (
            "WEBVTT\n\n00:05.000 --> 00:06.000\nx\n\n00:01.000 --> 00:02.000\ny",
            "Line 6 .*starts before the cue above it",
        ),
        ("1\nx", "Line 1 .*not followed by a cue"),
        ("1\n00:00:01 --> 00:00:02\nx", "Line 2 .*no two valid times"),
        (
            "1\n00:00:01,000 --> 00:00:02,000\nx\n\n00:00:03,000 --> 00:00:04,000\nno number",
            "Line 5 .*is no complete cue",
        ),
        ("WEBVTT\n\na\nb\n00:01.000 --> 00:02.000\nx\n\n" + "y" * 100 + "-->", "Line 8 .{1,100}…"),
    ],
)
def test_what_cannot_be_right_is_refused_with_its_line(text: str, told: str) -> None:
    """And each time with what to do."""
    with pytest.raises(CallerError, match=told) as caught:
        parse(text)
    assert caught.value.next_step


@pytest.mark.parametrize(("start", "end"), [(1, 1), (2, 1), (-1, 1), (0, float("inf"))])
def test_a_cue_ends_after_it_starts(start: float, end: float) -> None:
    """There is no other kind of cue."""
    with pytest.raises(ValidationError):
        cue(start, end)


def test_a_window_takes_every_cue_seen_in_it_whole() -> None:
    """The end of the window is outside it, and so is what ends at its start."""
    cues = [cue(0, 1), cue(1, 2), cue(2, 3), cue(3, 4)]
    assert window(cues, None, None) == tuple(cues)
    assert window(cues, 1, 3) == tuple(cues[1:3])
    assert window(cues, 1.5, None) == tuple(cues[1:])
    assert window(cues, None, 2.5) == tuple(cues[:3])
    assert window(cues, 9, None) == ()


def test_times_are_rounded_to_milliseconds_and_never_to_nothing() -> None:
    """The end stays behind the start."""
    assert "00:00:01.000 --> 00:00:01.001" in as_vtt([cue(1.0, 1.0001)])
    assert "100:00:00,000 --> 100:00:00,999" in as_srt([cue(360_000, 360_000.9994)])


texts = st.lists(
    st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1).filter(str.strip)
    | st.sampled_from(["<i>x</i>", "&lt;b&gt;", "&amp;", "a --> b", "<<b>>", "&lt;b>", "<v A&B>"]),
    min_size=1,
    max_size=3,
).map("\n".join)


@given(st.lists(st.tuples(st.integers(1, 9000), st.integers(1, 9000), texts), max_size=8))
def test_what_is_written_as_webvtt_reads_back(parts: list[tuple[int, int, str]]) -> None:
    """Any text, with any mixture of tags, escapes and arrows."""
    cues: list[Cue] = []
    start = 0
    for gap, length, text in parts:
        start += gap
        cues.append(Cue(start=start / 1000, end=(start + length) / 1000, text=text))
    assert parse(as_vtt(cues)) == tuple(cues)


def test_importing_captions_loads_no_parser() -> None:
    """The start time of the server matters."""
    program = "import media_tracks_tools.captions, sys; print('webvtt' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
