"""What the JSON of all vendors has in common, for the adapters' models of it."""

from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints


def _utc(moment: datetime | None) -> datetime | None:
    """The moment in UTC; one outside any video's lifetime is nothing we can count with."""
    if moment is None or not 1970 < moment.year < 2300:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


Id = Annotated[str, StringConstraints(pattern=r"^[^\s/?#\\.][^\s/?#\\]{0,199}$")]
When = Annotated[datetime | None, AfterValidator(_utc)]
Seconds = Annotated[float, Field(allow_inf_nan=False)]


class Wire(BaseModel):
    """A part of a vendor's answer; what it says beyond our fields is dropped."""

    model_config = ConfigDict(frozen=True, extra="ignore")


def segment(text: str) -> str:
    """The text as one segment of a path."""
    return quote(text, safe="")
