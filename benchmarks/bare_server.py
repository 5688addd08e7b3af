"""The measure for the start: an MCP server with one trivial tool, on the same SDK."""

from mcp.server.mcpserver import MCPServer


def echo(text: str) -> str:
    """Say the same."""
    return text


def main() -> None:
    """Serve over stdio."""
    app: MCPServer[None] = MCPServer("bare")
    app.add_tool(echo)
    app.run("stdio")
