"""The test-only server: our app, transport and tasks, with the tools that the suite asks for.

Run by `run.py`; it serves at a free loopback port, which it tells on stderr as `serve` does.
"""

import sys
from dataclasses import replace

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext
from mcp.server.mcpserver.prompts.base import Prompt
from starlette.requests import Request

from conformance import asking_tools, content_tools, older_tools, prompts_and_resources
from conformance.stage import StageRuntime
from conformance.task_tools import WithTaskTools, greet
from media_tracks_server import serving
from media_tracks_server.app import App
from media_tracks_server.selection import TOOLS
from media_tracks_server.settings import Settings
from media_tracks_tools.links import tracks_uri
from media_tracks_tools.services import Ctx, Supplies

SCHEMA: dict[str, object] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {
        "address": {
            "$anchor": "addressDef",
            "type": "object",
            "properties": {"street": {"type": "string"}, "city": {"type": "string"}},
        }
    },
    "properties": {
        "name": {"type": "string"},
        "address": {"$ref": "#/$defs/address"},
        "contactMethod": {"type": "string", "enum": ["phone", "email"]},
        "phone": {"type": "string"},
        "email": {"type": "string"},
    },
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": False,
}
"""Every keyword of JSON Schema 2020-12 that must survive `tools/list` (SEP-1613, SEP-2106)."""


async def json_schema_2020_12_tool() -> str:
    """Nothing; its schema is what is looked at."""
    return "json_schema_2020_12_tool"


async def dynamic() -> str:
    """What comes and goes."""
    return "dynamic"


async def watched_is_ours(
    ctx: ServerRequestContext[Supplies, Request], call_next: CallNext
) -> HandlerResult:
    """Middleware: the resource that the suite subscribes to stands for tracks on the stage."""
    params = ctx.params or {}
    if ctx.method in _SUBSCRIBING and params.get("uri") == prompts_and_resources.WATCHED:
        ctx = replace(ctx, params={**params, "uri": tracks_uri("stage/watched")})
    return await call_next(ctx)


_SUBSCRIBING = frozenset({"resources/subscribe", "resources/unsubscribe"})


class FixtureApp(App):
    """Our server, plus what the suite asks for; tells on stdout each fixture that is reached."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(StageRuntime(settings), WithTaskTools.of(settings))
        self.add_tool(greet)
        for module in (content_tools, asking_tools, older_tools):
            for tool in module.TOOLS:
                self.add_tool(tool)
        self.add_tool(self.test_trigger_tool_change)
        self.add_tool(self.test_trigger_prompt_change)
        self.add_tool(json_schema_2020_12_tool)
        listed = self._tool_manager.get_tool(json_schema_2020_12_tool.__name__)
        assert listed is not None
        listed.parameters = SCHEMA
        ours = {spec.name for spec in TOOLS}
        self._fixtures = {tool.name for tool in self._tool_manager.list_tools()} - ours
        prompts_and_resources.add_to(self)
        self.middleware.extend((self.tell, watched_is_ours))

    async def tell(
        self, ctx: ServerRequestContext[Supplies, Request], call_next: CallNext
    ) -> HandlerResult:
        """Middleware: say on stdout, with the URL's query, which fixture is reached."""
        name = (ctx.params or {}).get("name")
        if ctx.request and (ctx.method == "resources/list" or name in self._fixtures):
            sys.stdout.write(f"{ctx.request.url.query} {name or ctx.method}\n")
            sys.stdout.flush()
        return await call_next(ctx)

    async def test_trigger_tool_change(self, ctx: Ctx) -> str:
        """Change the list of tools."""
        self.add_tool(dynamic)
        self.remove_tool(dynamic.__name__)
        await ctx.notify_tools_changed()
        return "changed"

    async def test_trigger_prompt_change(self, ctx: Ctx) -> str:
        """Change the list of prompts."""
        self.add_prompt(Prompt.from_function(dynamic))
        self.remove_prompt(dynamic.__name__)
        await ctx.notify_prompts_changed()
        return "changed"


if __name__ == "__main__":
    serving.http("127.0.0.1", 0, factory=FixtureApp)
