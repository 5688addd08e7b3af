"""Every scenario of both versions, judged on the server where it says something.

A scenario that asks for nothing of its own is judged on `media-tracks serve`, any other on the
test-only server. What the first passes without the fixtures counts on the second only when the
scenario is seen to reach a fixture there.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from conformance import suite, verdicts
from conformance.servers import Running
from conformance.suite import VERSIONS, Checks, Results, Status
from conformance.verdicts import ANY_SERVER, Row

AT_ONCE = 2
ByVersion = Mapping[str, Results]


def judged(ours: Running, fixtures: Running, folder: Path) -> Sequence[Row]:
    """All rows, by version and name."""
    begun = _begin(ours, folder / "on-serve"), _begin(fixtures, folder / "on-test-only")
    bare, full = (finish() for finish in begun)
    idle = _idle(bare, full, fixtures, folder)
    return tuple(
        row for version in VERSIONS for row in _rows(version, bare[version], full[version], idle)
    )


def _begin(server: Running, folder: Path) -> Callable[[], ByVersion]:
    """Begin everything; what is returned waits for the results."""
    folders = {version: folder / version for version in VERSIONS}
    begun = {version: suite.start(server.url, version, folders[version]) for version in VERSIONS}
    return lambda: {version: suite.finish(begun[version], folders[version]) for version in VERSIONS}


def _rows(
    version: str, bare: Results, full: Results, idle: frozenset[tuple[str, str]]
) -> Iterator[Row]:
    excuses = {one.scenario: one for one in verdicts.expected() if version in one.versions}
    for scenario in sorted({*full, *excuses}):
        anywhere = scenario in ANY_SERVER
        checks = (bare if anywhere else full).get(scenario, ())
        proves = (version, scenario) not in idle and _succeeds(checks)
        excuse = excuses.get(scenario)
        verdict = verdicts.judge(checks, excuse, proves=proves)
        server = "serve" if anywhere else "test-only"
        yield Row(version, scenario, server, checks, verdict, excuse)


def _idle(
    bare: ByVersion, full: ByVersion, fixtures: Running, folder: Path
) -> frozenset[tuple[str, str]]:
    """The scenarios that pass without the fixtures, and reach none where there are some."""
    doubtful = [
        (version, scenario)
        for version in VERSIONS
        for scenario in full[version]
        if scenario not in ANY_SERVER and not any(one.wrong for one in bare[version][scenario])
    ]
    with ThreadPoolExecutor(AT_ONCE) as pool:
        begun = [pool.submit(_reaches, fixtures, folder / "alone", *one) for one in doubtful]
    return frozenset(
        one for one, reaches in zip(doubtful, begun, strict=True) if not reaches.result()
    )


def _succeeds(checks: Checks) -> bool:
    """Whether anything was found to be right besides the form of what was sent."""
    return any(one.status is Status.SUCCESS and one.id != _FORM for one in checks)


_FORM = "wire-schema-valid"


def _reaches(fixtures: Running, folder: Path, version: str, scenario: str) -> bool:
    """Whether a fixture is called when this scenario is run alone."""
    query = f"{version}-{scenario}"
    suite.once(f"{fixtures.url}?{query}", version, scenario, folder / query)
    return any(line.startswith(f"{query} ") for line in fixtures.said.read_text().splitlines())
