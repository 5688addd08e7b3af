"""Words become captions that can be read: two lines of 42, in order, never overlapping."""

import time
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from media_tracks_server.providers.local.cues import LINE_WIDTH, Word, readable
from media_tracks_tools.captions import Cue


def spoken(text: str, start: float = 0.0, pace: float = 0.3) -> list[Word]:
    """The words of a text, one after the other at an even pace."""
    return [
        Word(start + number * pace, start + (number + 1) * pace, f" {word}")
        for number, word in enumerate(text.split())
    ]


def said(cues: tuple[Cue, ...]) -> str:
    """The text of all cues in one line."""
    return " ".join(line for cue in cues for line in cue.text.split("\n"))


def test_a_sentence_is_one_cue() -> None:
    """Short enough for a line."""
    words = spoken("He was not an ill-disposed young man.")
    (only,) = readable(words)
    assert only.text == "He was not an ill-disposed young man."
    assert (only.start, only.end) == (0.0, 2.1)


def test_two_sentences_are_two_cues() -> None:
    """Each ends where its sentence ends, with a gap of two frames between."""
    first, second = readable(spoken("This is the first one here. And this is the second one."))
    assert first.text == "This is the first one here."
    assert second.text == "And this is the second one."
    assert round(second.start - first.end, 3) == 0.083


def test_a_pause_ends_a_cue() -> None:
    """Even without a full stop."""
    words = [*spoken("when I came home late"), *spoken("the lights were all out", 6.0)]
    first, second = readable(words)
    assert first.text == "when I came home late"
    assert second.text == "the lights were all out"


def test_a_long_sentence_has_two_even_lines() -> None:
    """Rather broken after a comma."""
    (only,) = readable(
        spoken("I had hoped to see you there, but nobody told me anything.", pace=0.4)
    )
    assert only.text == "I had hoped to see you there,\nbut nobody told me anything."


def test_a_token_without_a_space_continues_the_word() -> None:
    """As Whisper gives ' ill' and '-disposed'."""
    words = [
        Word(0, 0.5, " an"),
        Word(0.5, 1, " ill"),
        Word(1, 1.5, "-disposed"),
        Word(1.5, 2, "."),
    ]
    assert readable(words)[0].text == "an ill-disposed."


def test_a_short_word_is_shown_a_second_where_there_is_room() -> None:
    """And no longer than until the next one."""
    (alone,) = readable([Word(1.0, 1.2, " Yes.")])
    assert (alone.start, alone.end) == (1.0, 2.0)
    answer = "I will be there tomorrow with all of my friends and we shall bring the cake too."
    first, second = readable([Word(1.0, 1.2, " Yes."), *spoken(answer, 1.7)])
    assert first.end == 1.617
    assert second.start == 1.7


def test_a_word_that_never_ends_is_shown_seven_seconds() -> None:
    """Whisper sometimes stretches one over a pause."""
    (only,) = readable([Word(0, 60, " So")])
    assert only.end == 7.0


def test_scripts_without_spaces_are_broken_too() -> None:
    """Japanese: two columns a character, no spaces, and no line that begins with a full stop."""
    text = "今日はとても良い天気ですので私たちは近くの公園まで歩いて行くことにしました。"
    words = [Word(n * 0.15, n * 0.15 + 0.15, sign) for n, sign in enumerate(text)]
    cues = readable(words)
    lines = [line for cue in cues for line in cue.text.split("\n")]
    assert "".join(lines) == text
    assert all(len(line) <= LINE_WIDTH // 2 for line in lines)
    assert not any(line.startswith("。") for line in lines)


def test_nothing_said_is_nothing_shown() -> None:
    """Blank tokens are nothing."""
    assert readable([]) == ()
    assert readable([Word(0, 1, " "), Word(1, 2, "")]) == ()


def test_two_hours_take_no_time() -> None:
    """Linear in the number of words."""
    words = spoken("and then we went on and on, until it was over. " * 2000, pace=0.35)
    started = time.process_time()
    cues = readable(words)
    assert time.process_time() - started < 10
    assert said(cues).split() == [word.text.strip() for word in words]


_WORDS = st.lists(
    st.tuples(
        st.floats(-0.5, 3, allow_nan=False),
        st.floats(-0.2, 9, allow_nan=False),
        st.booleans(),
        st.text("abcdefghijklmnop,.!?'-", min_size=1, max_size=14)
        | st.sampled_from(["x" * 50, "日本", "。", "ไทย", "\u0301"]),
    ),
    max_size=60,
)


@given(_WORDS)
def test_whatever_is_heard_can_be_read(parts: list[tuple[float, float, bool, str]]) -> None:
    """No word lost, no line too long, in order, no overlap, an end after each start."""
    words: list[Word] = []
    moment = 0.0
    for pause, length, spaced, text in parts:
        start = max(moment + pause, 0.0)
        words.append(Word(start, start + length, f" {text}" if spaced else text))
        moment = max(start + length, 0.0)
    cues = readable(words)
    everything = "".join("".join(word.text.split()) for word in words)
    assert "".join("".join(cue.text.split()) for cue in cues) == everything
    for cue in cues:
        lines = cue.text.split("\n")
        assert len(lines) <= 2
        assert all(len(line) <= LINE_WIDTH or " " not in line for line in lines)
        assert cue.end > cue.start
        assert cue.end - cue.start <= 7.001
        assert cue.start == round(cue.start, 3)
    for before, after in pairwise(cues):
        assert after.start >= before.end
