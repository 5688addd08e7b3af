"""Putting the heavy parts together: adapters, database, limiter, driver."""

import os
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from media_tracks_server.accounts import Registry
from media_tracks_server.jobs.bell import Bell
from media_tracks_server.jobs.board import Board
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.driver import Driver
from media_tracks_server.jobs.handles import Handles
from media_tracks_server.jobs.limiter import SharedLimiter
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import WorkStore
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.providers.local.provider import LocalFiles
from media_tracks_server.providers.local.roots import Root, check_root
from media_tracks_server.settings import Settings
from media_tracks_tools.ports import Provider, Services

_NAME = re.compile(r"[a-z0-9-]{1,32}")
_VENDOR_NAMES = ("datocms", "cloudflare")
_TAKEN = "another account has this name; write name=folder with one of its own"
_NO_LOCAL = "Local files are off: MEDIA_TRACKS_LOCAL_ROOTS names no folder."
_HALF_CLOUDFLARE = (
    "Cloudflare Stream is off: it needs both CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID."
)


@dataclass(frozen=True)
class Wired:
    """The running parts of one server process."""

    settings: Settings
    registry: Registry
    database: Database
    bell: Bell
    driver: Driver
    vendors: tuple[DatoCMS | CloudflareStream, ...]

    def services(self, principal: str) -> Services:
        """The bundle that tools are handed, as this principal."""
        handles = Handles(self.database, principal)
        return Services(
            accounts=self.registry,
            jobs=Board(handles, self.registry, self.bell),
            wait_seconds=self.settings.wait_seconds,
        )

    async def aclose(self) -> None:
        """Close the vendors' connections and the database."""
        for vendor in self.vendors:
            await vendor.aclose()
        self.database.close()


def wire(settings: Settings) -> Wired:
    """Everything the settings ask for. Raises SetupError where they can't be met."""
    database = Database(settings.database_path)
    limiter = SharedLimiter(database)
    notes: list[str] = []
    local = tuple(_local(settings, notes))
    vendors = tuple(_vendors(settings, limiter, notes))
    registry = Registry((*local, *vendors), notes)
    providers: dict[str, Provider] = {p.account.fingerprint: p for p in registry.all()}
    bell = Bell()
    store = WorkStore(database, Owner.this(), time.time)
    driver = Driver(store, providers, bell, settings.keep_jobs_days)
    return Wired(settings, registry, database, bell, driver, vendors)


def _vendors(
    settings: Settings, limiter: SharedLimiter, notes: list[str]
) -> Iterator[DatoCMS | CloudflareStream]:
    if settings.datocms_api_token is not None:
        token = settings.datocms_api_token.get_secret_value()
        yield DatoCMS("datocms", token, base_url=settings.datocms_base_url, limiter=limiter)
    if settings.cloudflare_api_token is not None and settings.cloudflare_account_id:
        yield CloudflareStream(
            "cloudflare",
            settings.cloudflare_api_token.get_secret_value(),
            settings.cloudflare_account_id,
            base_url=settings.cloudflare_base_url,
            limiter=limiter,
        )
    elif settings.cloudflare_api_token is not None or settings.cloudflare_account_id:
        notes.append(_HALF_CLOUDFLARE)


def _local(settings: Settings, notes: list[str]) -> Iterator[LocalFiles]:
    named = list(_named_roots(settings.local_roots))
    if not named:
        notes.append(_NO_LOCAL)
    good: list[Root] = []
    for name, path in named:
        taken = {*_VENDOR_NAMES, *(root.name for root in good)}
        reason = _TAKEN if name in taken else check_root(path)
        if reason is None:
            good.append(Root(name=name, path=path))
        else:
            notes.append(f"The local root {str(path)!r} is not used: {reason}.")
    for root in good:
        yield LocalFiles(
            root, tuple(good), model=settings.speech_model, threads=settings.speech_threads
        )


def _named_roots(text: str) -> Iterator[tuple[str, Path]]:
    """Each root with its name; an `=` behind what is no account name belongs to the path."""
    parts = [part.strip() for part in text.split(os.pathsep) if part.strip()]
    for number, part in enumerate(parts, 1):
        name, equals, folder = part.partition("=")
        if not (equals and _NAME.fullmatch(name.strip().lower())):
            name, folder = "local" if len(parts) == 1 else f"local-{number}", part
        yield name.strip().lower(), Path(folder.strip()).expanduser()
