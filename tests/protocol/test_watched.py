"""What is watched: until the job has ended, the stream is closed, or too many came later."""

import pytest
from mcp import Client
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.session import ServerSession

from media_tracks_server.watching.watched import MOST_SUBSCRIPTIONS, Subscriber, Watch, Watched

JOB, OTHER = Watch("job://1", "job://1"), Watch("job://2", "job://2")
ODD = Watch("tracks://a/%65", "tracks://a/e")
DONE = Watch("job://done", "job://done", over=True)


@pytest.fixture
async def subscriber() -> Subscriber:
    """A session of the SDK's, as a subscription holds it."""
    sessions: list[ServerSession] = []
    server: MCPServer[dict[str, object]] = MCPServer("any")

    @server.tool()
    async def come(ctx: Context[dict[str, object]]) -> str:
        sessions.append(ctx.session)
        return ""

    async with Client(server, mode="legacy") as client:
        await client.call_tool("come")
    return Subscriber("here", sessions[0])


def test_a_stream_watches_as_long_as_it_is_open() -> None:
    watched = Watched()
    with watched.by_stream([JOB, ODD]), watched.by_stream([JOB, OTHER]):
        assert watched
        assert watched.uris({"job://1", "tracks://a/e"}) in (
            ("job://1", "tracks://a/%65"),
            ("tracks://a/%65", "job://1"),
        )
        assert watched.uris({"tracks://a/%65"}) == ()
    assert not watched


def test_of_what_has_ended_nothing_more_is_watched(subscriber: Subscriber) -> None:
    watched = Watched()
    with watched.by_stream([JOB, DONE]):
        watched.subscribe(JOB, subscriber)
        watched.subscribe(DONE, subscriber)
        assert watched.subscribers({"job://1", "job://done"}) == (("job://1", subscriber),)
        watched.end({"job://1"})
        assert not watched


def test_subscribing_again_is_no_second_subscription(subscriber: Subscriber) -> None:
    watched = Watched()
    watched.subscribe(JOB, subscriber)
    watched.subscribe(JOB, subscriber)
    assert len(watched.subscribers({"job://1"})) == 1
    watched.unsubscribe("job://1", "elsewhere")
    assert watched
    watched.unsubscribe("job://1", "here")
    assert not watched


def test_the_oldest_subscription_gives_way_when_there_are_too_many(
    subscriber: Subscriber,
) -> None:
    watched = Watched()
    for number in range(MOST_SUBSCRIPTIONS + 1):
        watched.subscribe(Watch(f"job://{number}", f"job://{number}"), subscriber)
    every = {f"job://{number}" for number in range(MOST_SUBSCRIPTIONS + 1)}
    kept = {uri for uri, _ in watched.subscribers(every)}
    assert every - kept == {"job://0"}
