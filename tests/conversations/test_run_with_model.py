"""The runner for real models, with endpoints on loopback that play one, in both shapes."""

import pytest
from typer.testing import CliRunner, Result

from playing_models import TOKENS, Always, Fewest, Move, Played, Shape, playing
from run_with_model import app

SHAPES: tuple[Shape, ...] = ("openai", "anthropic")
PATHS = {"openai": "/v1/chat/completions", "anthropic": "/v1/messages"}
KEY = "a-key-that-nobody-sees"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("THE_KEY", KEY)


def run(played: Played, shape: Shape, *more: str) -> Result:
    """The runner's command, with a key; the address is given in both ways that people write it."""
    base = played.url if shape == "openai" else f"{played.url}/v1/"
    where = ["--base-url", base, "--model", "played", "--api", shape]
    return CliRunner().invoke(app, [*where, "--key-env", "THE_KEY", *more])


@pytest.mark.parametrize("shape", SHAPES)
def test_a_model_that_makes_the_fewest_calls_passes(shape: Shape) -> None:
    with playing(Fewest(), shape) as played:
        told = run(
            played, shape, "--answers", "typed", "--only", "01", "--only", "05", "--only", "12"
        )
    assert told.exit_code == 0, told.output
    assert "3 of 3 passed." in told.output
    assert "1 / 1" in told.output
    assert told.output.count("2 / 2") == 2
    assert str(2 * sum(TOKENS)) in told.output
    assert str(3 * sum(TOKENS)) in told.output
    assert set(played.paths) == {PATHS[shape]}


@pytest.mark.parametrize("shape", SHAPES)
def test_the_model_is_given_what_a_host_gives_it_and_the_key_goes_into_its_header_alone(
    shape: Shape,
) -> None:
    with playing(Always(Move("list_accounts", "{}")), shape) as played:
        told = run(played, shape, "--only", "01", "--turns", "2")
    body, headers = played.bodies[-1], played.headers[-1]
    system = body.system if shape == "anthropic" else body.messages[0].content
    assert "Start with find_videos" in str(system)
    shown = [str(tool) for tool in body.tools]
    assert len(shown) == 17
    assert all("description" in tool for tool in shown)
    assert KEY in (headers["x-api-key"] if shape == "anthropic" else headers["authorization"])
    assert KEY not in told.output
    assert "datocms (datocms): " in str(body.messages)


def test_thinking_is_given_back_as_it_came() -> None:
    with playing(Always(Move("list_accounts", "{}")), "anthropic") as played:
        run(played, "anthropic", "--only", "01", "--turns", "1")
    said = [message.content for message in played.bodies[-1].messages if message.role != "user"]
    assert isinstance(said[0], list)
    assert said[0][0] == {"type": "thinking", "thinking": "…", "signature": "signed"}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_model_that_gets_lost_is_stopped_and_does_not_pass(shape: Shape) -> None:
    with playing(Always(Move("list_accounts", "{}")), shape) as played:
        told = run(played, shape, "--only", "05", "--turns", "3")
    assert told.exit_code == 1
    assert "0 of 1 passed." in told.output
    assert "3 / 2" in told.output
    assert "had not finished after 3 turns" in told.output
    assert "was asked 0 questions, not 1" in told.output
    assert "one should not be there" in told.output


def test_a_model_that_only_says_it_did_it_passes_nowhere() -> None:
    with playing(Always(Move(None, "I did what you asked for.")), "openai") as played:
        told = run(played, "openai")
    assert told.exit_code == 1
    assert "0 of 12 passed." in told.output
    assert "the user was not told 'Customer story: Aurora Bikes'" in told.output
    assert "of the files changed {}" in told.output
    assert "at the vendors happened nothing, not cloudflare caption-uploaded 1x" in told.output
    assert "en still has 'Recieve'" in told.output
    assert "no job is generate_subtitles_batch failed" in told.output


@pytest.mark.parametrize(
    ("move", "said"),
    [
        (Move("find_video", "{}"), "find_video"),
        (Move("find_videos", '{"query":'), "not a JSON object"),
        (Move("find_videos", '{"words": "launch"}'), "has no argument 'words'"),
    ],
)
def test_a_call_that_can_not_be_made_is_told_to_the_model(move: Move, said: str) -> None:
    with playing(Always(move), "openai") as played:
        told = run(played, "openai", "--only", "01", "--turns", "1")
    assert told.exit_code == 1
    assert said in str(played.bodies[-1].messages[-1].content)


@pytest.mark.parametrize("shape", SHAPES)
def test_an_endpoint_that_refuses_is_named_with_its_status(shape: Shape) -> None:
    with playing(Always(Move(None, "no")), shape, status=401) as played:
        told = run(played, shape, "--only", "01")
    assert told.exit_code == 1
    assert "answered 401" in told.output
    assert KEY not in told.output


def test_an_endpoint_of_the_other_shape_is_said_to_be_one() -> None:
    with playing(Always(Move(None, "hello")), "anthropic") as played:
        told = run(played, "openai", "--only", "01")
    assert told.exit_code == 1
    assert "another shape: choices" in told.output


def test_a_key_that_is_not_set_and_a_conversation_that_is_not_there_are_refused() -> None:
    with playing(Fewest(), "openai") as played:
        where = ["--base-url", played.url, "--model", "played"]
        keyless = CliRunner().invoke(app, [*where, "--key-env", "NO_SUCH_VARIABLE"])
        unknown = CliRunner().invoke(app, [*where, "--only", "13"])
    assert keyless.exit_code == 2
    assert "NO_SUCH_VARIABLE is not set" in keyless.output
    assert unknown.exit_code == 2
    assert "01-find-a-video-by-its-title" in unknown.output
    assert played.bodies == []
