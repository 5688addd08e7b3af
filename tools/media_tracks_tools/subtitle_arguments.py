"""The parameters of the subtitle tools, each described once."""

from typing import Annotated

from pydantic import Field

from media_tracks_tools.editing import Edit
from media_tracks_tools.models import TextFormat

SpokenArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=35,
        description="The language SPOKEN, a BCP 47 tag, e.g. 'it'; 'auto' where list_accounts "
        "says so.",
    ),
]
LanguageArg = Annotated[
    str,
    Field(
        min_length=1,
        max_length=35,
        description="Of the text, a BCP 47 tag, e.g. 'it' or 'pt-BR'.",
    ),
]
NameArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=100,
        description="Its name for viewers. Default: the language's own name.",
    ),
]
ReplaceArg = Annotated[
    bool, Field(description="Take the place of the track in this language; the user is asked.")
]
VideosArg = Annotated[
    list[Annotated[str, Field(min_length=1, max_length=1000)]],
    Field(min_length=1, max_length=50, description="1 to 50 `video` values of find_videos."),
]
ContentArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=1_000_000,
        description="WebVTT or SRT text, up to 1,000,000 characters. Give this or `source`.",
    ),
]
SourceArg = Annotated[
    str | None,
    Field(
        min_length=1,
        max_length=2000,
        description="Where it is: a file under a local root, or a public http(s) URL.",
    ),
]
ClosedArg = Annotated[bool, Field(description="They also tell sounds and speakers.")]
EditsArg = Annotated[
    list[Edit] | None, Field(max_length=100, description="Words to replace, in this order.")
]
ShiftArg = Annotated[
    float,
    Field(ge=-36000, le=36000, description="Move all cues by so many seconds; below 0 is earlier."),
]
FormatArg = Annotated[
    TextFormat, Field(description="'vtt' and 'srt' with times, 'text' only what is said.")
]
FromArg = Annotated[float | None, Field(ge=0, description="Only cues that end after this second.")]
ToArg = Annotated[float | None, Field(ge=0, description="Only cues that start before this second.")]
