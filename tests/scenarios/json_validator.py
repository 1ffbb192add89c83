"""A validator for the part of JSON Schema (draft 2020-12) that our schema uses; any other keyword is an error."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

SAYS_NOTHING = {"$schema", "$defs", "title", "description", "contentEncoding"}
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "null": (type(None),),
    "integer": (int,),
    "number": (int, float),
}


class Validator:
    """Checks values against one schema."""

    def __init__(self, schema: dict[str, Any]) -> None:
        self.root = schema

    def problems(self, value: Any) -> list[str]:
        """What is wrong with `value`, each with its place."""
        return [f"{place or '.'}: {what}" for place, what in self._check(value, self.root, "")]

    def _check(self, value: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        for keyword, wanted in schema.items():
            if keyword in SAYS_NOTHING or keyword == "then":
                continue
            check = getattr(self, "_" + keyword.strip("$").lower(), None)
            if check is None:
                raise NotImplementedError(keyword)
            yield from check(value, wanted, schema, place)

    def _fits(self, value: Any, schema: dict[str, Any]) -> bool:
        return next(self._check(value, schema, ""), None) is None

    def _ref(self, value: Any, wanted: str, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        yield from self._check(value, self.root["$defs"][wanted.removeprefix("#/$defs/")], place)

    def _type(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        names = [wanted] if isinstance(wanted, str) else wanted
        if not any(
            isinstance(value, TYPES[name]) and (name == "boolean" or not isinstance(value, bool)) for name in names
        ):
            yield place, f"must be {' or '.join(names)}"

    def _enum(self, value: Any, wanted: list[Any], schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if value not in wanted:
            yield place, f"{value!r} is none of the values"

    def _const(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if value != wanted:
            yield place, f"must be {wanted!r}"

    def _pattern(self, value: Any, wanted: str, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and not re.search(wanted, value):
            yield place, f"{value!r} does not fit {wanted!r}"

    def _minlength(self, value: Any, wanted: int, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and len(value) < wanted:
            yield place, "is too short"

    def _maxlength(self, value: Any, wanted: int, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, str) and len(value) > wanted:
            yield place, "is too long"

    def _minitems(self, value: Any, wanted: int, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, list) and len(value) < wanted:
            yield place, "has too few items"

    def _minproperties(self, value: Any, wanted: int, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict) and len(value) < wanted:
            yield place, "has too few keys"

    def _required(self, value: Any, wanted: list[str], schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            yield from ((place, f"needs {name!r}") for name in wanted if name not in value)

    def _properties(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name in value.keys() & wanted.keys():
                yield from self._check(value[name], wanted[name], f"{place}.{name}")

    def _additionalproperties(
        self, value: Any, wanted: Any, schema: dict[str, Any], place: str
    ) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name in value.keys() - schema.get("properties", {}).keys():
                if wanted is False:
                    yield f"{place}.{name}", "is no key here"
                else:
                    yield from self._check(value[name], wanted, f"{place}.{name}")

    def _propertynames(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, dict):
            for name in value:
                yield from self._check(name, wanted, f"{place}.{name}")

    def _items(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if isinstance(value, list):
            for number, item in enumerate(value):
                yield from self._check(item, wanted, f"{place}[{number}]")

    def _allof(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        for part in wanted:
            yield from self._check(value, part, place)

    def _anyof(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if not any(self._fits(value, part) for part in wanted):
            yield place, "fits none of the possibilities"

    def _oneof(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if sum(self._fits(value, part) for part in wanted) != 1:
            yield place, "must fit exactly one of the possibilities"

    def _not(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if self._fits(value, wanted):
            yield place, "must not be like this"

    def _if(self, value: Any, wanted: Any, schema: dict[str, Any], place: str) -> Iterator[tuple[str, str]]:
        if self._fits(value, wanted):
            yield from self._check(value, schema["then"], place)
