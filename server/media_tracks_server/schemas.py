"""Making a tool's JSON schemas short: every token of them is paid for in each chat.

Dropped is what says nothing: generated titles, `null` as an alternative, empty defaults, and in
answers also the words about values that the reader sees anyway.
"""

import inspect
import json
from collections.abc import Callable

from mcp.server.mcpserver.tools import Tool
from mcp.types import ToolAnnotations

from media_tracks_tools.catalogue import ToolSpec

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
JsonObject = dict[str, Json]


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
    tool.parameters = _inlined(_shortened(tool.parameters, _SAID_IN_WORDS))
    tool.parameters["additionalProperties"] = False
    if tool.fn_metadata.output_schema is not None:
        whole = _shortened(tool.fn_metadata.output_schema, _MEANT_FOR_WRITERS)
        tool.fn_metadata.output_schema = (
            _inlined(whole)
            if spec.depth is None
            else _object(_cut(whole, _object(whole.get("$defs", {})), spec.depth))
        )
    return tool


_MEANT_FOR_WRITERS = frozenset({"description", "default", "format", "minimum", "pattern"})
"""What an output schema need not say: the values themselves are before the reader's eyes."""


_SAID_IN_WORDS = frozenset({"minimum", "maximum", "minLength", "format"})
"""What the description of a parameter says too; what is out of bounds is refused all the same."""
_MANY = 4
"""Longer lists of values are spelt out where the whole result is."""
_AMPLE = 80
"""A text may be so long that no honest caller comes near the limit."""


def _shortened(schema: JsonObject, needless: frozenset[str] = frozenset()) -> JsonObject:
    """The schema without what says nothing, and without the keywords `needless`."""

    def short(node: Json) -> Json:
        if isinstance(node, list):
            return [short(item) for item in node]
        if not isinstance(node, dict):
            return node
        return {
            key: _each(value, short) if key in {"properties", "$defs"} else short(value)
            for key, value in _without_null(node).items()
            if key not in needless and not _says_nothing(key, value)
        }

    return _object(short(schema))


def _each(named: Json, short: Callable[[Json], Json]) -> JsonObject:
    """A mapping from names to schemas: here `title` is a property, not a word about one."""
    return {name: short(schema) for name, schema in _object(named).items()}


def _object(node: Json) -> JsonObject:
    assert isinstance(node, dict)
    return node


def _says_nothing(key: str, value: Json) -> bool:
    if key == "title" or (key == "additionalProperties" and value is False):
        return True
    if key == "maxLength" and isinstance(value, int) and value >= _AMPLE:
        return True
    return key == "default" and value in (None, [], "")


def _without_null(node: JsonObject) -> JsonObject:
    alternatives = node.get("anyOf")
    if not isinstance(alternatives, list):
        return node
    real = [schema for schema in alternatives if schema != {"type": "null"}]
    rest = {key: value for key, value in node.items() if key != "anyOf"}
    if len(real) == 1 and isinstance(real[0], dict):
        return real[0] | rest
    return rest | {"anyOf": real}


def _inlined(schema: JsonObject) -> JsonObject:
    """The schema with each definition that is used only once in the place of its use."""
    text = json.dumps(schema)
    defs = _object(schema.get("$defs", {}))
    once = {name for name in defs if text.count(f'"#/$defs/{name}"') == 1}

    def put(node: Json) -> Json:
        if isinstance(node, list):
            return [put(item) for item in node]
        if not isinstance(node, dict):
            return node
        name = str(node.get("$ref", "")).removeprefix("#/$defs/")
        if name in once:
            beside = {key: value for key, value in node.items() if key != "$ref"}
            return _object(put(defs[name])) | beside
        return {key: put(value) for key, value in node.items()}

    kept: JsonObject = {
        name: put(definition) for name, definition in defs.items() if name not in once
    }
    whole: JsonObject = {key: put(value) for key, value in schema.items() if key != "$defs"}
    if kept:
        whole["$defs"] = kept
    return whole


def _cut(node: Json, defs: JsonObject, levels: int) -> Json:
    """The schema to so many levels of properties: deeper objects are only called objects.

    What is required, and long lists of values, are left out too.
    """
    if not isinstance(node, dict):
        return node
    name = str(node.get("$ref", "")).removeprefix("#/$defs/")
    if name in defs:
        return _cut(defs[name], defs, levels)
    values = node.get("enum")
    if isinstance(values, list) and len(values) > _MANY:
        return {"type": "string"}
    if "items" in node:
        return node | {"items": _cut(node["items"], defs, levels)}
    if "properties" not in node:
        return node
    if levels == 0:
        return {"type": "object"}
    properties: JsonObject = {
        key: _cut(value, defs, levels - 1) for key, value in _object(node["properties"]).items()
    }
    return {"type": "object", "properties": properties}
