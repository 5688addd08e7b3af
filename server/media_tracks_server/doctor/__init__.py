"""`media-tracks doctor`: what works here, what does not, whose side it is on and what to do."""

import platform
import shutil
import sqlite3
import sys
from importlib.metadata import PackageNotFoundError, version

import anyio
import anyio.to_thread
import httpx

from media_tracks_server import logs
from media_tracks_server.accounts import Note, Noted
from media_tracks_server.doctor.findings import Finding, Findings, Outcome
from media_tracks_server.doctor.folders import look_at_root
from media_tracks_server.doctor.job_database import look_at_database
from media_tracks_server.doctor.speech import look_at_speech
from media_tracks_server.doctor.tools import CHANGING
from media_tracks_server.doctor.vendors import Unlimited, look_at_vendors
from media_tracks_server.doctor.words import as_text
from media_tracks_server.opening import Opened, open_accounts
from media_tracks_server.settings import LogLevel, Settings, config_file, load
from media_tracks_tools.errors import Side

__all__ = ["Finding", "Findings", "Outcome", "examine", "run"]

ACCOUNT_SECONDS = 10.0
"""How long a vendor may take for everything it is asked."""
_TIMEOUT = httpx.Timeout(5.0, connect=2.0)
_PACKAGES = ("media-tracks-mcp", "mcp", "httpx", "SQLAlchemy", "faster-whisper", "av")
_BY_NOTE = {
    Noted.OFF: Outcome.OK,
    Noted.PASSED_OVER: Outcome.WARNING,
    Noted.BROKEN: Outcome.FAILED,
}


def run(*, as_json: bool) -> bool:
    """Look at everything and tell it on stdout; whether nothing failed.

    Raises SetupError where the settings can't be read.
    """
    settings = load()
    logs.set_up(LogLevel.ERROR)
    found = anyio.run(examine, settings)
    if as_json:
        sys.stdout.write(found.model_dump_json(indent=2, exclude_none=True) + "\n")
    else:
        sys.stdout.write(as_text(found, shutil.get_terminal_size().columns))
    return found.ok


async def examine(settings: Settings, account_seconds: float = ACCOUNT_SECONDS) -> Findings:
    """Look at everything that the settings name; vendors are only asked to read."""
    async with httpx.AsyncClient(timeout=_TIMEOUT, follow_redirects=False) as client:
        opened = open_accounts(settings, Unlimited(), client)
        vendors = await look_at_vendors(opened.vendors, account_seconds)
    providers = (*opened.local, *opened.vendors)
    fingerprints = {provider.account.fingerprint for provider in providers}
    found = (
        _settings_file(),
        *vendors,
        *(_of_note(note) for note in opened.notes),
        *([] if providers else [_nothing()]),
        *await anyio.to_thread.run_sync(_on_this_machine, settings, opened),
        await look_at_database(settings.database_path, fingerprints),
        _versions(),
    )
    return Findings(findings=tuple(map(_unharmed, found)) if settings.read_only else found)


def _unharmed(finding: Finding) -> Finding:
    """Of a server that only reads: what keeps nothing but changes from working is no failure."""
    if finding.outcome is not Outcome.FAILED or not finding.disables:
        return finding
    if not set(finding.disables) <= set(CHANGING):
        return finding
    detail = f"{finding.detail} Nothing is changed here anyway (MEDIA_TRACKS_READ_ONLY)."
    return finding.model_copy(update={"outcome": Outcome.WARNING, "disables": (), "detail": detail})


def _on_this_machine(settings: Settings, opened: Opened) -> list[Finding]:
    found = [look_at_root(root) for root in opened.roots]
    return [*found, look_at_speech(settings.speech_model, needed=bool(opened.roots))]


def _settings_file() -> Finding:
    path = config_file()
    told = (
        f"{path} is used." if path.is_file() else f"none at {path}; the environment alone counts."
    )
    return Finding(looked_at="settings file", outcome=Outcome.OK, detail=told)


def _of_note(note: Note) -> Finding:
    return Finding(
        looked_at="account",
        name=note.account,
        outcome=_BY_NOTE[note.kind],
        detail=note.text,
        side=None if note.kind is Noted.OFF else Side.YOUR_SETUP,
        next_step=note.next_step,
    )


def _nothing() -> Finding:
    return Finding(
        looked_at="account",
        outcome=Outcome.WARNING,
        detail="There is no account that can be used.",
        side=Side.YOUR_SETUP,
        next_step="Set MEDIA_TRACKS_LOCAL_ROOTS to a folder with videos, or give a vendor's token "
        "(the README says how).",
    )


def _versions() -> Finding:
    told = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    for package in _PACKAGES:
        try:
            told.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            told.append(f"{package} not installed")
    return Finding(
        looked_at="versions", outcome=Outcome.OK, detail=f"{', '.join(told)}; {platform.platform()}"
    )
