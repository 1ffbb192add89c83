"""Some turns, some roles."""

from __future__ import annotations

import pytest

from pare_runner.errors import InputError
from pare_runner.traces.entry import Entry
from pare_runner.traces.selecting import Turns, parts_of, selected, turns_of

ENTRIES = [
    Entry(0, "", "turn", "turn 0", turn=0),
    Entry(0, "world", "event", "w", turn=0),
    Entry(1, "user", "tap", "u", turn=0, role="user"),
    Entry(2, "", "turn", "turn 1", turn=1),
    Entry(2, "assistant", "read", "o", turn=1, role="observe"),
    Entry(3, "assistant", "write", "x", turn=1, role="execute"),
    Entry(4, "", "turn", "turn 2", turn=2),
    Entry(4, "user", "wait", "v", turn=2, role="user"),
    Entry(5, "", "end", "end"),
]


def texts(turns: str | None, *parts: str) -> list[str]:
    return [entry.text for entry in selected(ENTRIES, turns_of(turns) if turns else None, parts_of(parts))]


@pytest.mark.parametrize(
    ("text", "expected"), [("3", Turns(3, 3)), ("3-5", Turns(3, 5)), (" 0- ", Turns(0, None)), ("2-2", Turns(2, 2))]
)
def test_turns(text: str, expected: Turns) -> None:
    assert turns_of(text) == expected


@pytest.mark.parametrize("text", ["", "x", "-3", "3-x", "5-3", "1,2", "²", "1-2-3", "1.5"])
def test_what_names_no_turns(text: str) -> None:
    with pytest.raises(InputError, match="names no turns"):
        turns_of(text)


def test_all_of_it() -> None:
    assert selected(ENTRIES) == ENTRIES


def test_some_turns() -> None:
    assert texts("1-") == ["turn 1", "o", "x", "turn 2", "v"]
    assert texts("0") == ["turn 0", "w", "u"]
    with pytest.raises(InputError, match=r"no such turn \(it has turns 0 to 2\)"):
        texts("3-9")


def test_a_run_without_turns() -> None:
    with pytest.raises(InputError, match="it has no turns"):
        selected(ENTRIES[-1:], turns_of("0"))


def test_some_roles_and_headings_of_what_is_left() -> None:
    assert texts(None, "user") == ["turn 0", "u", "turn 2", "v", "end"]
    assert texts(None, "assistant") == ["turn 1", "o", "x", "end"]
    assert texts(None, "execute", "world") == ["turn 0", "w", "turn 1", "x", "end"]
    assert texts("1", "observe") == ["turn 1", "o"]
    assert texts("2", "observe") == []


def test_a_role_there_is_not() -> None:
    with pytest.raises(InputError, match="did you mean 'observe'"):
        parts_of(["user", "obsrve"])
