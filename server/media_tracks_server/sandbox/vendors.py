"""The vendors' servers and the accounts they start with."""

from collections.abc import Mapping

from starlette.types import ASGIApp

from media_tracks_server.sandbox import cloudflare_seed, datocms_seed
from media_tracks_server.sandbox.cloudflare import API_PREFIX, cloudflare_app
from media_tracks_server.sandbox.cloudflare_state import CloudflareState
from media_tracks_server.sandbox.cloudflare_wire import Credential
from media_tracks_server.sandbox.control import Controlled, control_app
from media_tracks_server.sandbox.datocms import MUX_PATH, datocms_app
from media_tracks_server.sandbox.datocms_state import DatoCmsState
from media_tracks_server.sandbox.datocms_wire import CREDENTIAL, READ_ONLY_CREDENTIAL
from media_tracks_server.sandbox.info import CloudflareInfo, DatoCmsInfo, SandboxInfo
from media_tracks_server.sandbox.log import LOG_PATH
from media_tracks_server.sandbox.stage import Stage


def vendors(stage: Stage, urls: Mapping[str, str]) -> tuple[dict[str, ASGIApp], SandboxInfo]:
    """The servers by vendor for the origins given, and what a client has to know of them."""
    control = control_app(stage.log, stage.plan)
    apps: dict[str, ASGIApp] = {}
    datocms = cloudflare = None
    if "datocms" in urls:
        app, datocms = _datocms(stage, urls["datocms"])
        apps["datocms"] = Controlled(app, control)
    if "cloudflare" in urls:
        app, cloudflare = _cloudflare(stage, urls["cloudflare"])
        apps["cloudflare"] = Controlled(app, control)
    log_url = next(iter(urls.values())) + LOG_PATH
    return apps, SandboxInfo(datocms=datocms, cloudflare=cloudflare, log_url=log_url)


def _datocms(stage: Stage, url: str) -> tuple[ASGIApp, DatoCmsInfo]:
    now, videos = stage.settings.clock(), stage.settings.videos
    state = DatoCmsState(
        stage, datocms_seed.seeded_uploads(videos), datocms_seed.seeded_tracks(now, videos)
    )
    info = DatoCmsInfo(
        base_url=url,
        token=CREDENTIAL,
        read_only_token=READ_ONLY_CREDENTIAL,
        mux_base_url=url + MUX_PATH,
        upload_id=datocms_seed.FEATURED_UPLOAD_ID,
        silent_id=datocms_seed.SILENT_UPLOAD_ID,
        non_video_upload_id=datocms_seed.NON_VIDEO_UPLOAD_ID,
    )
    return datocms_app(state, stage), info


def _cloudflare(stage: Stage, url: str) -> tuple[ASGIApp, CloudflareInfo]:
    library = cloudflare_seed.seeded_library(stage.settings.clock(), stage.settings.videos)
    info = CloudflareInfo(
        base_url=url + API_PREFIX,
        token=Credential.USER.value,
        read_only_token=Credential.READ_ONLY.value,
        account_id=library.account_id,
        video_uid=cloudflare_seed.FEATURED_VIDEO_UID,
        silent_id=cloudflare_seed.SILENT_VIDEO_UID,
    )
    return cloudflare_app(CloudflareState(stage, library), stage), info
