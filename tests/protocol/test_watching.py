"""Watchers of jobs and tracks are told of changes, whichever process made them."""

import sqlite3
from contextlib import closing

import pytest
from mcp import Client, MCPError
from mcp.types import SubscriptionFilter, SubscriptionsListenRequest, SubscriptionsListenResult
from mcp.types import SubscriptionsListenRequestParams as ListenParams
from pydantic import JsonValue, SecretStr

import processes
from listening import Listener, listening
from media_tracks_server.app import build
from media_tracks_server.sandbox import CloudflareInfo
from media_tracks_server.settings import Settings
from media_tracks_tools import links
from media_tracks_tools.models import Job, JobRef, JobState
from slow_vendor import Vendor
from task_client import TASKS, Following, cancel, get, started
from waiting import eventually


async def begin(client: Client, video: str, language: str = "en") -> str:
    """Start a job; returns its id."""
    ask: dict[str, JsonValue] = {"video": video, "language": language, "wait_seconds": 0}
    result = await client.call_tool("generate_subtitles", ask)
    return JobRef.model_validate(result.structured_content).job_id


async def state_of(client: Client, job_id: str) -> JobState:
    got = await client.call_tool("get_job_result", {"job_id": job_id, "wait_seconds": 0})
    return Job.model_validate(got.structured_content).state


async def test_a_job_that_only_another_server_can_move_is_heard_of_to_its_end(
    settings: Settings, video: str, vendor: Vendor, era: str
) -> None:
    powerless = settings.model_copy(update={"cloudflare_api_token": SecretStr("another")})
    async with Client(build(settings)) as other, listening(build(powerless), era) as listener:
        job_id = await begin(other, video)
        uri = links.job_uri(job_id)
        async with listener.watching(uri):
            await vendor.end_job()

            async def over() -> bool:
                return await state_of(listener.client, job_id) is JobState.SUCCEEDED

            await eventually(over)
            await listener.hears(uri, times=1)
    assert set(listener.heard) == {uri}


async def test_once_a_job_has_ended_its_videos_tracks_and_texts_have_changed(
    settings: Settings, video: str, vendor: Vendor, era: str
) -> None:
    about = (links.tracks_uri(video), links.subtitles_uri(video, "en"))
    elsewhere = links.tracks_uri(f"{video}x")
    async with listening(build(settings), era) as listener, listener.watching(*about, elsewhere):
        await begin(listener.client, video)
        await eventually(vendor.begun)
        assert not listener.heard
        await vendor.end_job()
        for uri in about:
            await listener.hears(uri)
    assert elsewhere not in listener.heard


async def test_a_uri_that_is_written_in_another_way_is_heard_of_as_it_was_written(
    settings: Settings, video: str, vendor: Vendor, era: str
) -> None:
    uri = links.tracks_uri(video).replace("ea", "%65a", 1)
    async with listening(build(settings), era) as listener, listener.watching(uri):
        await begin(listener.client, video)
        await vendor.end_job()
        await listener.hears(uri)


async def test_a_batch_is_heard_of_when_one_of_its_videos_moves(
    settings: Settings, video: str, cloudflare: CloudflareInfo, vendor: Vendor, era: str
) -> None:
    both: list[JsonValue] = [video, f"cloudflare/{cloudflare.silent_id}"]
    ask: dict[str, JsonValue] = {"videos": both, "language": "en", "wait_seconds": 0}
    async with listening(build(settings), era) as listener:
        result = await listener.client.call_tool("generate_subtitles_batch", ask)
        uri = links.job_uri(JobRef.model_validate(result.structured_content).job_id)
        async with listener.watching(uri):
            await listener.hears(uri)
            await vendor.end_job()
            await listener.hears(uri, times=2)


def given_to_somebody_else(settings: Settings, job_id: str) -> None:
    with closing(sqlite3.connect(settings.database_path)) as database, database:
        database.execute("UPDATE job SET principal = 'bob' WHERE id = ?", (job_id,))


