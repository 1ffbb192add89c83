"""The filters of expressions: Jinja's by name, arguments and meaning, on views, with bounded results.

`FILTERS` maps a name to a function of the filtered value and the filter's arguments. The filters that apply a test or
another filter to every item (select, reject, selectattr, rejectattr, map) are in `higher_order`.
Where Jinja gives an undefined value (the first item of an empty list) these raise `Missing`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any, Final

from pare_runner.scenarios.text.evaluation.methods import replace
from pare_runner.scenarios.text.evaluation.operators import bounded
from pare_runner.scenarios.text.evaluation.values import (
    Missing,
    Refused,
    charge,
    check_length,
    getter,
    items_of,
    kind_of,
    made_items,
    made_text,
    number,
    text,
    text_of,
    whole,
)
from pare_runner.scenarios.text.views import MappingView, app_view, view

Filter = Callable[..., object]

_MAX_DIGITS: Final = 15
_WORD_BREAK: Final = re.compile(r"([-\s({\[<]+)")


def _length(value: object) -> int:
    if isinstance(value, str | MappingView) or type(value) is tuple:
        return len(value)
    raise Refused(f"length needs a text, a list or a mapping, not {kind_of(value)}")


def _list(value: object) -> object:
    return made_items(value) if isinstance(value, str) else items_of(value, "list")


def _first(value: object) -> object:
    return _end(value, 0, "first")


def _last(value: object) -> object:
    return _end(value, -1, "last")


def _end(value: object, index: int, name: str) -> object:
    items = value if isinstance(value, str) else items_of(value, name)
    if not items:
        raise Missing(f"there is no {name} item: it is empty")
    return items[index]


def _sum(value: object, attribute: object = None, start: object = 0) -> object:
    read = _reader(attribute)
    total = number(start, "sum")
    for item in items_of(value, "sum"):
        total = bounded(total + number(read(item), "sum"))
    return total


def _min(value: object, case_sensitive: object = False, attribute: object = None) -> object:
    return _extreme(min, value, case_sensitive, attribute, "min")


def _max(value: object, case_sensitive: object = False, attribute: object = None) -> object:
    return _extreme(max, value, case_sensitive, attribute, "max")


def _extreme(choose: Any, value: object, case_sensitive: object, attribute: object, name: str) -> object:
    items = items_of(value, name)
    if not items:
        raise Missing(f"there is no {name} item: the list is empty")
    rank = _rank(case_sensitive, attribute)
    try:
        return choose(items, key=rank)
    except TypeError:
        raise Refused(f"{name} cannot compare items of different kinds") from None


def _sort(value: object, reverse: object = False, case_sensitive: object = False, attribute: object = None) -> object:
    ranks = [_rank(case_sensitive, name) for name in _names(attribute)]
    rank = ranks[0] if len(ranks) == 1 else lambda item: tuple(one(item) for one in ranks)
    try:
        return tuple(sorted(items_of(value, "sort"), key=rank, reverse=bool(reverse)))
    except TypeError:
        raise Refused("sort cannot compare items of different kinds") from None


def _unique(value: object, case_sensitive: object = False, attribute: object = None) -> object:
    rank = _rank(case_sensitive, attribute)
    kept: dict[object, object] = {}
    for item in items_of(value, "unique"):
        key = rank(item)
        if not isinstance(key, str | int | float | None):
            raise Refused(f"unique cannot compare {kind_of(key)}; name an attribute: unique(attribute='...')")
        kept.setdefault(key, item)
    return tuple(kept.values())


def _flatten(value: object) -> object:
    """Ours: the items of all lists in a list, one level."""
    return made_items([item for items in items_of(value, "flatten") for item in items_of(items, "flatten")])


def _groupby(value: object, attribute: object, default: object = None, case_sensitive: object = False) -> object:
    read = _reader(attribute, default)
    groups: dict[Any, list[object]] = {}
    shown: dict[object, object] = {}
    for item in items_of(value, "groupby"):
        found = read(item)
        key = found.lower() if isinstance(found, str) and not case_sensitive else found
        if not isinstance(key, str | int | float):
            raise Refused(f"groupby cannot group by {kind_of(key)}")
        groups.setdefault(key, []).append(item)
        shown.setdefault(key, found)
    try:
        order = sorted(groups)
    except TypeError:
        raise Refused("groupby cannot order keys of different kinds") from None
    return tuple(app_view({"grouper": shown[key], "list": tuple(groups[key])}) for key in order)


def _join(value: object, d: object = "", attribute: object = None) -> str:
    read, between = _reader(attribute), text_of(d, "join")
    parts = [text_of(read(item), "join") for item in items_of(value, "join")]
    check_length(sum(map(len, parts)) + len(between) * max(len(parts) - 1, 0))
    return between.join(parts)


def _reverse(value: object) -> object:
    charge(_length(value))
    return value[::-1] if isinstance(value, str) else items_of(value, "reverse")[::-1]


def _dictsort(value: object, case_sensitive: object = False, by: object = "key", reverse: object = False) -> object:
    if not isinstance(value, MappingView) or by not in ("key", "value"):
        raise Refused("dictsort needs a mapping, and by='key' or by='value'")
    rank = _rank(case_sensitive, 0 if by == "key" else 1)
    try:
        return tuple(sorted(value.items(), key=rank, reverse=bool(reverse)))
    except TypeError:
        raise Refused("dictsort cannot compare items of different kinds") from None


def _title(value: object) -> str:
    words = _WORD_BREAK.split(text_of(value, "title"))
    return made_text("".join(word[:1].upper() + word[1:].lower() for word in words))


def _trim(value: object, chars: object = None) -> str:
    trimmed = text_of(value, "trim").strip(None if chars is None else text(chars, "trim"))
    charge(len(trimmed))
    return trimmed


def _int(value: object, default: object = 0, base: object = 10) -> object:
    try:
        if isinstance(value, str):
            radix = whole(base, "int")
            made = int(value, radix) if radix != 10 or "." not in value else int(float(value))
        else:
            made = int(number(value, "int"))
    except (ValueError, OverflowError, Refused):
        return default
    return bounded(made)


def _float(value: object, default: object = 0.0) -> object:
    try:
        made = float(value) if isinstance(value, str) else float(number(value, "float"))
    except (ValueError, OverflowError, Refused):
        return default
    return made if math.isfinite(made) else default


def _round(value: object, precision: object = 0, method: object = "common") -> object:
    # Beyond these digits rounding a float changes nothing, and computing the power for it may take forever.
    digits = max(-_MAX_DIGITS, min(_MAX_DIGITS, whole(precision, "round")))
    exact = float(number(value, "round"))
    if method == "common":
        return round(exact, digits)
    if method not in ("ceil", "floor"):
        raise Refused("the method of round is 'common', 'ceil' or 'floor'")
    scaled = exact * 10.0**digits
    return (math.ceil(scaled) if method == "ceil" else math.floor(scaled)) / 10.0**digits


def _abs(value: object) -> object:
    return abs(number(value, "abs"))


def _replace(value: object, old: object, new: object, count: object = None) -> str:
    return replace(text_of(value, "replace"), old, new, count)


def _default(value: object, default_value: object = "", boolean: object = False) -> object:
    """As an argument of map: every item is there, so only `boolean` makes a difference."""
    return default_value if boolean and not value else value


def _reader(attribute: object, default: object = None) -> Callable[[object], object]:
    if attribute is None:
        return view
    read = getter(attribute)
    if default is None:
        return read

    def read_or_default(item: object) -> object:
        try:
            return read(item)
        except LookupError:
            return default

    return read_or_default


def _rank(case_sensitive: object, attribute: object) -> Callable[[object], Any]:
    read = _reader(attribute)
    if case_sensitive:
        return read

    def rank(item: object) -> object:
        key = read(item)
        return key.lower() if isinstance(key, str) else key

    return rank


def _names(attribute: object) -> list[object]:
    """`attribute="a,b"` sorts by a, then by b."""
    return [name.strip() for name in attribute.split(",")] if isinstance(attribute, str) else [attribute]


FILTERS: Final[dict[str, Filter]] = {
    "abs": _abs,
    "count": _length,
    "d": _default,
    "default": _default,
    "dictsort": _dictsort,
    "first": _first,
    "flatten": _flatten,
    "float": _float,
    "groupby": _groupby,
    "int": _int,
    "join": _join,
    "last": _last,
    "length": _length,
    "list": _list,
    "lower": lambda value: made_text(text_of(value, "lower").lower()),
    "max": _max,
    "min": _min,
    "replace": _replace,
    "reverse": _reverse,
    "round": _round,
    "sort": _sort,
    "string": lambda value: text_of(value, "string"),
    "sum": _sum,
    "title": _title,
    "trim": _trim,
    "unique": _unique,
    "upper": lambda value: made_text(text_of(value, "upper").upper()),
}

# The argument that names an attribute: its place among the arguments, without the filtered value.
ATTRIBUTE_ARGUMENTS: Final = {"groupby": 0, "join": 1, "max": 1, "min": 1, "sort": 2, "sum": 0, "unique": 1}
