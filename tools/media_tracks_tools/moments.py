"""Points in time as tools take them."""

from datetime import UTC, datetime


def at(moment: datetime | None) -> datetime | None:
    """The same moment with its time zone; one without is UTC."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=UTC)
