"""The accounts that the settings ask for, as providers, and notes on those that can't be used.

The environment's accounts come first: their names and what they stand for are theirs.
"""

from dataclasses import dataclass, field
from pathlib import Path

import httpx

from media_tracks_server.account_tables import (
    USUAL_ADDRESS,
    Address,
    CloudflareTable,
    Credential,
    DatoCMSTable,
    LocalTable,
    VendorTable,
    address,
    credential,
)
from media_tracks_server.accounts import Note, Noted
from media_tracks_server.http import Limiter
from media_tracks_server.providers.cloudflare import CloudflareStream
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.providers.local.identity import fingerprint
from media_tracks_server.providers.local.provider import LocalFiles
from media_tracks_server.providers.local.roots import Root, check_root, resolve_within
from media_tracks_server.root_list import split_roots
from media_tracks_server.settings import Settings, config_file, environment
from media_tracks_tools.errors import SetupError

VendorAccount = DatoCMS | CloudflareStream

_VENDOR_NAMES = ("datocms", "cloudflare")
_NO_LOCAL = "Local files are off: MEDIA_TRACKS_LOCAL_ROOTS names no folder."
_HALF_CLOUDFLARE = (
    "Cloudflare Stream is off: it needs both CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID."
)


@dataclass(frozen=True)
class Opened:
    """The accounts in use. `notes` are about everything else."""

    local: tuple[LocalFiles, ...]
    roots: tuple[Root, ...]
    vendors: tuple[VendorAccount, ...]
    notes: tuple[Note, ...]


def open_accounts(
    settings: Settings, limiter: Limiter, client: httpx.AsyncClient | None = None
) -> Opened:
    """Every account of the settings. No vendor is asked; secrets' files and folders are looked at.

    `client` is used for every vendor and not closed here; without one each makes its own.
    """
    opening = _Opening(settings, limiter, client)
    opening.of_settings()
    opening.of_tables(config_file().absolute().parent)
    roots, vendors = tuple(opening.roots), tuple(opening.vendors)
    local = tuple(
        LocalFiles(root, roots, model=settings.speech_model, threads=settings.speech_threads)
        for root in roots
    )
    if not local and not any(isinstance(one, LocalTable) for one in settings.accounts.values()):
        opening.notes.insert(0, Note(Noted.OFF, _NO_LOCAL))
    return Opened(local, roots, vendors, tuple(opening.notes))


@dataclass
class _Opening:
    settings: Settings
    limiter: Limiter
    client: httpx.AsyncClient | None
    roots: list[Root] = field(default_factory=list[Root])
    vendors: list[VendorAccount] = field(default_factory=list[VendorAccount])
    notes: list[Note] = field(default_factory=list[Note])
    names: dict[str, str] = field(default_factory=dict[str, str])
    """The names by what the accounts really are."""

    def of_settings(self) -> None:
        """The local roots, and the accounts of the lone tokens."""
        named = list(split_roots(self.settings.local_roots))
        for number, (name, folder) in enumerate(named, 1):
            given = name or ("local" if len(named) == 1 else f"local-{number}")
            path = Path(folder).expanduser()
            about = f"The local root {str(path)!r} is not used"
            if given in self.names.values() or given in _VENDOR_NAMES:
                why = "another account has this name; write name=folder with one of its own"
                self._note(Noted.PASSED_OVER, given, f"{about}: {why}.")
            else:
                self._add_root(Root(name=given, path=path), about)
        settings = self.settings
        if settings.datocms_api_token is not None:
            token = Credential(settings.datocms_api_token)
            self._add_vendor(self._datocms("datocms", token))
        if settings.cloudflare_api_token is not None and settings.cloudflare_account_id:
            token = Credential(settings.cloudflare_api_token)
            account_id = settings.cloudflare_account_id
            self._add_vendor(self._cloudflare("cloudflare", token, account_id))
        elif settings.cloudflare_api_token is not None or settings.cloudflare_account_id:
            self._note(Noted.BROKEN, "cloudflare", _HALF_CLOUDFLARE)

    def of_tables(self, folder: Path) -> None:
        """The tables of `media-tracks.toml`, whose relative paths begin at `folder`."""
        for name, table in self.settings.accounts.items():
            about = f"The account {name!r} of media-tracks.toml is not used"
            if name in self.names.values():
                why = f"{about}: other settings already give an account of this name."
                self._note(Noted.PASSED_OVER, name, why, "Call this one something else.")
            elif isinstance(table, LocalTable):
                path = folder / table.folder.expanduser()
                about = f"The account {name!r} of media-tracks.toml ({str(path)!r}) is not used"
                self._add_root(Root(name=name, path=path), about)
            else:
                try:
                    self._add_vendor(self._of_table(name, table, folder))
                except SetupError as error:
                    self._note(Noted.BROKEN, name, f"{about}. {error.message}", error.next_step)

    def _add_root(self, root: Root, about: str) -> None:
        if reason := check_root(root.path):
            self._note(Noted.BROKEN, root.name, f"{about}: {reason}.")
        elif self._is_new(fingerprint(root), root.name):
            self.roots.append(root)

    def _add_vendor(self, vendor: VendorAccount) -> None:
        if self._is_new(vendor.account.fingerprint, vendor.account.name):
            self.vendors.append(vendor)

    def _of_table(self, name: str, table: VendorTable, folder: Path) -> VendorAccount:
        found = credential(name, table, folder, environment)
        where = address(name, table)
        match table:
            case DatoCMSTable():
                return self._datocms(name, found, where)
            case CloudflareTable():
                return self._cloudflare(name, found, table.account_id, where)

    def _datocms(self, name: str, found: Credential, where: Address = USUAL_ADDRESS) -> DatoCMS:
        return DatoCMS(
            name,
            found.token.get_secret_value(),
            base_url=where.url or self.settings.datocms_base_url,
            base_url_setting=where.setting,
            mux_url=self.settings.datocms_mux_url,
            limiter=self.limiter,
            client=self.client,
            files=self._file,
            setting=found.setting,
        )

    def _cloudflare(
        self, name: str, found: Credential, account_id: str, where: Address = USUAL_ADDRESS
    ) -> CloudflareStream:
        return CloudflareStream(
            name,
            found.token.get_secret_value(),
            account_id,
            base_url=where.url or self.settings.cloudflare_base_url,
            base_url_setting=where.setting,
            limiter=self.limiter,
            client=self.client,
            files=self._file,
            setting=found.setting,
        )

    def _file(self, named: str) -> Path:
        """A file under a local root, to be uploaded. Blocking; raises what `Sources.file` does."""
        if not self.roots:
            raise SetupError(
                f"{named[:80]!r} is no URL, and no folder is opened from which to take files.",
                next_step="Give a public http(s) URL, or open the file's folder: "
                "MEDIA_TRACKS_LOCAL_ROOTS.",
            )
        return resolve_within(tuple(self.roots), named)

    def _is_new(self, what: str, name: str) -> bool:
        """Whether no other name stands for the same: one of the two would lose its jobs."""
        other = self.names.setdefault(what, name)
        if other != name:
            told = f"The account {name!r} is not used: it is {other!r} under a second name."
            self._note(Noted.PASSED_OVER, name, told, f"Use {other!r}, or remove one of the two.")
        return other == name

    def _note(self, kind: Noted, name: str, text: str, next_step: str | None = None) -> None:
        self.notes.append(Note(kind, text, name, next_step))
