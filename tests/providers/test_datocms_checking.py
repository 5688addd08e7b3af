"""DatoCMS: whether the token works, and what it may do."""

import httpx
import pytest
import respx

from datocms_pages import api_error
from doubles import DATOCMS_URL, TOKEN, NotedLimiter
from media_tracks_server.providers.datocms import DatoCMS
from media_tracks_server.sandbox import running

NO_UPLOADS: dict[str, object] = {"data": [], "meta": {"total_count": 0}}
SITE = {"data": {"type": "site", "id": "7", "attributes": {"name": "Shop"}}}
NOWHERE = f"{DATOCMS_URL}/uploads/0/tracks/0"


async def test_the_check_asks_for_the_site_and_one_upload(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    site = {"type": "site", "id": "7", "attributes": {"name": "My\nproject", "locales": ["en"]}}
    route = wire.get(f"{DATOCMS_URL}/site").respond(json={"data": site})
    uploads = wire.get(f"{DATOCMS_URL}/uploads").respond(json=NO_UPLOADS)
    check = await datocms.check()
    assert check.ok
    assert "'My project'" in check.detail
    headers = route.calls.last.request.headers
    assert headers["Authorization"] == f"Bearer {TOKEN}"
    assert headers["X-Api-Version"] == "3"
    assert headers["Accept"] == "application/json"
    assert "X-Environment" not in headers
    assert dict(uploads.calls.last.request.url.params) == {"page[limit]": "1"}


async def test_the_check_never_raises_for_a_bad_token(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(f"{DATOCMS_URL}/site").respond(401, json=api_error("INVALID_AUTHORIZATION_HEADER"))
    check = await datocms.check()
    assert not check.ok
    assert check.error
    assert check.error.code == "credential_refused"
    assert "DATOCMS_API_TOKEN" in (check.error.next_step or "")


async def test_a_role_that_may_not_read_uploads_is_told_apart(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.get(f"{DATOCMS_URL}/site").respond(json=SITE)
    wire.get(f"{DATOCMS_URL}/uploads").respond(403, json=api_error("INSUFFICIENT_PERMISSIONS"))
    check = await datocms.check()
    assert not check.ok
    assert check.error
    assert check.error.code == "permission_missing"
    assert "reading the uploads" in check.error.message
    assert "upload permissions" in (check.error.next_step or "")


async def test_the_setting_of_the_token_is_named(
    limiter: NotedLimiter, client: httpx.AsyncClient, wire: respx.MockRouter
) -> None:
    shop = DatoCMS("shop", TOKEN, limiter=limiter, client=client, setting="[accounts.shop] token")
    for code in ("INVALID_AUTHORIZATION_HEADER", "INSUFFICIENT_PERMISSIONS", "NO_SUCH_CODE"):
        wire.get(f"{DATOCMS_URL}/site").respond(401, json=api_error(code))
        error = (await shop.check()).error
        assert error
        assert "[accounts.shop] token" in (error.next_step or "")


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (403, api_error("INSUFFICIENT_PERMISSIONS"), "permission_missing"),
        (403, {}, "permission_missing"),
        (401, api_error("INVALID_AUTHORIZATION_HEADER"), "credential_refused"),
        (422, api_error("IMMUTABLE_UPLOAD_TRACKS_IN_SANDBOX_ENVIRONMENT"), "setup"),
        (503, {}, "unavailable"),
        (404, api_error("NOT_FOUND"), None),
        (422, api_error("INVALID_ENTITY_ID"), None),
        (422, api_error("NOT_A_VIDEO"), None),
        (202, {"data": {"type": "job", "id": "1"}}, None),
        (200, {}, None),
    ],
)
async def test_only_a_refusal_proves_that_writing_is_not_allowed(
    datocms: DatoCMS, wire: respx.MockRouter, status: int, body: object, code: str | None
) -> None:
    route = wire.delete(NOWHERE).respond(status, json=body)
    check = await datocms.check_writing()
    assert route.call_count == 1
    assert check.ok is (code is None)
    assert (check.error.code if check.error else None) == code
    assert "not refused" in check.detail or not check.ok


async def test_an_unreachable_vendor_proves_nothing(
    datocms: DatoCMS, wire: respx.MockRouter
) -> None:
    wire.delete(NOWHERE).mock(side_effect=httpx.ConnectError("no"))
    check = await datocms.check_writing()
    assert not check.ok
    assert check.error
    assert check.error.code == "unreachable"


async def test_a_token_that_may_only_read_is_found_out_without_any_change(
    limiter: NotedLimiter,
) -> None:
    with running("datocms") as sandbox:
        assert sandbox.datocms
        asked: list[bool] = []
        for token in (sandbox.datocms.read_only_token, sandbox.datocms.token):
            provider = DatoCMS("d", token, base_url=sandbox.datocms.base_url, limiter=limiter)
            asked += [(await provider.check()).ok, (await provider.check_writing()).ok]
            await provider.aclose()
        assert asked == [True, False, True, True]
        assert not any(entry.effect for entry in sandbox.log())
