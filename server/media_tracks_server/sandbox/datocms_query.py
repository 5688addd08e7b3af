"""The query string of GET /uploads."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from starlette.datastructures import QueryParams

from media_tracks_server.sandbox.datocms_documents import Upload
from media_tracks_server.sandbox.datocms_wire import ApiError

DEFAULT_LIMIT = 30
MAX_LIMIT = 500

_FIELD = re.compile(r"filter\[fields\]\[(\w+)\]\[(\w+)\](?:\[\])?")
_MATCHES = re.compile(
    r"(filter\[fields\]\[(\w+)\]\[(matches|not_matches)\])\[(pattern|case_sensitive|regexp)\]"
)
_ORDER = re.compile(r"(\w+)_(ASC|DESC)")
_OTHER_NAMES = {"filter[ids]", "filter[query]", "order_by", "page[limit]", "page[offset]", "locale"}

_TEXTS: dict[str, Callable[[Upload], str]] = {
    "id": lambda upload: upload.id,
    "type": lambda upload: upload.kind,
    "mime_type": lambda upload: upload.mime_type,
}
_MATCHED: dict[tuple[str, str], Callable[[Upload], str]] = {
    ("filename", "matches"): lambda upload: upload.filename,
    ("filename", "not_matches"): lambda upload: upload.filename,
    ("mime_type", "matches"): lambda upload: upload.mime_type,
}
_TIMES = ("_created_at", "_updated_at")
_ORDERS: dict[str, Callable[[Upload], str | int]] = {
    **_TEXTS,
    "_created_at": lambda upload: upload.created_at,
    "_updated_at": lambda upload: upload.created_at,
    "size": lambda upload: upload.size,
    "filename": lambda upload: upload.filename,
}
_TEXT_OPERATORS: dict[str, Callable[[str, list[str]], bool]] = {
    "eq": lambda value, wanted: value == wanted[0],
    "neq": lambda value, wanted: value != wanted[0],
    "in": lambda value, wanted: value in wanted,
    "not_in": lambda value, wanted: value not in wanted,
}
_TIME_OPERATORS: dict[str, Callable[[datetime, datetime], bool]] = {
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
}


@dataclass(frozen=True)
class UploadPage:
    """One page and the number of uploads on all pages."""

    uploads: tuple[Upload, ...]
    total_count: int


def select_uploads(uploads: Iterable[Upload], query: QueryParams) -> UploadPage:
    """Filter, order and cut the uploads as the page "List all uploads" says.

    Newest first without order_by is inferred. Filters that are documented but not played here
    are refused rather than ignored, so that a client never takes an unfiltered list for an answer.
    """
    _refuse_unknown(query)
    found = [upload for upload in uploads if _matches_basics(upload, query)]
    for name in dict.fromkeys(query.keys()):
        if name.startswith("filter[fields]"):
            accepts = _match_filter(name, query) or _field_filter(name, query.getlist(name))
            found = [upload for upload in found if accepts(upload)]
    for key, is_descending in reversed(_ordering(query.get("order_by", "_created_at_DESC"))):
        found.sort(key=key, reverse=is_descending)
    limit = _number(query, "page[limit]", DEFAULT_LIMIT, MAX_LIMIT)
    offset = _number(query, "page[offset]", 0, None)
    return UploadPage(tuple(found[offset : offset + limit]), len(found))


def _refuse_unknown(query: QueryParams) -> None:
    for name in query:
        if name not in _OTHER_NAMES and not name.startswith("filter[fields]"):
            raise ApiError(422, "INVALID_PARAMS", {"param": name})


def _matches_basics(upload: Upload, query: QueryParams) -> bool:
    """That filter[query] looks at the title, and at a file's name only without one, is inferred."""
    ids = query.get("filter[ids]")
    if ids is not None and upload.id not in ids.split(","):
        return False
    text = (upload.title or upload.filename).lower()
    return all(word in text for word in query.get("filter[query]", "").lower().split())


def _field_filter(name: str, wanted: list[str]) -> Callable[[Upload], bool]:
    parts = _FIELD.fullmatch(name)
    field, operator = parts.groups() if parts else ("", "")
    if field in _TEXTS and operator in _TEXT_OPERATORS:
        compare_texts, value_of = _TEXT_OPERATORS[operator], _TEXTS[field]
        return lambda upload: compare_texts(value_of(upload), wanted)
    if field in _TIMES and operator in _TIME_OPERATORS:
        compare_times, moment = _TIME_OPERATORS[operator], _moment(wanted[0])
        return lambda upload: compare_times(_moment(upload.created_at), moment)
    raise ApiError(422, "INVALID_FILTER_FIELDS_PARAM", {"param": name})


def _match_filter(name: str, query: QueryParams) -> Callable[[Upload], bool] | None:
    """The filter of which `name` is a part: a pattern, and two flags about it; None for others.

    The shape is `StringMatchesFilter` of the client. That a pattern may lie anywhere in the value,
    and that both flags are false unless given, is inferred.
    """
    parts = _MATCHES.fullmatch(name)
    value_of = _MATCHED.get((parts[2], parts[3])) if parts else None
    if parts is None or value_of is None:
        return None
    whole, wanted = parts[1], parts[3] == "matches"
    pattern = query.get(f"{whole}[pattern]")
    if pattern is None:
        raise ApiError(422, "INVALID_FILTER_FIELDS_PARAM", {"param": f"{whole}[pattern]"})
    is_regexp = _flag(query, f"{whole}[regexp]")
    flags = re.NOFLAG if _flag(query, f"{whole}[case_sensitive]") else re.IGNORECASE
    try:
        looked_for = re.compile(pattern if is_regexp else re.escape(pattern), flags)
    except re.error:
        raise ApiError(422, "INVALID_FILTER_FIELDS_PARAM", {"value": pattern}) from None
    return lambda upload: bool(looked_for.search(value_of(upload))) is wanted


def _flag(query: QueryParams, name: str) -> bool:
    text = query.get(name, "false")
    if text not in ("true", "false"):
        raise ApiError(422, "INVALID_FILTER_FIELDS_PARAM", {"param": name})
    return text == "true"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ApiError(422, "INVALID_FILTER_FIELDS_PARAM", {"value": text}) from None
    return moment.astimezone()


def _ordering(order_by: str) -> list[tuple[Callable[[Upload], str | int], bool]]:
    ordering: list[tuple[Callable[[Upload], str | int], bool]] = []
    for part in order_by.split(","):
        match = _ORDER.fullmatch(part)
        if match is None or match[1] not in _ORDERS:
            raise ApiError(422, "INVALID_ORDERING", {"order_by": part})
        ordering.append((_ORDERS[match[1]], match[2] == "DESC"))
    return ordering


def _number(query: QueryParams, name: str, default: int, maximum: int | None) -> int:
    text = query.get(name, str(default))
    if not text.isdecimal() or (maximum is not None and int(text) > maximum):
        raise ApiError(422, "INVALID_PARAMS", {"param": name})
    return int(text)
