"""The server's secret, and what it signs."""

import base64
import logging
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from media_tracks_server.secret import Signer, server_secret
from media_tracks_tools.services import Confirming

MAKE = """
import sys, pathlib
from media_tracks_server.secret import server_secret
print("ready", flush=True)
sys.stdin.readline()
print(server_secret(None, pathlib.Path(sys.argv[1])).decode(), flush=True)
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_setting_is_the_secret_and_no_file_is_made(tmp_path: Path) -> None:
    assert server_secret("from the setting", tmp_path / "data") == b"from the setting"
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("setting", [None, ""])
def test_a_missing_secret_is_made_once_for_this_user_alone(
    tmp_path: Path, setting: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever the umask."""
    folder = tmp_path / "new" / "data"
    umask = os.umask(0)
    try:
        first = server_secret(setting, folder)
    finally:
        os.umask(umask)
    assert server_secret(setting, folder) == first
    assert server_secret(setting, tmp_path / "other") != first
    assert len(base64.urlsafe_b64decode(first + b"=")) == 32
    assert [path.name for path in folder.iterdir()] == ["secret"]
    assert mode_of(folder / "secret") == 0o600
    assert mode_of(folder) == 0o700
    assert not caplog.records


def test_processes_that_make_it_at_once_end_with_the_same_one(tmp_path: Path) -> None:
    """All are loaded and waiting before the first is let go, over several folders."""
    for round_ in range(3):
        folder = tmp_path / str(round_)
        made = [
            subprocess.Popen(
                [sys.executable, "-c", MAKE, str(folder)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for _ in range(4)
        ]
        for process in made:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
        for process in made:
            assert process.stdin
            process.stdin.write("go\n")
            process.stdin.flush()
        secrets = {process.communicate()[0] for process in made}
        assert {process.returncode for process in made} == {0}
        assert len(secrets) == 1
        assert (folder / "secret").read_text() == secrets.pop().strip()
        assert [path.name for path in folder.iterdir()] == ["secret"]


def test_another_process_that_is_first_wins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file appears between looking and linking: the other's is taken, whole."""
    winner = "w" * 43
    link = os.link

    def too_late(source: str, target: str) -> None:
        monkeypatch.setattr(os, "link", link)
        (tmp_path / "secret").write_text(winner)
        (tmp_path / "secret").chmod(0o600)
        link(source, target)

    monkeypatch.setattr(os, "link", too_late)
    assert server_secret(None, tmp_path) == winner.encode()
    assert [path.name for path in tmp_path.iterdir()] == ["secret"]


def test_what_others_could_read_is_closed_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "secret").write_text("s" * 40 + "\n")
    (tmp_path / "secret").chmod(0o644)
    assert server_secret(None, tmp_path) == b"s" * 40
    assert mode_of(tmp_path / "secret") == 0o600
    assert "others could read the secret" in caplog.text


def spoil(path: Path, how: str) -> None:
    """Make of a good secret one that can't be trusted or used."""
    good = path.read_bytes()
    if how == "writable":
        path.chmod(0o620)
        return
    path.unlink()
    if how == "link":
        (path.parent / "elsewhere").write_bytes(good)
        (path.parent / "elsewhere").chmod(0o600)
        path.symlink_to(path.parent / "elsewhere")
    elif how == "dangling":
        path.symlink_to(path.parent / "nowhere")
    elif how == "folder":
        path.mkdir()
    elif how == "pipe":
        os.mkfifo(path, 0o600)
    elif how == "cut":
        path.touch(0o600)
        path.write_bytes(good[:10])


@pytest.mark.parametrize(
    ("how", "why"),
    [
        *(("writable", "others may write it"), ("link", "symbolic link")),
        *(("dangling", "symbolic link"), ("folder", "no ordinary file")),
        *(("pipe", "no ordinary file"), ("cut", "less than 32 bytes")),
    ],
)
def test_a_secret_that_can_not_be_trusted_is_neither_used_nor_touched(
    tmp_path: Path, how: str, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Each start has one of its own then, and the warning says what that costs."""
    good = server_secret(None, tmp_path)
    spoil(tmp_path / "secret", how)
    there = sorted(tmp_path.iterdir())
    first, second = server_secret(None, tmp_path), server_secret(None, tmp_path)
    assert len({good, first, second}) == 3
    assert len(first) == 32
    assert sorted(tmp_path.iterdir()) == there
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert why in caplog.text
    assert "a confirm value holds until it ends and in no other server" in caplog.text
    assert good.decode() not in caplog.text


def test_a_folder_that_can_not_be_one_costs_only_a_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").touch()
    assert len(server_secret(None, tmp_path / "file")) == 32
    assert "File exists" in caplog.text


def test_a_disk_without_hard_links_costs_only_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def unable(_source: str, _target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", unable)
    assert len(server_secret(None, tmp_path)) == 32
    assert "Operation not permitted" in caplog.text
    assert list(tmp_path.iterdir()) == []


PARTS = st.lists(st.text(max_size=5), max_size=4)


@given(PARTS, PARTS)
def test_two_lists_of_parts_never_have_the_same_value(one: list[str], other: list[str]) -> None:
    """Nor lists that read the same when joined."""
    signer: Confirming = Signer(b"k" * 32, refuses=False)
    assert (signer.value(*one) == signer.value(*other)) is (one == other)
    assert signer.value("".join(one), "") != signer.value("", "".join(one), "")


def test_a_value_is_short_safe_and_bound_to_the_secret() -> None:
    signer: Confirming = Signer(b"k" * 32, refuses=True)
    value = signer.value("delete", "ü", "\ud800")
    assert re.fullmatch(r"[a-z2-7]{24}", value)
    assert value == Signer(b"k" * 32, refuses=False).value("delete", "ü", "\ud800")
    assert value != Signer(b"K" * 32, refuses=False).value("delete", "ü", "\ud800")
    assert signer.value("ab", "c") != signer.value("a", "bc")
    assert signer.refuses
    assert "kkk" not in repr(signer)
