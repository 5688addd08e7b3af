"""The parameters that several tools share, each described once."""

from typing import Annotated

from pydantic import AfterValidator, Field

VideoArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="A `video` of find_videos, e.g. 'local/talks/intro.mp4'; or a pasted URL.",
    ),
]

TrackArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="Its `track_id`, or a name or language that only one has.",
    ),
]

JobArg = Annotated[
    str,
    Field(min_length=1, max_length=80, description="A `job_id`, e.g. 'job_x1Y…'."),
    AfterValidator(lambda named: named.strip().removeprefix("job://")),
]

WaitArg = Annotated[
    float | None,
    Field(
        ge=0,
        le=50,
        description="Seconds to wait for the end, 0 to 50; default 25, a setting.",
    ),
]

LimitArg = Annotated[int, Field(ge=1, le=100, description="At most so many, 1 to 100.")]

CursorArg = Annotated[
    str | None,
    Field(
        max_length=2000,
        description="`next_cursor` of the answer before; keep its other arguments.",
    ),
]

AccountArg = Annotated[
    str | None,
    Field(max_length=32, description="Only this account, named as in list_accounts."),
]
