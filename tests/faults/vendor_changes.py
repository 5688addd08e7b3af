"""The changes of each vendor in the requests that write, and what each does without a fault."""

from changes import (
    Change,
    Write,
    add_by_file,
    add_by_url,
    add_default,
    add_text,
    delete_audio,
    delete_text,
    edit_text,
    generate,
    regenerate,
    rename,
    replace_text,
)
from media_tracks_server.sandbox.faults import RequestKind

_ITALIAN = ": Let us take a look."
_OUR_TEXT = ": Our own words"
_THERE = f"subtitles Italiano ready{_ITALIAN}"
_RESERVE = Write("reserve", RequestKind.OTHER, ("upload-request-created",))
_STORE = Write("store", RequestKind.OTHER, ("file-uploaded",))
_MADE = ("job-created", "track-created")
_GONE = ("job-created", "track-deleted")


def _create(name: str, track: str, text: str = "") -> Write:
    return Write(name, RequestKind.TRACK, _MADE, makes=(track, text), once=True)


def _delete(name: str, track: str) -> Write:
    return Write(name, RequestKind.JOB, _GONE, removes=track)


_DELETE_OLD = _delete("delete_old", _THERE)
_TEXT_INSTEAD = (_RESERVE, _STORE, _create("create", "subtitles Italiano 2", _OUR_TEXT))

DATOCMS = (
    Change("datocms", "add by URL", add_by_url, (_create("create", "audio Polski"),)),
    Change(
        "datocms",
        "add by file",
        add_by_file,
        (_RESERVE, _STORE, _create("create", "audio Polski")),
    ),
    Change("datocms", "delete audio", delete_audio, (_delete("delete", "audio Default ready"),)),
    Change("datocms", "generate", generate, (_create("generate", "subtitles English", _ITALIAN),)),
    Change(
        "datocms",
        "generate instead",
        regenerate,
        (_create("generate", "subtitles Italiano 2", _ITALIAN), _DELETE_OLD),
    ),
    Change(
        "datocms",
        "add text",
        add_text,
        (_RESERVE, _STORE, _create("create", "subtitles English", _OUR_TEXT)),
        alone=False,
    ),
    Change("datocms", "add text instead", replace_text, (*_TEXT_INSTEAD, _DELETE_OLD), alone=False),
    Change("datocms", "edit text", edit_text, (*_TEXT_INSTEAD, _DELETE_OLD), alone=False),
    Change("datocms", "delete text", delete_text, (_delete("delete", _THERE),)),
)


def _add(name: str) -> Write:
    made = ("audio Polski", "")
    return Write(name, RequestKind.TRACK, ("track-created",), made, once=True, in_progress="queued")


def _generated(language: str) -> Write:
    return Write(
        "generate",
        RequestKind.TRACK,
        ("caption-created",),
        (f"generated {language}", _ITALIAN),
        once=True,
        in_progress="inprogress",
    )


def _changed(name: str, effect: str, removes: str | None, *makes: str) -> Write:
    made = (makes[0], makes[1]) if makes else None
    return Write(name, RequestKind.CHANGE, (effect,), made, removes)


_CAPTIONS = f"uploaded it ready{_ITALIAN}"
_PUT_INSTEAD = _changed("put", "caption-uploaded", _CAPTIONS, "uploaded it", _OUR_TEXT)

CLOUDFLARE = (
    Change("cloudflare", "add by URL", add_by_url, (_add("copy"),)),
    Change("cloudflare", "add by file", add_by_file, (_add("upload"),)),
    Change(
        "cloudflare",
        "add as the default",
        add_default,
        (
            _add("copy"),
            _changed("default", "track-edited", "audio Polski ready", "audio Polski", " default"),
        ),
    ),
    Change(
        "cloudflare",
        "rename audio",
        rename,
        (_changed("edit", "track-edited", "audio Default ready", "audio Svenska", ""),),
    ),
    Change(
        "cloudflare",
        "delete audio",
        delete_audio,
        (_changed("delete", "track-deleted", "audio Default ready"),),
    ),
    Change("cloudflare", "generate", generate, (_generated("en"),)),
    Change(
        "cloudflare",
        "generate instead",
        regenerate,
        (_changed("clear", "caption-deleted", _CAPTIONS), _generated("it")),
        clears=True,
    ),
    Change(
        "cloudflare",
        "add text",
        add_text,
        (_changed("put", "caption-uploaded", None, "uploaded en", _OUR_TEXT),),
    ),
    Change("cloudflare", "add text instead", replace_text, (_PUT_INSTEAD,)),
    Change("cloudflare", "edit text", edit_text, (_PUT_INSTEAD,)),
    Change(
        "cloudflare",
        "delete text",
        delete_text,
        (_changed("delete", "caption-deleted", _CAPTIONS),),
    ),
)
