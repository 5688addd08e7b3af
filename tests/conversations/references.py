"""Values of earlier answers in later calls: `{found.videos.0.video}`, `*` for each of a list."""

import re
from collections.abc import Mapping, Sequence

from pydantic import JsonValue

_REFERENCE = re.compile(r"\{([a-z_]+)((?:\.(?:\w+|\*))+)\}")


def resolved(
    arguments: Mapping[str, JsonValue], answers: Mapping[str, JsonValue]
) -> dict[str, JsonValue]:
    """The arguments with each reference replaced; `answers` are typed results by their name.

    Raises LookupError where an answer holds no such value.
    """
    return {name: _filled(value, answers) for name, value in arguments.items()}


def referred(arguments: JsonValue, answers: Mapping[str, JsonValue]) -> list[tuple[str, JsonValue]]:
    """Each value that is taken from an earlier answer, with the name of that answer."""
    match arguments:
        case str():
            return [
                (found[1], one)
                for found in _REFERENCE.finditer(arguments)
                for one in _each(_value(found, answers))
            ]
        case list():
            return [pair for one in arguments for pair in referred(one, answers)]
        case dict():
            return [pair for one in arguments.values() for pair in referred(one, answers)]
        case _:
            return []


def _each(value: JsonValue) -> Sequence[JsonValue]:
    return value if isinstance(value, list) else [value]


def _filled(value: JsonValue, answers: Mapping[str, JsonValue]) -> JsonValue:
    match value:
        case str():
            whole = _REFERENCE.fullmatch(value)
            if whole:
                return _value(whole, answers)
            return _REFERENCE.sub(lambda found: str(_value(found, answers)), value)
        case list():
            return [_filled(one, answers) for one in value]
        case dict():
            return {name: _filled(one, answers) for name, one in value.items()}
        case _:
            return value


def _value(found: re.Match[str], answers: Mapping[str, JsonValue]) -> JsonValue:
    if found[1] not in answers:
        raise LookupError(f"{found[0]}: no call is named {found[1]!r}")
    try:
        return _at(answers[found[1]], found[2].split(".")[1:])
    except (LookupError, ValueError) as error:
        raise LookupError(f"{found[0]}: {error} in {answers[found[1]]}") from error


def _at(value: JsonValue, path: Sequence[str]) -> JsonValue:
    if not path:
        return value
    step, rest = path[0], path[1:]
    match value:
        case list() if step == "*":
            return [_at(one, rest) for one in value]
        case list():
            return _at(value[int(step)], rest)
        case dict():
            return _at(value[step], rest)
        case _:
            raise LookupError(f"nothing at {step!r}")
