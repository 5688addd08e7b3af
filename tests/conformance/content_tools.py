"""The suite's tools that return content, write logs, report progress, or fail."""

from typing import Annotated

import anyio
from mcp.shared.exceptions import MCPError
from mcp.types import (
    MISSING_REQUIRED_CLIENT_CAPABILITY,
    AudioContent,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    TextContent,
    TextResourceContents,
)
from pydantic import Field

from media_tracks_tools.errors import CallerError
from media_tracks_tools.services import Ctx

PNG = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8"
    "z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=="
)
"""One pixel."""
WAV = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAAB9AAACABAAZGF0YQIAAAA="
"""One sample."""


async def test_simple_text() -> str:
    """Text."""
    return "This is a simple text response for testing."


async def test_image_content() -> list[ImageContent]:
    """An image."""
    return [ImageContent(type="image", data=PNG, mime_type="image/png")]


async def test_audio_content() -> list[AudioContent]:
    """Sound."""
    return [AudioContent(type="audio", data=WAV, mime_type="audio/wav")]


def _embedded(uri: str, mime_type: str, text: str) -> EmbeddedResource:
    contents = TextResourceContents(uri=uri, mime_type=mime_type, text=text)
    return EmbeddedResource(type="resource", resource=contents)


async def test_embedded_resource() -> list[EmbeddedResource]:
    """A resource inside the answer."""
    text = "This is an embedded resource content."
    return [_embedded("test://embedded-resource", "text/plain", text)]


async def test_multiple_content_types() -> CallToolResult:
    """Text, an image and a resource."""
    json = '{"test": "data", "value": 123}'
    return CallToolResult(
        content=[
            TextContent(type="text", text="Multiple content types test:"),
            ImageContent(type="image", data=PNG, mime_type="image/png"),
            _embedded("test://mixed-content-resource", "application/json", json),
        ]
    )


async def test_error_handling() -> str:
    """Fail as our tools do: the boundary of the app makes the answer."""
    raise CallerError("This tool intentionally returns an error for testing")


async def test_tool_with_progress(ctx: Ctx) -> str:
    """Tell the suite's three values of progress."""
    for value in (0, 50, 100):
        await ctx.report_progress(value, 100, f"Completed step {value} of 100")
        await anyio.sleep(0.05)
    return "done"


async def test_missing_capability(ctx: Ctx) -> str:
    """Refuse a client that can't sample, with a protocol error that must pass our boundary."""
    capabilities = ctx.client_capabilities
    if capabilities is None or capabilities.sampling is None:
        raise MCPError(
            code=MISSING_REQUIRED_CLIENT_CAPABILITY,
            message="This tool requires the client's 'sampling'.",
            data={"requiredCapabilities": {"sampling": {}}},
        )
    return "sampling is there"


RegionArg = Annotated[
    str,
    Field(
        description="Must be the same as the header Mcp-Param-Region.",
        json_schema_extra={"x-mcp-header": "Region"},
    ),
]


async def test_x_mcp_header(region: RegionArg = "none") -> str:  # noqa: PT028 - no test
    """An argument that has to be repeated in a header."""
    return f"region={region}"


TOOLS = (
    test_simple_text,
    test_image_content,
    test_audio_content,
    test_embedded_resource,
    test_multiple_content_types,
    test_error_handling,
    test_tool_with_progress,
    test_missing_capability,
    test_x_mcp_header,
)
