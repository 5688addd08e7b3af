"""What every benchmark prints: what was measured, the target beside it, and whether it was met."""

import math
import statistics
from collections.abc import Awaitable, Callable, Mapping, Sequence
from enum import StrEnum


class Verdict(StrEnum):
    """What a measurement came to."""

    MET = "met"
    NOT_MET = "NOT met"
    NOT_RUN = "not run"


class NotRun(Exception):
    """A benchmark can't run here; the message says why."""


Measure = Callable[[], Awaitable[float]]


async def interleaved(rounds: int, measures: Mapping[str, Measure]) -> dict[str, list[float]]:
    """Take every measure once a round, each second round in the opposite order."""
    found: dict[str, list[float]] = {name: [] for name in measures}
    for number in range(rounds):
        names = list(measures)
        for name in reversed(names) if number % 2 else names:
            found[name].append(await measures[name]())
    return found


def shown(value: float, digits: int = 3) -> str:
    """A number that looks no smaller than it is: cut upwards, since small is good here."""
    scale = 10**digits
    return f"{math.ceil(value * scale) / scale:.{digits}f}"


def say(text: str) -> None:
    """One line, at once."""
    print(f"  {text}", flush=True)


def spread(name: str, values: Sequence[float], unit: str, digits: int = 3) -> None:
    """Minimum and median of a series."""
    least, middle = shown(min(values), digits), shown(statistics.median(values), digits)
    say(f"{name:<44} min {least} {unit}   median {middle} {unit}   ({len(values)} rounds)")


def at_most(what: str, measured: float, target: float, unit: str = "x", digits: int = 3) -> Verdict:
    """Print the line that counts; the verdict looks at the number itself, not at what is shown."""
    verdict = Verdict.MET if measured <= target else Verdict.NOT_MET
    say(f"{what:<44} {shown(measured, digits)}{unit}   target <= {target:g}{unit}   {verdict}")
    return verdict
