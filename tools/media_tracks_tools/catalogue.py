"""What a tool is: a function, its title, and four hints that are true."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from mcp.types import CallToolResult

Handler = Callable[..., Awaitable[CallToolResult]]


@dataclass(frozen=True)
class ToolSpec:
    """One tool. `open_world` is false where only this server's own records are touched.

    `depth` is how many levels of its result the published schema spells out, None for all: what
    many tools return is spelt out once.
    """

    handler: Handler
    title: str
    read_only: bool
    destructive: bool = False
    idempotent: bool = True
    open_world: bool = True
    depth: int | None = None

    @property
    def name(self) -> str:
        """The tool's name: its function's."""
        return self.handler.__name__
