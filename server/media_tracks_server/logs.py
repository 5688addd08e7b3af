"""Logs: one line a record on stderr, as `key=value`, set up before the SDK would do it."""

import logging
import sys
from datetime import UTC, datetime

from media_tracks_server.settings import LogLevel


class KeyValue(logging.Formatter):
    """`time=… level=… logger=… msg="…"`, with a traceback below where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One record."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        message = record.getMessage().replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        line = f'time={at} level={record.levelname.lower()} logger={record.name} msg="{message}"'
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        return line


def set_up(level: LogLevel) -> None:
    """Send every record of at least this level to stderr; stdout belongs to the protocol."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(KeyValue())
    logging.basicConfig(level=level.value.upper(), handlers=[handler], force=True)
