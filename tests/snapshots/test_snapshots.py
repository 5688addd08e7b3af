"""No name, schema, hint or word that hosts and their users rely on changes by accident."""

import difflib

from definitions import RENEW, definitions, golden


async def test_what_hosts_read_is_what_the_golden_files_say() -> None:
    now, before = await definitions(), golden()
    differing = "".join(
        line
        for name in sorted(now.keys() | before.keys())
        for line in difflib.unified_diff(
            before.get(name, "").splitlines(keepends=True),
            now.get(name, "").splitlines(keepends=True),
            f"{name} (golden)",
            f"{name} (now)",
            n=2,
        )
    )
    assert not differing, f"\n{differing}\nIf that is meant, write them anew: {RENEW}"
