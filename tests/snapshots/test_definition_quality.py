"""The tools' definitions as an independent linter sees them (`tdqs lint`; no model, no network)."""

from tdqs import lint_server, parse_tool_definitions

from definitions import listed_tools


async def test_the_linter_finds_nothing_to_say_about_any_tool() -> None:
    tools = [tool.model_dump(mode="json", by_alias=True) for tool in await listed_tools()]
    parsed = parse_tool_definitions({"tools": tools, "serverName": "media-tracks"})
    report = lint_server(server_name="media-tracks", tools=parsed.tools)
    assert len(report.tools) == len(tools)
    assert [f"{one.severity} {one.rule}: {one.message}" for one in report.findings] == []
    assert report.shadow_candidates == []
