"""Running the official suite, and reading what it wrote: every check of every scenario."""

import re
import subprocess
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, TypeAdapter

from conformance import node

VERSIONS = ("2025-11-25", "2026-07-28")
SCENARIO_SECONDS = 20
_FOLDER = re.compile(r"server-(?P<scenario>.+)-\d{4}-\d\d-\d\dT[\d-]+Z")


class Status(StrEnum):
    """What the suite says of a check."""

    SUCCESS = "SUCCESS"
    FAILURE = "FAILURE"
    WARNING = "WARNING"
    SKIPPED = "SKIPPED"
    INFO = "INFO"


class Check(BaseModel):
    """One check of a scenario."""

    id: str
    status: Status
    errorMessage: str = ""  # noqa: N815 - the suite's name

    @property
    def wrong(self) -> bool:
        """Not as the specification demands; a WARNING is about what it only recommends."""
        return self.status is Status.FAILURE


Checks = tuple[Check, ...]
Results = Mapping[str, Checks]
_CHECKS = TypeAdapter(Checks)


def start(url: str, version: str, folder: Path) -> "subprocess.Popen[bytes]":
    """Begin every scenario that the suite has for this version."""
    return _run(url, folder, "--requirements", version)


def once(url: str, version: str, scenario: str, folder: Path) -> Checks:
    """Run one scenario, also where the version does not require it."""
    arguments = ("--scenario", scenario, "--spec-version", version, "--force")
    return finish(_run(url, folder, *arguments), folder)[scenario]


def _run(url: str, folder: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    folder.mkdir(parents=True)
    timeout = ("--timeout", str(SCENARIO_SECONDS * 1000))
    command = node.command(
        node.SUITE, "server", "--url", url, "-o", str(folder), *timeout, *arguments
    )
    log = folder.with_suffix(".log").open("wb")
    return subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT)


def finish(running: "subprocess.Popen[bytes]", folder: Path) -> Results:
    """Wait for the end and read the results. Raises SystemExit where it did not come to it."""
    code = running.wait()
    said = folder.with_suffix(".log").read_text()
    found = {
        named["scenario"]: _checks(one / "checks.json")
        for one in folder.iterdir()
        if (named := _FOLDER.fullmatch(one.name))
    }
    if not found or code not in {0, 1} or (len(found) > 1 and _SUMMARY not in said):
        raise SystemExit(f"The suite did not run to its end:\n{said}")
    return found


_SUMMARY = "=== SUMMARY ==="


def _checks(written: Path) -> Checks:
    """The checks of one scenario; the suite writes none where it took too long or broke."""
    if written.exists():
        return _CHECKS.validate_json(written.read_bytes())
    return (Check(id="ends", status=Status.FAILURE, errorMessage="It did not end."),)
