"""Telling a sandbox what to play: as a program, as an argument, and while it runs."""

import subprocess
import sys

import httpx
import pytest
from typer.testing import CliRunner

from media_tracks_server.commands import app
from media_tracks_server.sandbox import Fault, SandboxInfo, running
from media_tracks_server.sandbox.settings import Options
from media_tracks_tools.errors import SetupError
from subjects import Subject


def faults_url(sandbox: SandboxInfo) -> str:
    """The endpoint behind `arm`."""
    return sandbox.log_url.replace("/log", "/faults")


def test_arming_needs_no_token_and_is_not_in_the_log(subject: Subject) -> None:
    answer = httpx.post(
        faults_url(subject.sandbox), json={"faults": ["429", "html:0.5"]}, trust_env=False
    )
    assert (answer.status_code, answer.json()) == (200, {"armed": ["429", "html:0.5"]})
    assert subject.sandbox.log() == ()
    assert subject.generate().status_code == 429


def test_the_control_is_out_of_reach_of_faults_and_limits() -> None:
    with running("datocms", rate="1/3600", faults=["drop-before@any:1"]) as sandbox:
        for _ in range(3):
            sandbox.arm("429@any")
            assert sandbox.log() == ()


@pytest.mark.parametrize("body", [b"", b"[]", b'{"faults": "429"}', b'{"faults": ["429", "x"]}'])
def test_what_cannot_be_armed_is_refused_and_arms_nothing(subject: Subject, body: bytes) -> None:
    answer = httpx.post(faults_url(subject.sandbox), content=body, trust_env=False)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert subject.generate().status_code == subject.accepted


def test_a_fault_that_does_not_exist_is_not_armed(subject: Subject) -> None:
    with pytest.raises(SetupError, match="'420'"):
        subject.sandbox.arm("429", "420")
    assert subject.generate().status_code == subject.accepted


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (Options(faults=["500"]), "no fault '500'"),
        (Options(rate="20"), "rate '20'"),
        (Options(rate="0/3"), "rate '0/3'"),
        (Options(rate="20/0"), "rate '20/0'"),
        (Options(visible_after=-1), "visibility can't be -1"),
        (Options(visible_after=float("nan")), "visibility can't be nan"),
        (Options(hold_seconds=float("inf")), "connection can't be inf"),
        (Options(late_seconds=3601), "late effect can't be 3601"),
        (Options(videos=-1), "videos can't be -1"),
        (Options(videos=5001), "videos can't be 5001"),
    ],
)
def test_an_option_that_cannot_be_used_is_refused_with_what_can(
    options: Options, words: str
) -> None:
    with pytest.raises(SetupError, match=words) as refused, running(**options):
        pass
    assert refused.value.next_step


def test_the_command_refuses_in_two_lines() -> None:
    command = [sys.executable, "-m", "media_tracks_server", "sandbox", "--fault", "500"]
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    first, second = ended.stderr.splitlines()
    assert (ended.returncode, ended.stdout) == (2, "")
    assert first == "media-tracks: There is no fault '500'."
    assert second.startswith("Next: Choose from: 429, 429-no-wait, ")


def test_the_command_passes_every_option_on() -> None:
    options = "datocms --job-seconds 0 --fault 429 --fault html@any --seed 3 --visible-after 9"
    options += " --rate 1/60 --labels-not-unique --videos 2"
    command = [sys.executable, "-m", "media_tracks_server", "sandbox", *options.split()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            process.stdout.readline()
            exports = [process.stdout.readline() for _ in range(3)]
            token, url = (line.strip().split("=", 1)[1] for line in exports[:2])
            headers = {"Authorization": f"Bearer {token}", "X-Api-Version": "3"}
            with httpx.Client(base_url=url, headers=headers, trust_env=False) as client:
                assert "<!doctype html>" in client.get("/site").text
                assert client.get("/site").status_code == 429
        finally:
            process.terminate()


def test_the_help_names_every_fault() -> None:
    words = CliRunner().invoke(app, ["sandbox", "--help"]).output.replace(";", "").split()
    assert set(Fault) <= set(words) | {"5xx-after", "drop-after"}
    assert {"5xx-after:", "drop-after:"} <= set(words)
