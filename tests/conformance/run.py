"""`make conformance`: the official suite and other people's clients on our server.

Ends with 1 where anything is not as expected. What may fail is in `expected_failures.toml`.
"""

import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from conformance import clients, node, scenarios, servers
from conformance.clients import Tried
from conformance.verdicts import Row, Verdict

LONGEST = 300
"""Of what the suite says of a check, so many characters are shown."""
JOB_SECONDS = 5.5
"""The sandbox's jobs outlast the patience of the TypeScript client."""


def main() -> int:
    """Run everything."""
    node.install()
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        folder = Path(name)
        sandbox = stack.enter_context(servers.sandbox(JOB_SECONDS))
        ours, fixtures = (
            stack.enter_context(servers.http(command, sandbox.settings, folder / server))
            for server, command in (("serve", servers.SERVE_HTTP), ("test-only", servers.FIXTURES))
        )
        http, stdio = clients.places(ours, sandbox.settings, folder)
        pool = stack.enter_context(ThreadPoolExecutor())
        typescript = pool.submit(clients.typescript, http, stdio, sandbox.video)
        inspector = pool.submit(clients.inspector, http, stdio)
        rows = scenarios.judged(ours, fixtures, folder)
        tried = (*typescript.result(), *inspector.result())
    _show_scenarios(rows)
    _show_clients(tried)
    sys.stdout.write(f"{time.monotonic() - began:.0f} s\n")
    return 1 if any(one.bad for one in (*rows, *tried)) else 0


def _show_scenarios(rows: Sequence[Row]) -> None:
    for row in rows:
        _line(
            f"{row.version}  {row.scenario:<48}{row.server:<10}{row.passed:>3}/{row.counted:<4}"
            f"{row.verdict.value}"
        )
        if row.excuse is not None:
            _line(f"    {row.excuse.reason}")
        for check in row.remarks:
            _line(f"    {check.id}: {check.status.value} {check.errorMessage}"[:LONGEST])
    for verdict in Verdict:
        of_it = sum(row.verdict is verdict for row in rows)
        checks = sum(row.passed for row in rows if row.verdict is verdict)
        _line(f"{of_it:>4} scenarios, {checks} checks: {verdict.value}")


def _show_clients(tried: Sequence[Tried]) -> None:
    for one in tried:
        for fact in one.facts:
            _line(f"{one.name}: {fact}")
        if one.bad:
            sys.stdout.write(f"{one.name}: FAILED\n{one.complaint}\n")


def _line(text: str) -> None:
    sys.stdout.write(f"{' '.join(text.splitlines())}\n")


if __name__ == "__main__":
    sys.exit(main())
