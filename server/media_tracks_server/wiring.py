"""Putting the heavy parts together: accounts, database, limiter, driver."""

import time
from dataclasses import dataclass

import httpx

from media_tracks_server.accounts import Registry
from media_tracks_server.fetching import Fetcher
from media_tracks_server.jobs.bell import Bell
from media_tracks_server.jobs.board import Board
from media_tracks_server.jobs.database import Database
from media_tracks_server.jobs.driver import Driver
from media_tracks_server.jobs.handles import Handles
from media_tracks_server.jobs.journal import Journal
from media_tracks_server.jobs.limiter import SharedLimiter
from media_tracks_server.jobs.process import Owner
from media_tracks_server.jobs.store import WorkStore
from media_tracks_server.opening import VendorAccount, open_accounts
from media_tracks_server.secret import Signer, secret_of
from media_tracks_server.settings import Confirm, Settings
from media_tracks_server.sources import Sources
from media_tracks_tools.ports import Provider
from media_tracks_tools.services import Services


@dataclass(frozen=True)
class Wired:
    """The running parts of one server process."""

    settings: Settings
    secret: bytes
    sources: Sources
    registry: Registry
    database: Database
    bell: Bell
    driver: Driver
    vendors: tuple[VendorAccount, ...]

    def board(self, principal: str) -> Board:
        """The jobs of this principal."""
        handles = Handles(self.database, principal, self.settings.on_uncertain)
        return Board(handles, self.registry, self.bell)

    def services(self, principal: str) -> Services:
        """The bundle that tools are handed, as this principal."""
        return Services(
            accounts=self.registry,
            jobs=self.board(principal),
            sources=self.sources,
            confirming=Signer(self.secret, refuses=self.settings.confirm is Confirm.REFUSE),
            wait_seconds=self.settings.wait_seconds,
        )

    @property
    def journal(self) -> Journal:
        """What happens to jobs, in whichever process."""
        return Journal(self.database)

    async def aclose(self) -> None:
        """Close the vendors' connections and the database."""
        for vendor in self.vendors:
            await vendor.aclose()
        self.database.close()


def wire(settings: Settings, client: httpx.AsyncClient | None = None) -> Wired:
    """Everything the settings ask for. Raises SetupError where they can't be met.

    `client` is handed to every vendor's adapter and not closed here; tests give it time-outs.
    """
    database = Database(settings.database_path)
    opened = open_accounts(settings, SharedLimiter(database), client)
    registry = Registry((*opened.local, *opened.vendors), opened.notes)
    # A server that may change nothing moves no job either, whoever asked for it.
    moved = () if settings.read_only else registry.all()
    providers: dict[str, Provider] = {one.account.fingerprint: one for one in moved}
    bell = Bell()
    store = WorkStore(database, Owner.this(), time.time)
    driver = Driver(store, providers, bell, settings.keep_jobs_days)
    sources = Sources(opened.roots, Fetcher(allow_private=settings.allow_private_urls))
    secret = secret_of(settings)
    return Wired(settings, secret, sources, registry, database, bell, driver, opened.vendors)
