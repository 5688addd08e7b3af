"""Making a tool's JSON schemas short: every token of them is paid for in each chat.

Dropped is what says nothing: generated titles, `null` as an alternative, empty defaults.
"""

import inspect

from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from media_tracks_tools.catalogue import ToolSpec

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


def tool_of(spec: ToolSpec) -> Tool:
    """The SDK's tool for one of ours."""
    tool = Tool.from_function(
        spec.handler,
        title=spec.title,
        description=inspect.getdoc(spec.handler),
        annotations=ToolAnnotations(
            read_only_hint=spec.read_only,
            destructive_hint=spec.destructive,
            idempotent_hint=spec.idempotent,
            open_world_hint=spec.open_world,
        ),
    )
    tool.parameters = _shortened(tool.parameters)
    tool.parameters["additionalProperties"] = False
    if tool.fn_metadata.output_schema is not None:
        tool.fn_metadata.output_schema = _shortened(tool.fn_metadata.output_schema)
    return tool


def _shortened(schema: dict[str, Json]) -> dict[str, Json]:
    short = _short(schema)
    assert isinstance(short, dict)
    return short


def _short(node: Json) -> Json:
    if isinstance(node, list):
        return [_short(item) for item in node]
    if not isinstance(node, dict):
        return node
    node = _without_null(node)
    return {
        key: _named(value) if key in {"properties", "$defs"} else _short(value)
        for key, value in node.items()
        if not _says_nothing(key, value)
    }


def _named(node: Json) -> Json:
    """A mapping from names to schemas: here `title` is a property, not a word about one."""
    assert isinstance(node, dict)
    return {name: _short(schema) for name, schema in node.items()}


def _says_nothing(key: str, value: Json) -> bool:
    if key == "title" or (key == "additionalProperties" and value is False):
        return True
    return key == "default" and value in (None, [], "")


def _without_null(node: dict[str, Json]) -> dict[str, Json]:
    alternatives = node.get("anyOf")
    if not isinstance(alternatives, list):
        return node
    real = [schema for schema in alternatives if schema != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    if len(real) == 1 and isinstance(real[0], dict):
        return real[0] | rest
    return rest | {"anyOf": real}
