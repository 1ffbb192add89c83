"""When two decisions are the same."""

from __future__ import annotations

from typing import Any

import pytest

import pare_runner
from pare_runner.analysis.diff.meaning import (
    WORDING,
    Meanings,
    differing_arguments,
    is_wording,
    same_decision,
    same_value,
    same_wording,
)
from pare_runner.analysis.diff.steps import Record, Step
from pare_runner.apps.core.tools import specs_of
from pare_runner.names import APPS

ONE, TWO, THREE = "0" * 31 + "1", "0" * 31 + "2", "00000000-0000-0000-0000-000000000003"
NOTHING = Meanings(Record("trace", ()))


def call(tool: str, result: Any = None, **arguments: Any) -> Step:
    return Step("execute", "call", tool, arguments, result)


def test_wording_is_what_the_tools_declare_as_free_text() -> None:
    declared = {
        argument.name
        for name in APPS
        for spec in specs_of(getattr(pare_runner, name)).values()
        for argument in spec.arguments
        if argument.free_text
    }
    assert declared == WORDING


def test_wording_is_ignored_and_typed_arguments_are_not() -> None:
    a = call("Emails.send_email", recipients=["x"], content="Hello there", subject="Hi")
    b = call("Emails.send_email", recipients=["x"], content="Good day to you", subject="Hello")
    assert same_decision(a, b, NOTHING, NOTHING)
    assert not same_wording(a, b)
    c = call("Emails.send_email", recipients=["y"], content="Hello there", subject="Hi")
    assert differing_arguments(a, c, NOTHING, NOTHING) == ("recipients",)


def test_wording_that_is_missing_on_one_side_is_a_difference() -> None:
    a, b = call("Notes.create", content="text"), call("Notes.create")
    assert differing_arguments(a, b, NOTHING, NOTHING) == ("content",)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("content", "x", True),
        ("query", "blue shoes", False),
        ("query", "the blue shoes that I saw yesterday", True),
        ("start_datetime", "2025-11-18 10:00:00", False),
        ("limit", 5, False),
    ],
)
def test_what_is_wording(name: str, value: Any, expected: bool) -> None:
    assert is_wording(name, value) is expected


def test_a_number_is_not_its_text() -> None:
    assert not same_value(1, "1", NOTHING, NOTHING)
    assert not same_value(True, 1, NOTHING, NOTHING)
    assert same_value(1, 1.0, NOTHING, NOTHING)


def record(*steps: Step, **apps: Any) -> Meanings:
    return Meanings(Record("trace", steps, apps))


def test_a_made_id_is_what_returned_it() -> None:
    """The second event that was added is the same thing whatever its id."""
    a = record(call("Calendar.add", ONE), call("Calendar.add", TWO))
    b = record(call("Calendar.add", TWO), call("Calendar.add", THREE))
    assert same_value({"event_id": TWO}, {"event_id": THREE}, a, b)
    assert not same_value({"event_id": ONE}, {"event_id": THREE}, a, b)


def test_a_made_id_is_the_record_it_names() -> None:
    a = record(
        call("Emails.list", {"emails": [{"email_id": ONE, "subject": "rent"}, {"email_id": TWO, "subject": "tax"}]})
    )
    b = record(call("Emails.list", {"emails": [{"email_id": THREE, "subject": "rent", "timestamp": 7}]}))
    assert same_value(ONE, THREE, a, b)
    assert not same_value(TWO, THREE, a, b)


def test_a_made_id_may_be_of_the_initial_state() -> None:
    a = record(Contacts={"contacts": {ONE: {"first_name": "Ida"}}})
    b = record(Contacts={"contacts": {TWO: {"first_name": "Ida"}, THREE: {"first_name": "Bo"}}})
    assert same_value(ONE, TWO, a, b)
    assert not same_value(ONE, THREE, a, b)


def test_ids_that_authors_write_are_names() -> None:
    a = record(call("Calendar.add", "table"))
    b = record(call("Calendar.add", "standup"))
    assert not same_value("table", "standup", a, b)


def test_ids_that_nothing_is_known_of_differ() -> None:
    assert not same_value(ONE, TWO, NOTHING, NOTHING)
    assert same_value(ONE, ONE, NOTHING, NOTHING)
