"""Views show live objects read-only: what they show, what they hide, and that they follow the objects."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, IntEnum, StrEnum
from types import MappingProxyType
from typing import Any

import pytest

from pare_runner.scenarios.text.views import MappingView, Record, app_view, field_names, plain, view


class Folder(Enum):
    INBOX = "INBOX"
    SENT = "SENT"


class Size(IntEnum):
    SMALL = 1


class Word(StrEnum):
    YES = "yes"


@dataclass(slots=True)
class Attendee:
    name: str


@dataclass(slots=True)
class Event:
    event_id: str = field(metadata={"id": True})
    title: str
    attendees: list[Attendee] = field(default_factory=list)
    tags: list[str] = field(default_factory=list)
    extra: dict[str, object] = field(default_factory=dict)
    _secret: str = "hidden"

    @property
    def summary(self) -> str:
        return "a property"

    def rename(self) -> None:
        self.title = "renamed"


@dataclass
class Note:
    id: str
    text: str


@dataclass
class Half:
    given: int
    later: int = field(init=False)


def events() -> dict[str, Event]:
    return {f"e{n}": Event(f"e{n}", f"Event {n}", [Attendee("Tom")], ["a"]) for n in range(3)}


@pytest.mark.parametrize("value", ["text", 1, 1.5, True, None])
def test_scalars_are_themselves(value: object) -> None:
    assert view(value) is value


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Folder.INBOX, "INBOX"),
        (Size.SMALL, 1),
        (Word.YES, "yes"),
        (datetime(2025, 11, 18, 9, tzinfo=UTC), "2025-11-18T09:00:00+00:00"),
        (datetime(2025, 11, 18, 9, 0, 1), "2025-11-18T09:00:01"),
        (date(2025, 11, 18), "2025-11-18"),
        (time(9, 30), "09:30:00"),
        (timedelta(minutes=2), 120.0),
        (b"\xff\x00\x01", "/wAB"),
        (bytearray(b"a"), "YQ=="),
        ([1, [2, Folder.SENT]], (1, (2, "SENT"))),
        ((1, 2), (1, 2)),
        (deque([1, 2]), (1, 2)),
        ({"b", "a", "c"}, ("a", "b", "c")),
        (frozenset({2, "a", 10, None}), (None, 2, 10, "a")),
    ],
)
def test_values_that_become_scalars_and_tuples(value: object, shown: object) -> None:
    found = view(value)
    assert (type(found), found) == (type(shown), shown)
    if isinstance(shown, str | int | float):
        assert type(found) in (str, int, float)


@pytest.mark.parametrize("value", [object(), print, Event, 1j, range(3), lambda: None])
def test_other_objects_cannot_be_seen(value: object) -> None:
    with pytest.raises(TypeError, match="cannot be seen by expressions"):
        view(value)


def test_a_record_shows_fields_as_attributes_and_items() -> None:
    event = Event("e1", "Dinner", [Attendee("Tom")], ["a", "b"], {"k": [1]})
    shown: Any = view(event)
    assert isinstance(shown, Record)
    assert shown.title == shown["title"] == "Dinner"
    assert shown.id == shown.event_id == "e1"
    assert shown.attendees[0].name == "Tom"
    assert shown.tags == ("a", "b")
    assert shown.extra.k == (1,)
    assert field_names(shown) == ("event_id", "title", "attendees", "tags", "extra", "id")


@pytest.mark.parametrize(
    "name", ["_secret", "summary", "rename", "__dict__", "__slots__x", "titel", "", 0, None, ["a"]]
)
def test_nothing_but_fields_can_be_reached(name: Any) -> None:
    shown: Any = view(Event("e1", "Dinner"))
    with pytest.raises(KeyError, match="Event has no field"):
        shown[name]
    if isinstance(name, str) and name and name != "__dict__":
        with pytest.raises(AttributeError):
            getattr(shown, name)


def test_an_unknown_field_names_the_nearest() -> None:
    shown: Any = view(Event("e1", "Dinner"))
    with pytest.raises(AttributeError, match=r"^Event has no field 'titel' \(did you mean 'title'\?\)$"):
        _ = shown.titel
    app: Any = app_view({"events": {}})
    with pytest.raises(LookupError, match=r"^the state has no field 'evnts' \(did you mean 'events'\?\)$"):
        _ = app["evnts"]
    mapping: Any = view({"alpha": 1})
    with pytest.raises(LookupError, match=r"^the mapping has no field 'alfa' \(did you mean 'alpha'\?\)$"):
        _ = mapping.alfa
    assert not hasattr(shown, "titel")


def test_a_field_without_a_value_is_missing() -> None:
    shown: Any = view(Half(1))
    assert shown.given == 1
    with pytest.raises(KeyError):
        _ = shown.later


@pytest.mark.parametrize(
    "change",
    [
        lambda shown: setattr(shown, "title", "x"),
        lambda shown: setattr(shown, "new", "x"),
        lambda shown: setattr(shown, "_of", ()),
        lambda shown: delattr(shown, "title"),
        lambda shown: shown.__setitem__("title", "x"),
        lambda shown: shown.__delitem__("title"),
    ],
)
@pytest.mark.parametrize(
    "made", [lambda: view(Event("e1", "Dinner")), lambda: view({"title": 1}), lambda: app_view({})]
)
def test_views_cannot_be_changed(change: Callable[[Any], object], made: Callable[[], object]) -> None:
    with pytest.raises((TypeError, AttributeError)):
        change(made())


def test_a_dict_of_objects_is_a_tuple_of_records_with_ids() -> None:
    app: Any = app_view({"events": events()})
    assert [event.id for event in app.events] == ["e0", "e1", "e2"]
    assert isinstance(app.events, tuple)
    notes: Any = view({"key": Note("own", "x"), Folder.SENT: Note("SENT", "y")})
    assert [(note.id, note["id"], note.text) for note in notes] == [("key", "key", "x"), ("SENT", "SENT", "y")]
    halves: Any = view({7: Half(1)})
    assert halves[0].id == 7
    assert field_names(halves[0]) == ("id", "given", "later")


def test_a_dict_of_mixed_values_is_a_mapping() -> None:
    shown: Any = view({"a": Note("a", "x"), "b": 1})
    assert isinstance(shown, MappingView)
    assert shown.a.text == "x"
    assert shown.b == 1


def test_an_id_of_a_listed_object_is_its_marked_field() -> None:
    shown: Any = view([Event("e7", "x"), Attendee("Tom")])
    assert shown[0].id == "e7"
    with pytest.raises(AttributeError, match="Attendee has no field 'id'"):
        _ = shown[1].id


def test_a_mapping_is_read_only_and_complete() -> None:
    shown: Any = view({"a": 1, "b": [1, 2], 3: {"c": None}, Folder.INBOX: 4})
    assert shown.a == shown["a"] == 1
    assert shown.keys() == ("a", "b", 3, "INBOX")
    assert shown.values() == (1, (1, 2), {"c": None}, 4)
    assert shown.items()[1] == ("b", (1, 2))
    assert tuple(shown) == shown.keys()
    assert (shown.get("a"), shown.get("z"), shown.get("z", 9), shown.get([])) == (1, None, 9, None)
    assert "a" in shown
    assert "INBOX" in shown
    assert "SENT" not in shown
    assert [] not in shown
    assert shown["INBOX"] == shown[Folder.INBOX] == 4
    assert len(shown) == 4
    assert view(MappingProxyType({"a": 1})) == {"a": 1}


def test_equality_is_by_value() -> None:
    first: Any = view(events())
    second: Any = view(events())
    assert first == second
    assert first[0] == second[0]
    assert first[0] in second
    assert first[0] != first[1]
    assert first[0] != "e0"
    assert first[0] != view(Attendee("e0"))
    assert view(Note("a", "x")) != view({"b": Note("a", "x")})[0]  # type: ignore[index]
    assert view({"a": [1]}) == view({"a": [1]}) == {"a": (1,)}
    assert view({"a": 1}) != view({"a": 2})
    assert view({"a": 1}) != view({"b": 1})
    assert view({"a": 1}) != view({"a": 1, "b": 2})
    assert view({"a": 1}) != 1


def test_an_empty_dict_may_be_an_empty_collection() -> None:
    empty: Any = view({})
    assert empty == ()
    assert empty == ()
    assert empty == {}
    assert empty != (1,)
    assert view({"a": 1}) != ()


def test_views_follow_the_objects() -> None:
    state: dict[str, Any] = {"events": events()}
    app: Any = app_view(state)
    event = app.events[0]
    state["events"]["e0"].title = "Moved"
    state["events"]["e9"] = Event("e9", "New")
    assert event.title == "Moved"
    assert len(app.events) == 4
    state["other"] = 1
    assert app.other == 1
    assert field_names(app) == ("events", "other")


def test_the_state_hides_private_names() -> None:
    app: Any = app_view({"_cache": 1, "shown": 2})
    assert field_names(app) == ("shown",)
    with pytest.raises(KeyError):
        app["_cache"]
    with pytest.raises(AttributeError):
        _ = app._cache


def test_views_are_not_hashable() -> None:
    for shown in (view(Attendee("a")), view({"a": 1})):
        with pytest.raises(TypeError, match="unhashable"):
            _ = {shown}


def test_plain_copies() -> None:
    state = {"events": {"e": Event("e", "x", [Attendee("Tom")], ["t"], {"k": (1,)})}, "raw": b"a", "of": Folder.SENT}
    made = plain(app_view(state))
    assert made == {
        "events": [
            {
                "event_id": "e",
                "title": "x",
                "attendees": [{"name": "Tom"}],
                "tags": ["t"],
                "extra": {"k": [1]},
                "id": "e",
            }
        ],
        "raw": "YQ==",
        "of": "SENT",
    }
    tags = [1, {"a": [2]}]
    assert plain(tags) == tags
    assert plain(tags) is not tags


def test_shown_in_one_line() -> None:
    event = Event("e", "x" * 100, [Attendee("Tom")])
    assert repr(view(event)) == (
        "Event(event_id='e', title='" + "x" * 58 + "…, attendees=<1 items>, tags=<0 items>, extra=<0 items>, id='e')"
    )
    assert repr(view({"a": Attendee("T"), "b": {}})) == "{'a': <Attendee>, 'b': <0 items>}"
    assert repr(app_view({})) == "the state()"


def test_a_view_of_a_view_is_itself() -> None:
    for shown in (view(Attendee("a")), view({"a": 1}), app_view({})):
        assert view(shown) is shown


def test_copying_a_view_never_recurses() -> None:
    for shown in (view(Attendee("a")), view({"a": 1})):
        with pytest.raises((TypeError, AttributeError)):
            copy.deepcopy(shown)
