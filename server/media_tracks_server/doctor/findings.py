"""What the doctor finds: one finding for each thing looked at."""

from enum import StrEnum
from typing import Literal

from pydantic import computed_field

from media_tracks_tools.errors import MediaTracksError, Side
from media_tracks_tools.models import Model, Problem


class Outcome(StrEnum):
    """How it stands with one thing."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"


Looked = Literal[
    "settings file", "account", "job database", "local root", "speech model", "versions"
]


class Finding(Model):
    """One thing looked at: `detail` is a sentence, `disables` the tools that can't work so."""

    looked_at: Looked
    name: str | None = None
    outcome: Outcome
    detail: str
    side: Side | None = None
    code: str | None = None
    next_step: str | None = None
    disables: tuple[str, ...] = ()

    @classmethod
    def of(
        cls,
        looked_at: Looked,
        problem: Problem | MediaTracksError,
        name: str | None = None,
        disables: tuple[str, ...] = (),
    ) -> "Finding":
        """The finding of an error."""
        if isinstance(problem, MediaTracksError):
            problem = Problem.of(problem)
        return cls(
            looked_at=looked_at,
            name=name,
            outcome=Outcome.FAILED,
            detail=problem.message,
            side=problem.side,
            code=problem.code,
            next_step=problem.next_step,
            disables=disables,
        )


class Findings(Model):
    """Everything that was found, in the order in which it is shown."""

    findings: tuple[Finding, ...]

    @computed_field
    @property
    def ok(self) -> bool:
        """Whether nothing failed; there may be warnings."""
        return self.count(Outcome.FAILED) == 0

    def count(self, outcome: Outcome) -> int:
        """How many findings are of this kind."""
        return sum(finding.outcome is outcome for finding in self.findings)
