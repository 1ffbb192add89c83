"""Read-only views of live app objects, for expressions and for checks written in Python.

`view(value)` shows a value as one of six kinds: a scalar (str, int, float, bool, None), a `Record` (an object with
named fields), a tuple, or a `MappingView`. A dict of dataclass instances, the usual shape of an app's collection, is a
tuple of records with `.id`. Nothing is copied or computed before it is asked for; nothing can be changed through a
view; what is not a field cannot be reached. Views show the present: a field read twice may have changed in between.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from enum import Enum
from typing import Any, Final

from pare_runner.scenarios.text.shapes import Shape, UnknownField, scalar_of, shape_of

_NO_ID: Final = object()


class Record:
    """The fields of an object, as attributes and as items.

    `id` is the key the object has in its collection, else the field its class marks with `metadata={"id": True}`.
    Records are equal when they show the same fields with equal values.
    """

    __slots__ = ("_of",)

    # The object, the shape of its class (None: the object is a mapping of fields), its key. One slot, because records
    # are made by the thousand and each slot of a read-only object is set by a call.
    _of: tuple[Any, Shape | None, object]

    def __init__(self, of: tuple[Any, Shape | None, object]) -> None:
        _set_record(self, of)

    def __getitem__(self, name: str) -> Any:
        target, shape, key = self._of
        if name == "id" and key is not _NO_ID:
            return key
        try:
            if shape is not None:
                value = getattr(target, shape.fields[name])
            elif name in target and name[:1] != "_":
                value = target[name]
            else:
                raise KeyError
        except (AttributeError, KeyError, TypeError):
            raise UnknownField(_title(self), name, field_names(self)) from None
        return value if type(value) in _SCALARS else view(value)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError(f"{_title(self)} is read-only")

    def __delattr__(self, name: str) -> None:
        raise TypeError(f"{_title(self)} is read-only")

    def __eq__(self, other: object) -> bool:
        if type(other) is not Record:
            return NotImplemented
        names = field_names(self)
        return names == field_names(other) and all(self[name] == other[name] for name in names)

    __hash__ = None  # type: ignore[assignment] # the object behind it changes

    def __repr__(self) -> str:
        return f"{_title(self)}({', '.join(f'{name}={_short(self[name])}' for name in field_names(self)[:6])})"


_set_record: Final = Record.__dict__["_of"].__set__


class MappingView:
    """A dict, read-only; string keys are attributes too, where no method has their name.

    Equal to a mapping with the same keys and values. An empty one is equal to an empty list as well: of an empty
    collection nobody can tell whether it would have held objects.
    """

    __slots__ = ("_target",)

    _target: Mapping[Any, Any]

    def __init__(self, target: Mapping[Any, Any]) -> None:
        _set_mapping(self, target)

    def __getitem__(self, key: object) -> Any:
        try:
            return view(self._target[self._own(key)])
        except KeyError:
            raise UnknownField("the mapping", key, tuple(str(own) for own in self.keys())) from None

    def _own(self, key: object) -> object:
        """The key of the dict itself that is shown as `key`; raises KeyError."""
        target = self._target
        try:
            if key in target:
                return key
        except TypeError:  # a key that cannot be one
            raise KeyError from None
        for own in target:
            if isinstance(own, Enum) and own.value == key:
                return own
        raise KeyError

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: object) -> None:
        raise TypeError("the mapping is read-only")

    def __delattr__(self, name: str) -> None:
        raise TypeError("the mapping is read-only")

    def __contains__(self, key: object) -> bool:
        try:
            self._own(key)
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[object]:
        return iter(self.keys())

    def __len__(self) -> int:
        return len(self._target)

    def get(self, key: object, default: object = None) -> object:
        """The value of `key`, or `default`."""
        try:
            return self[key]
        except UnknownField:
            return default

    def keys(self) -> tuple[object, ...]:
        return tuple(map(view, self._target))

    def values(self) -> tuple[object, ...]:
        return tuple(map(view, self._target.values()))

    def items(self) -> tuple[tuple[object, object], ...]:
        return tuple(zip(self.keys(), self.values(), strict=True))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, MappingView | Mapping):
            shown = other if isinstance(other, MappingView) else MappingView(other)
            return len(self) == len(shown) and all(key in shown and value == shown[key] for key, value in self.items())
        if isinstance(other, tuple | list):
            return not self._target and not other
        return NotImplemented

    __hash__ = None  # type: ignore[assignment] # the dict behind it changes

    def __repr__(self) -> str:
        return "{" + ", ".join(f"{key!r}: {_short(value)}" for key, value in self.items()[:6]) + "}"


_set_mapping: Final = MappingView.__dict__["_target"].__set__

_SCALARS: Final = frozenset({str, int, float, bool, type(None)})


def view(value: object) -> object:
    """`value` as an expression sees it; raises TypeError for an object that cannot be shown."""
    kind = type(value)
    if kind in _SCALARS:
        return value
    return (_VIEWERS.get(kind) or _viewer(kind))(value)


def app_view(state: Mapping[str, object]) -> Record:
    """An app: a record whose fields are the names of its state, read from the live mapping."""
    return Record((state, None, _NO_ID))


def plain(value: object) -> object:
    """A view turned into plain data of its own: dict, list and scalars, as JSON and YAML hold them."""
    shown = view(value)
    if isinstance(shown, Record):
        return {name: plain(shown[name]) for name in field_names(shown)}
    if isinstance(shown, MappingView):
        return {key: plain(item) for key, item in shown.items()}
    if isinstance(shown, tuple):
        return [plain(item) for item in shown]
    return shown


def field_names(record: Record) -> tuple[str, ...]:
    """The names that can be read from a record, `id` included if it has one."""
    target, shape, key = record._of
    if shape is None:
        return tuple(name for name in target if not name.startswith("_"))
    return tuple(shape.fields) if key is _NO_ID or "id" in shape.fields else ("id", *shape.fields)


# How values of a class are shown: found once for each class.
_VIEWERS: Final[dict[type, Callable[[Any], object]]] = {}


def _viewer(kind: type) -> Callable[[Any], object]:
    viewer = _VIEWERS[kind] = _new_viewer(kind)
    return viewer


def _new_viewer(kind: type) -> Callable[[Any], object]:
    if issubclass(kind, Record | MappingView):
        return _same
    if issubclass(kind, Enum):
        return lambda value: view(value.value)
    shape = shape_of(kind)
    if shape is not None:
        return lambda value: Record((value, shape, _NO_ID))
    if issubclass(kind, Mapping):
        return _collection
    if issubclass(kind, tuple | list | deque):
        return lambda value: tuple(map(view, value))
    if issubclass(kind, AbstractSet):
        # In an order of their own: that of a set differs between processes.
        return lambda value: tuple(sorted(map(view, value), key=_rank))
    show = scalar_of(kind)
    if show is not None:
        return show
    raise TypeError(f"a value of type {kind.__name__} cannot be seen by expressions")


def _rank(item: object) -> tuple[str, Any]:
    return type(item).__name__, item if isinstance(item, str | int | float) else repr(item)


def _same(value: object) -> object:
    return value


def _collection(value: Mapping[Any, Any]) -> object:
    """A tuple of records with `.id` if every value is a dataclass instance, else a mapping."""
    records = []
    kind: type | None = None
    shape: Shape | None = None
    for key, item in value.items():
        if type(item) is not kind:
            kind = type(item)
            shape = shape_of(kind)
            if shape is None:
                return MappingView(value)
        records.append(Record((item, shape, view(key))))
    return tuple(records) if records else MappingView(value)


def _title(record: Record) -> str:
    shape = record._of[1]
    return "the state" if shape is None else shape.name


def _short(value: object) -> str:
    """A value in at most one line, without looking into what it holds."""
    if isinstance(value, Record):
        return f"<{_title(value)}>"
    if isinstance(value, tuple | MappingView):
        return f"<{len(value)} items>"
    text = repr(value)
    return text if len(text) <= 60 else text[:59] + "…"
