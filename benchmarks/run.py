"""`make bench`: all benchmarks, or those that are named; a missed target is exit code 1."""

import importlib
import os
import platform
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import Protocol, cast

from report import NotRun, Verdict

NAMES = ("start", "calls", "idle", "following", "submissions", "remux", "recognition", "tokens")


class _Benchmark(Protocol):
    __doc__: str | None

    def run(self) -> Sequence[Verdict]: ...


def main() -> int:
    """Run them one after the other and count the verdicts."""
    wanted = sys.argv[1:] or list(NAMES)
    if unknown := set(wanted) - set(NAMES):
        print(f"No such benchmark: {', '.join(unknown)}. There are: {', '.join(NAMES)}.")
        return 2
    load = f", load {os.getloadavg()[0]:.2f}" if hasattr(os, "getloadavg") else ""
    print(
        f"{os.cpu_count()} cores{load}, Python {platform.python_version()}, "
        f"{platform.system()} {platform.machine()}; ratios are of one run, side by side"
    )
    verdicts = [verdict for name in wanted for verdict in _verdicts(name)]
    counted = Counter(verdicts)
    print("\n" + ", ".join(f"{counted[verdict]} {verdict}" for verdict in Verdict))
    return 1 if counted[Verdict.NOT_MET] else 0


def _verdicts(name: str) -> Sequence[Verdict]:
    began = time.monotonic()
    try:
        benchmark = cast("_Benchmark", importlib.import_module(name))
        print(f"\n{(benchmark.__doc__ or name).splitlines()[0]}", flush=True)
        verdicts = benchmark.run()
    except NotRun as reason:
        print(f"  {Verdict.NOT_RUN}: {reason}")
        return [Verdict.NOT_RUN]
    except Exception as error:  # noqa: BLE001 - one that breaks must not hide the others' figures
        print(f"  {Verdict.NOT_RUN}: it failed with {_innermost(error)!r}")
        return [Verdict.NOT_RUN]
    print(f"  (took {time.monotonic() - began:.0f} s)", flush=True)
    return verdicts


def _innermost(error: BaseException) -> BaseException:
    """The error itself, out of the groups that anyio puts around it."""
    inner = error
    while isinstance(inner, BaseExceptionGroup):
        inner = cast("BaseExceptionGroup[BaseException]", inner).exceptions[0]
    return inner


if __name__ == "__main__":
    sys.exit(main())
