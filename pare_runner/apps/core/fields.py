"""Fields of data models: which one is the id, which are times, which the YAML section leaves out.

Data models are slotted dataclasses. An id left empty is given when the object enters its app; a time left empty is the
clock's. Both can therefore be created anywhere, without a clock and without randomness.
"""

from __future__ import annotations

import dataclasses
from typing import Annotated, Any

Timestamp = Annotated[float, "timestamp"]
"""Seconds since the epoch, UTC; a YAML section may also write ISO text, an offset or `+3d 19:00`."""

UNSET_TIME = -1.0
"""The value of a time nobody gave."""


def identifier() -> Any:
    """The field that holds the object's id; `id` in YAML."""
    return dataclasses.field(default="", metadata={"id": True, "alias": "id"})


def timestamp(*, alias: str | None = None, hidden: bool = False) -> Any:
    """A time; `alias="at"` for the one a YAML section calls `at`."""
    return dataclasses.field(default=UNSET_TIME, metadata={"alias": alias, "hidden": hidden})


def hidden(default: Any = None, *, factory: Any = None) -> Any:
    """A field that is part of the state but computed, not written in YAML."""
    if factory is not None:
        return dataclasses.field(default_factory=factory, metadata={"hidden": True})
    return dataclasses.field(default=default, metadata={"hidden": True})


def aliased(alias: str, *, default: Any = dataclasses.MISSING, factory: Any = dataclasses.MISSING) -> Any:
    """A field that YAML may also call `alias`."""
    if factory is not dataclasses.MISSING:
        return dataclasses.field(default_factory=factory, metadata={"alias": alias})
    if default is not dataclasses.MISSING:
        return dataclasses.field(default=default, metadata={"alias": alias})
    return dataclasses.field(metadata={"alias": alias})


def id_field(model: type) -> str | None:
    """Name of the id field of a data model, None if it has none."""
    for item in dataclasses.fields(model):
        if item.metadata.get("id"):
            return item.name
    return None
