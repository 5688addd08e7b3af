"""What a host sees before any call: names, hints, schemas, instructions."""

import re

from media_tracks_server.settings import Settings
from talking import Opens

READ_ONLY = {
    "find_videos",
    "list_accounts",
    "list_audio_tracks",
    "list_subtitles",
    "read_subtitles",
    "get_job_result",
    "list_jobs",
}
ADDING = {"add_audio_track", "generate_subtitles_batch"}
CHANGING = {
    "update_audio_track",
    "delete_audio_track",
    "generate_subtitles",
    "add_subtitles",
    "edit_subtitles",
    "delete_subtitles",
    "cancel_job",
    "resolve_job",
}
NOT_TWICE = {"edit_subtitles", "resolve_job"}
OF_ACCOUNTS = {"cancel_job", "resolve_job"}


async def test_seventeen_tools_with_titles_true_hints_and_described_parameters(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        tools = (await client.list_tools()).tools
        assert client.instructions
    assert {tool.name for tool in tools} == READ_ONLY | ADDING | CHANGING
    for tool in tools:
        hints = tool.annotations
        assert hints is not None
        assert tool.title
        assert tool.output_schema
        assert tool.output_schema["type"] == "object"
        assert hints.read_only_hint is (tool.name in READ_ONLY)
        assert hints.destructive_hint is (tool.name in CHANGING)
        assert hints.idempotent_hint is (tool.name not in NOT_TWICE)
        assert hints.open_world_hint is ("job" not in tool.name or tool.name in OF_ACCOUNTS)
        assert tool.input_schema["additionalProperties"] is False
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{tool.name}.{name}"


async def test_schemas_carry_nothing_that_says_nothing(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        tools = (await client.list_tools()).tools
    dumped = "".join(tool.model_dump_json(exclude_none=True) for tool in tools)
    assert '"type":"null"' not in dumped
    assert '"default":null' not in dumped
    titles = re.findall(r'"title":"([^"]*)"', dumped)
    assert sorted(titles) == sorted(tool.title or "" for tool in tools)


async def test_no_tool_but_four_shows_the_full_job(
    open_client: Opens, local_settings: Settings
) -> None:
    async with open_client(local_settings) as client:
        tools = (await client.list_tools()).tools
    full = {t.name for t in tools if "created_at" in (t.output_schema or {}).get("properties", {})}
    assert full == {"get_job_result", "cancel_job", "resolve_job"}