async def test_what_can_not_be_read_is_not_agreed_to(settings: Settings, video: str) -> None:
    async with Client(build(settings)) as client:
        mine, others = await begin(client, video), await begin(client, video, "de")
        given_to_somebody_else(settings, others)
        tracks = links.tracks_uri(video)
        asked = [links.job_uri(one) for one in (mine, others, "job_none")]
        asked += [tracks, "tracks://nobody/x", "nothing://at/all", "job:"]
        async with client.listen(resource_subscriptions=asked, tools_list_changed=True) as stream:
            honored = stream.honored
    assert honored.resource_subscriptions == [links.job_uri(mine), tracks]
    assert honored.tools_list_changed


@pytest.mark.parametrize("uri", ["job://{}", "job://job_none", "tracks://nobody/x", "x://y"])
async def test_before_2026_what_can_not_be_read_can_not_be_subscribed_to(
    settings: Settings, video: str, uri: str
) -> None:
    async with Client(build(settings), mode="legacy") as client:
        others = await begin(client, video)
        given_to_somebody_else(settings, others)
        with pytest.raises(MCPError) as caught:
            await Listener(client).subscribe(uri.format(others))
    assert caught.value.error.code == -32602
    assert "There is no" in caught.value.error.message or "knows" in caught.value.error.message


async def test_a_job_of_somebody_else_is_no_task(settings: Settings, video: str) -> None:
    async with Client(build(settings), extensions=[Following()]) as client:
        handle = await started(client, "generate_subtitles", {"video": video, "language": "en"})
        given_to_somebody_else(settings, handle.task_id)
        for method in (get, cancel):
            with pytest.raises(MCPError, match="no job") as caught:
                await method(client.session, handle.task_id)
            assert caught.value.error.code == -32602


async def test_who_has_unsubscribed_hears_nothing_more(
    settings: Settings, video: str, vendor: Vendor
) -> None:
    kept, left = links.tracks_uri(video), links.subtitles_uri(video, "en")
    async with listening(build(settings), "legacy") as listener, listener.watching(kept, left):
        await listener.unsubscribe(left)
        await listener.unsubscribe("job://never_subscribed")
        await begin(listener.client, video)
        await vendor.end_job()
        await listener.hears(kept)
    assert left not in listener.heard


async def test_where_clients_of_2025_can_not_be_told_subscribing_is_not_offered(
    settings: Settings,
) -> None:
    async with Client(build(settings, stateless=True), mode="legacy") as client:
        resources = client.server_capabilities.resources
        with pytest.raises(MCPError) as caught:
            await Listener(client).subscribe("tracks://cloudflare/x")
    assert caught.value.error.code == -32601
    assert resources is not None
    assert not resources.subscribe
    async with Client(build(settings), mode="legacy") as client:
        resources = client.server_capabilities.resources
    assert resources is not None
    assert resources.subscribe


async def test_listening_for_tasks_needs_the_extension(settings: Settings) -> None:
    asked = SubscriptionFilter.model_validate({"taskIds": ["job_x"]})
    request = SubscriptionsListenRequest(params=ListenParams(notifications=asked))
    async with Client(build(settings)) as client:
        with pytest.raises(MCPError) as caught:
            await client.session.send_request(request, SubscriptionsListenResult)
    assert caught.value.error.code == -32021
    nothing: dict[str, JsonValue] = {}
    assert caught.value.error.data == {"requiredCapabilities": {"extensions": {TASKS: nothing}}}


async def test_over_http_each_session_has_subscriptions_of_its_own(
    environment: dict[str, str], video: str, vendor: Vendor
) -> None:
    uri = links.tracks_uri(video)
    async with (
        processes.http(environment) as url,
        listening(url, "legacy") as one,
        listening(url, "legacy") as two,
        one.watching(uri),
        two.watching(uri),
    ):
        await one.unsubscribe(uri)
        await begin(one.client, video)
        await vendor.end_job()
        await two.hears(uri)
    assert not one.heard
