"""Where the speech model comes from: a folder, the cache, one download, or a plain no."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from media_tracks_server.providers.local.models import load
from media_tracks_tools.errors import ModelMissing

_COMMIT = "0d3d19a32d3338f10357c0889762bd8d64bbdeba"
_REPOSITORY = "Systran/faster-whisper-tiny.en"

_LOAD = """
import sys
from media_tracks_server.providers.local.models import load
from media_tracks_tools.errors import ModelMissing
try:
    model = load(sys.argv[1], 1, lambda: print("downloading"))
    print(*model.supported_languages)
except ModelMissing as error:
    print(error.message, "|", error.next_step)
"""


def unused() -> None:
    """No download is expected."""
    raise AssertionError("nothing should be downloaded")


def load_apart(model: str, hub: str, home: Path) -> str:
    """What loading prints in a process of its own, with this hub and an empty cache."""
    ours = {"HF_ENDPOINT": hub, "HF_HOME": str(home), "HF_HUB_DISABLE_XET": "1"}
    environment = {**os.environ, **ours}  # noqa: TID251 - for a real process
    command = [sys.executable, "-c", _LOAD, model]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


class Hub(BaseHTTPRequestHandler):
    """The wire of the Hugging Face hub, with one model in it."""

    protocol_version = "HTTP/1.1"
    folder: Path

    def do_HEAD(self) -> None:
        """Headers only."""
        self._answer(body=False)

    def do_GET(self) -> None:
        """Headers and content."""
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its signature
        """Say nothing."""

    def _answer(self, *, body: bool) -> None:
        files = [file for file in self.folder.iterdir() if file.is_file()]
        if self.path.startswith(f"/api/models/{_REPOSITORY}/tree/"):
            tree = [
                {"type": "file", "path": file.name, "size": file.stat().st_size, "oid": "0" * 40}
                for file in files
            ]
            self._send(json.dumps(tree).encode(), "application/json", body=body)
        elif self.path.startswith(f"/api/models/{_REPOSITORY}/"):
            siblings = [{"rfilename": file.name} for file in files]
            info = {"id": _REPOSITORY, "sha": _COMMIT, "siblings": siblings}
            self._send(json.dumps(info).encode(), "application/json", body=body)
        else:
            name = self.path.partition("?")[0].rpartition("/")[2]
            content = (self.folder / name).read_bytes()
            self._send(content, "application/octet-stream", body=body)

    def _send(self, content: bytes, kind: str, *, body: bool) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("ETag", f'"{len(content):040x}"')
        self.send_header("X-Repo-Commit", _COMMIT)
        self.end_headers()
        if body:
            self.wfile.write(content)


@pytest.fixture
def hub(speech_model: str) -> Iterator[str]:
    """A model hub on the loopback with tiny.en in it."""

    class EnglishHub(Hub):
        folder = Path(speech_model)

    server = ThreadingHTTPServer(("127.0.0.1", 0), EnglishHub)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_name_is_downloaded_once_and_then_found_in_the_cache(hub: str, tmp_path: Path) -> None:
    """The second time needs no hub at all."""
    assert load_apart("tiny.en", hub, tmp_path) == "downloading\nen\n"
    assert load_apart("tiny.en", "http://127.0.0.1:9", tmp_path) == "en\n"


def test_without_a_hub_the_message_says_what_to_set(tmp_path: Path) -> None:
    """Nobody listens on that port."""
    told = load_apart("base", "http://127.0.0.1:9", tmp_path)
    assert "'base' is not on this machine and could not be downloaded" in told
    assert "MEDIA_TRACKS_SPEECH_MODEL" in told


def test_a_folder_is_loaded_without_the_network(speech_model: str) -> None:
    """The English model knows one language."""
    assert load(speech_model, 1, unused).supported_languages == ["en"]


@pytest.mark.parametrize(
    ("model", "told"),
    [
        ("enormous", "There is no speech model 'enormous'; the names are tiny.en, tiny"),
        ("/nowhere/model", "There is no folder '/nowhere/model'"),
        ("./nowhere", "There is no folder './nowhere'"),
        ("a/b/c", "There is no folder 'a/b/c'"),
    ],
)
def test_a_setting_that_leads_nowhere_is_told(model: str, told: str) -> None:
    """A wrong name, and folders that don't exist."""
    with pytest.raises(ModelMissing, match=told) as caught:
        load(model, 1, unused)
    assert "MEDIA_TRACKS_SPEECH_MODEL" in (caught.value.next_step or "")


def test_a_folder_without_a_model_is_told(tmp_path: Path) -> None:
    """It is there, but holds something else."""
    with pytest.raises(ModelMissing, match=r"it holds no model\.bin"):
        load(str(tmp_path), 1, unused)


def test_a_broken_model_is_told(tmp_path: Path) -> None:
    """Half a download, for instance."""
    (tmp_path / "model.bin").write_bytes(b"half")
    with pytest.raises(ModelMissing, match="can't be loaded"):
        load(str(tmp_path), 1, unused)


def test_without_the_package_the_message_says_what_to_install() -> None:
    """The extra [local] is not installed."""
    program = "import sys; sys.modules['faster_whisper'] = None\n" + _LOAD
    command = [sys.executable, "-c", program, "base"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "not installed" in done.stdout
    assert "pip install 'media-tracks-mcp[local]'" in done.stdout
