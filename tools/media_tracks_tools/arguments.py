"""The parameters that several tools share, each described once."""

from typing import Annotated

from pydantic import Field

VideoArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=1000,
        description="The video: the `video` value of find_videos, e.g. 'local/talks/intro.mp4'; "
        "a bare id or a pasted URL also works where only one account can mean it.",
    ),
]

TrackArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=200,
        description="The track: its `track_id`, or its name or language where only one has it.",
    ),
]

JobArg = Annotated[
    str, Field(min_length=1, max_length=80, description="A `job_id`, e.g. 'job_x1Y…'.")
]

WaitArg = Annotated[
    float | None,
    Field(
        ge=0,
        le=50,
        description="Seconds to wait for the end, 0 to 50 (default: the server's setting, 25). "
        "When they are over the running job comes back; it goes on by itself.",
    ),
]

LimitArg = Annotated[int, Field(ge=1, le=100, description="How many at most, 1 to 100.")]

CursorArg = Annotated[
    str | None,
    Field(
        max_length=2000,
        description="`next_cursor` of the answer before; repeat its other arguments unchanged.",
    ),
]

AccountArg = Annotated[
    str | None,
    Field(max_length=32, description="Only this account, named as in list_accounts."),
]
