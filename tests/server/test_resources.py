"""Resources are read by the links that tools return, and by what a model types."""

import json
from pathlib import Path

import pytest
from mcp import MCPError
from mcp.types import TextResourceContents

from media_tracks_server.settings import Settings
from media_tracks_tools import links
from talking import Opens

VIDEO = "local/talks/My intro.mp4"


async def test_the_three_templates_are_listed(open_client: Opens, local_settings: Settings) -> None:
    async with open_client(local_settings) as client:
        templates = (await client.list_resource_templates()).resource_templates
    assert {template.uri_template for template in templates} == {
        links.JOB,
        links.TRACKS,
        links.SUBTITLES,
    }


@pytest.mark.parametrize("name", ["talks/My intro.mp4", "100% #1?, ü & co.mp4"])
async def test_tracks_are_read_by_the_canonical_uri_of_any_file_name(
    open_client: Opens, local_settings: Settings, videos: Path, name: str
) -> None:
    (videos / name).write_bytes((videos / "talks" / "My intro.mp4").read_bytes())
    async with open_client(local_settings) as client:
        contents = (await client.read_resource(links.tracks_uri(f"local/{name}"))).contents[0]
    assert isinstance(contents, TextResourceContents)
    assert json.loads(contents.text)["audio"]["video"] == f"local/{name}"
    assert contents.mime_type == "application/json"


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("job://job_none", "no job"),
        ("tracks://local/gone.mp4", "no file"),
        ("tracks://nobody/x", "No account here knows"),
        ("subtitles://local/talks/My%20intro.mp4/xx", "no subtitle track"),
        ("nothing://at/all", "Unknown resource"),
    ],
)
async def test_a_resource_that_is_not_there_is_minus_32602_with_a_reason(
    open_client: Opens, local_settings: Settings, uri: str, says: str
) -> None:
    async with open_client(local_settings) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource(uri)
        await client.call_tool("find_videos", {})
    assert caught.value.error.code == -32602
    assert says in caught.value.error.message


async def test_a_resource_of_a_broken_database_is_minus_32603_with_a_reason(
    open_client: Opens, local_settings: Settings
) -> None:
    local_settings.database_path.write_bytes(b"this is no database at all, " * 200)
    async with open_client(local_settings) as client:
        with pytest.raises(MCPError) as caught:
            await client.read_resource("job://job_x")
    assert caught.value.error.code == -32603
    assert "damaged" in caught.value.error.message
