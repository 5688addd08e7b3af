"""Looking at the vendors' accounts, side by side: reached, let in, and allowed to change?"""

from collections.abc import Sequence

import anyio

from media_tracks_server.doctor.findings import Finding, Outcome
from media_tracks_server.doctor.tools import CHANGING, EVERY
from media_tracks_server.http import Bucket
from media_tracks_tools.errors import NotFound, RateLimited, SetupError, Side, Unavailable
from media_tracks_tools.models import AccountCheck, Problem
from media_tracks_tools.ports import ChecksWriting, Provider


class Unlimited:
    """No shared clock: it lies in the job database, which may be what is broken.

    The doctor sends a handful of requests.
    """

    async def take(self, bucket: Bucket, budget_seconds: float) -> None:
        """See `Limiter.take`: at once."""

    async def push_back(self, bucket: Bucket, seconds: float) -> None:
        """See `Limiter.push_back`: nobody else hears of it."""


async def look_at_vendors(accounts: Sequence[Provider], within_seconds: float) -> list[Finding]:
    """One finding an account, in their order; each has `within_seconds` for all its requests."""
    found: dict[str, Finding] = {}

    async def look(provider: Provider) -> None:
        found[provider.account.name] = await _look(provider, within_seconds)

    async with anyio.create_task_group() as group:
        for provider in accounts:
            group.start_soon(look, provider)
    return [found[provider.account.name] for provider in accounts]


async def _look(provider: Provider, within_seconds: float) -> Finding:
    name = provider.account.name
    try:
        with anyio.fail_after(within_seconds):
            reading = await provider.check()
            if not reading.ok:
                return _refused(provider, reading, EVERY)
            if isinstance(provider, ChecksWriting):
                writing = await provider.check_writing()
                if not writing.ok:
                    found = _refused(provider, writing, CHANGING)
                    detail = f"Reading works; changing does not seem to. {found.detail}"
                    return found.model_copy(update={"detail": detail})
    except TimeoutError:
        silent = Unavailable(
            f"{provider.account.provider} did not answer within {within_seconds:g} s.",
            next_step="Check this machine's network, proxy and firewall and the vendor's address; "
            "then look at the vendor's status page.",
        )
        return Finding.of("account", silent, name, EVERY)
    return Finding(looked_at="account", name=name, outcome=Outcome.OK, detail=reading.detail)


def _refused(provider: Provider, check: AccountCheck, disables: tuple[str, ...]) -> Finding:
    account, problem = provider.account, check.error
    if problem is None:
        problem = Problem(side=Side.YOUR_SETUP, code=SetupError.default_code, message=check.detail)
    elif problem.code == NotFound.default_code:  # what every account has is not there
        problem = Problem(
            side=Side.YOUR_SETUP,
            code=problem.code,
            message=problem.message,
            next_step=f"Check the account's id and its address (base_url in its table, or "
            f"MEDIA_TRACKS_{account.provider.upper()}_BASE_URL).",
        )
    finding = Finding.of("account", problem, account.name, disables)
    if problem.code == RateLimited.default_code:
        return finding.model_copy(update={"outcome": Outcome.WARNING, "disables": ()})
    return finding
