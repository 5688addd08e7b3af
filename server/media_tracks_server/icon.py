"""The server's icon. It goes out with every answer (the SDK's stamp), so it is tiny."""

from urllib.parse import quote

from mcp.types import Icon

_SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">'
    '<path fill="#06c" d="M0 1h8v6H0z"/><path stroke="#fff" d="M1 4h6M2 5.5h4"/></svg>'
)

ICON = Icon(
    src="data:image/svg+xml," + quote(_SVG, safe="=:/"), mime_type="image/svg+xml", sizes=["any"]
)
