"""What the suite's results are worth: which passes prove something, which failures are expected."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from conformance.suite import Checks, Status

EXPECTED = Path(__file__).parent / "expected_failures.toml"
AT_MOST = 5

ANY_SERVER = frozenset(
    {
        "caching",
        "dns-rebinding-protection",
        "http-header-validation",
        "input-required-result-unsupported-methods",
        "logging-set-level",
        "ping",
        "prompts-list",
        "sep-2164-resource-not-found",
        "server-initialize",
        "server-session-lifecycle",
        "server-sse-multiple-streams",
        "tools-list",
    }
)
"""Scenarios that ask for nothing of their own: `media-tracks serve` itself is measured."""


class Verdict(StrEnum):
    """What is said of one scenario."""

    PASSED = "passed"
    EXPECTED = "expected failure"
    VACUOUS = "vacuous, not counted"
    FAILED = "FAILED"
    SURPRISE = "PASSED, but a failure is expected"


class Expected(BaseModel):
    """A scenario that fails, in these checks and no others, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    scenario: str
    versions: tuple[str, ...]
    checks: frozenset[str] = Field(min_length=1)
    reason: str = Field(min_length=20)


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")
    expected: tuple[Expected, ...] = ()


def expected() -> Sequence[Expected]:
    """The file of them. Raises SystemExit when there are more than are allowed."""
    known = _File.model_validate(tomllib.loads(EXPECTED.read_text())).expected
    if len(known) > AT_MOST:
        raise SystemExit(f"{EXPECTED.name}: {len(known)} expected failures, at most {AT_MOST}.")
    return known


@dataclass(frozen=True)
class Row:
    """One scenario in one version on one server."""

    version: str
    scenario: str
    server: str
    checks: Checks
    verdict: Verdict
    excuse: Expected | None

    @property
    def passed(self) -> int:
        """How many checks succeeded."""
        return sum(check.status is Status.SUCCESS for check in self.checks)

    @property
    def counted(self) -> int:
        """How many checks came out one way or the other."""
        return self.passed + len(self.wrong)

    @property
    def wrong(self) -> Checks:
        """The checks that did not."""
        return tuple(check for check in self.checks if check.wrong)

    @property
    def remarks(self) -> Checks:
        """What is to be shown: what is recommended and not there, and what must not be."""
        shown = {Status.WARNING, Status.FAILURE} if self.bad else {Status.WARNING}
        return tuple(check for check in self.checks if check.status in shown)

    @property
    def bad(self) -> bool:
        """Whether this must not be."""
        return self.verdict in {Verdict.FAILED, Verdict.SURPRISE}


def judge(checks: Checks, excuse: Expected | None, *, proves: bool) -> Verdict:
    """`proves` is whether a pass says anything about our server."""
    wrong = frozenset(check.id for check in checks if check.wrong)
    excused = excuse.checks if excuse else frozenset[str]()
    if wrong != excused:
        return Verdict.FAILED if wrong - excused else Verdict.SURPRISE
    if wrong:
        return Verdict.EXPECTED
    return Verdict.PASSED if proves else Verdict.VACUOUS
