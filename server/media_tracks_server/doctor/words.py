"""The findings as text for a terminal: one line each, below it why and what to do."""

import textwrap
from collections.abc import Iterator

from media_tracks_server.doctor.findings import Finding, Findings, Outcome
from media_tracks_server.doctor.tools import EVERY

_MARKS = {Outcome.OK: "ok", Outcome.WARNING: "warning", Outcome.FAILED: "FAILED"}
_INDENT = " " * 9


def as_text(found: Findings, width: int) -> str:
    """All findings and a last line that sums up, wrapped at `width` columns."""
    lines = [line for finding in found.findings for line in _lines(finding, width)]
    return "\n".join([*lines, "", _summary(found)]) + "\n"


def _lines(finding: Finding, width: int) -> Iterator[str]:
    name = f" {finding.name}" if finding.name else ""
    mark = _MARKS[finding.outcome].ljust(len(_INDENT))
    yield from _wrapped(f"{finding.looked_at}{name}: {finding.detail}", mark, width)
    if finding.side is not None:
        code = f" (code {finding.code})" if finding.code else ""
        yield from _wrapped(f"Whose side: {finding.side.value}{code}.", _INDENT, width)
    if finding.disables:
        every = set(finding.disables) == set(EVERY)
        tools = "every tool" if every else ", ".join(finding.disables)
        yield from _wrapped(f"Disables here: {tools}.", _INDENT, width)
    if finding.next_step:
        yield from _wrapped(f"Next: {finding.next_step}", _INDENT, width)


def _wrapped(text: str, begin: str, width: int) -> list[str]:
    """A name with a line end or an escape in it forges nothing."""
    flat = "".join(c if c.isprintable() else " " for c in text)
    return textwrap.wrap(
        flat,
        width,
        initial_indent=begin,
        subsequent_indent=_INDENT,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _summary(found: Findings) -> str:
    failed, warned = found.count(Outcome.FAILED), found.count(Outcome.WARNING)
    warnings = f"{warned} warning{'s' if warned != 1 else ''}"
    if failed:
        return f"{failed} FAILED, {warnings}."
    return f"Nothing failed, {warnings}." if warned else "All well."
