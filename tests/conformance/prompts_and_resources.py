"""The suite's prompts and resources."""

import base64
import json

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.prompts.base import UserMessage
from mcp.types import (
    EmbeddedResource,
    ImageContent,
    InputRequiredResult,
    TextContent,
    TextResourceContents,
)

from conformance.asking_tools import form, value_of
from conformance.content_tools import PNG
from media_tracks_tools.services import Ctx, Supplies


async def test_simple_prompt() -> str:
    """A prompt without arguments."""
    return "This is a simple prompt for testing."


async def test_prompt_with_arguments(arg1: str, arg2: str) -> str:
    """A prompt with two arguments."""
    return f"Prompt with arguments: arg1='{arg1}', arg2='{arg2}'"


async def test_prompt_with_embedded_resource(
    resourceUri: str,  # noqa: N803 - the suite's name
) -> list[UserMessage]:
    """A prompt that carries a resource."""
    contents = TextResourceContents(
        uri=resourceUri, mime_type="text/plain", text="Embedded resource content for testing."
    )
    return [
        UserMessage(EmbeddedResource(type="resource", resource=contents)),
        UserMessage("Please process the embedded resource above."),
    ]


async def test_prompt_with_image() -> list[UserMessage]:
    """A prompt that carries an image."""
    image = ImageContent(type="image", data=PNG, mime_type="image/png")
    return [UserMessage(image), UserMessage("Please analyze the image above.")]


async def test_input_required_result_prompt(ctx: Ctx) -> list[UserMessage] | InputRequiredResult:
    """A prompt that asks first."""
    answers = ctx.input_responses or {}
    if "user_context" in answers:
        context = value_of(answers["user_context"], "context")
        text = TextContent(type="text", text=f"Use the following context: {context}")
        return [UserMessage(text)]
    question = form("What context should the prompt use?", "context")
    return InputRequiredResult(input_requests={"user_context": question})


WATCHED = "test://watched-resource"

PROMPTS = (
    test_simple_prompt,
    test_prompt_with_arguments,
    test_prompt_with_embedded_resource,
    test_prompt_with_image,
    test_input_required_result_prompt,
)


async def static_text() -> str:
    """A text."""
    return "This is the content of the static text resource."


async def static_binary() -> bytes:
    """An image."""
    return base64.b64decode(PNG)


async def watched_resource() -> str:
    """A text that may be watched."""
    return "Watched resource content"


async def template_data(id: str) -> str:  # noqa: A002 - the template's variable
    """A text made for an id."""
    return json.dumps({"id": id, "templateTest": True, "data": f"Data for ID: {id}"})


def add_to(app: MCPServer[Supplies]) -> None:
    """Register them all."""
    for prompt in PROMPTS:
        app.prompt()(prompt)
    app.resource("test://static-text", mime_type="text/plain")(static_text)
    app.resource("test://static-binary", mime_type="image/png")(static_binary)
    app.resource(WATCHED, mime_type="text/plain")(watched_resource)
    app.resource("test://template/{id}/data", mime_type="application/json")(template_data)
