"""Values of a card as callers write them: genders and statuses in any case, ages in range, changes field by field."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from pare_runner.apps.contacts.models import Contact, Gender, Status
from pare_runner.apps.core.shapes import Conversion, Model
from pare_runner.errors import bracketed_hint, did_you_mean

AGES = range(1, 101)
E = TypeVar("E", Gender, Status)

_SHAPES = {name: Model(Contact).fields[name][1] for name in (item.name for item in dataclasses.fields(Contact))}


def read_member(kind: type[E], value: object) -> E:
    """The member with this value or name, in any case, `Gender.MALE` included; None is the unknown one."""
    if value is None:
        return kind.UNKNOWN
    text = str(value).rpartition(".")[2].casefold()
    for member in kind:
        if text in (member.value.casefold(), member.name.casefold()):
            return member
    hint = did_you_mean(value, [member.value for member in kind])
    raise ValueError(f"{value!r} is not a {kind.__name__.lower()} ({hint})")


def check_age(age: int | None) -> None:
    """ValueError for an age outside 1 to 100; None is an age nobody told."""
    if age is not None and age not in AGES:
        raise ValueError(f"age must be between {AGES[0]} and {AGES[-1]}, got {age}")


def edited(contact: Contact, updates: Mapping[str, Any]) -> Contact:
    """A copy of `contact` with `updates` (field → value) applied.

    AttributeError for a field that does not exist, ValueError for one that cannot be set to its value.
    """
    changes: dict[str, Any] = {}
    for name, value in updates.items():
        if name == "contact_id":
            raise ValueError("the id of a contact cannot be changed")
        if name not in _SHAPES:
            known = [field for field in _SHAPES if field != "contact_id"]
            raise AttributeError(f"a contact has no {name!r}{bracketed_hint(name, known, limit=len(known))}")
        changes[name] = _read_field(name, value)
    return dataclasses.replace(contact, **changes)


def _read_field(name: str, value: Any) -> Any:
    if name == "gender":
        return read_member(Gender, value)
    if name == "status":
        return read_member(Status, value)
    conversion = Conversion()
    converted = _SHAPES[name].convert(value, conversion, (name,))
    if conversion.problems:
        raise ValueError(f"{name} {conversion.problems[0][1]}")
    if name == "age":
        check_age(converted)
    return converted
