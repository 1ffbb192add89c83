"""`pare scenarios state`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Pare
from tests.library.conftest import python_text


def description(pare: Pare, *argv: str) -> str:
    """What the calendar says about the table at a moment."""
    found = pare("scenarios", "state", "dinner.yaml", "--app", "calendar", "--json", *argv).json
    return str(found["states"]["calendar"]["events"]["table"]["description"])


def test_the_moment_is_right_after_an_event(pare: Pare, dinner: Path) -> None:
    assert description(pare) == description(pare, "--at", "end") == description(pare, "--at", "edits") == "Table for 5"
    assert description(pare, "--at", "start") == description(pare, "--at", "accepts") == "Table for 6"


def test_events_of_the_same_instant_are_told_apart(pare: Pare, dinner: Path) -> None:
    """`accepts` and `edits` happen in the same second."""
    for at, count in (("proposes", 1), ("accepts", 2), ("edits", 2)):
        found = pare("scenarios", "state", "dinner.yaml", "--at", at, "--json").json
        assert len(found["states"]["aui"]["messages"]) == count
        assert found["at"] == at


def test_text(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "state", "dinner.yaml", "--at", "cancels", "--app", "Messages")
    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0] == ("dinner_headcount_change right after cancels (2025-11-18 09:00:10 UTC, 10s after the start)")
    assert "messages:" in lines
    assert "      content: Sorry, I can't make it on Friday." in said.out
    assert "calendar:" not in lines
    assert lines[-1] == "true  calendar.events | selectattr('id', 'eq', 'table') | list | length == 1"


def test_expressions_of_the_file_and_of_the_command_line(pare: Pare, dinner: Path) -> None:
    text = dinner.read_text().replace(
        "- state:", "- any:\n      - not: {state: calendar.events | length > 7}\n  - state:"
    )
    dinner.write_text(text)
    found = pare("scenarios", "state", "dinner.yaml", "--at", "start", "--json", "--eval", "calendar.events[9]").json
    assert found["expressions"] == [
        {"expression": "calendar.events | length > 7", "value": False, "error": None},
        {
            "expression": "calendar.events | selectattr('id', 'eq', 'table') | list | length == 1",
            "value": True,
            "error": None,
        },
        {"expression": "calendar.events[9]", "value": None, "error": found["expressions"][2]["error"]},
    ]
    assert found["expressions"][2]["error"]
    out = pare("scenarios", "state", "dinner.yaml", "--eval", "calendar.events | map(attribute='id') | list").out
    assert out.splitlines()[-1] == """["table", "standup"]  calendar.events | map(attribute='id') | list"""


def test_an_event_that_failed_is_told(pare: Pare, dinner: Path) -> None:
    dinner.write_text(
        dinner.read_text().replace("{event_id: table, description: Table", "{event_id: desk, description: Table", 1)
    )
    said = pare("scenarios", "state", "dinner.yaml", "--at", "edits", "--app", "aui")
    assert "edits failed: " in said.out


def test_conditions_and_stops_are_moments_too(pare: Pare, dinner: Path) -> None:
    more = "  - {id: quiet, when: {accepted: true}, after: proposes}\n"
    more += "  - {id: over, stop: true, after: quiet, delay: 3s}\n"
    dinner.write_text(dinner.read_text().replace("checks:", more + "checks:"))
    assert "quiet (2025-11-18 09:00:19" in pare("scenarios", "state", "dinner.yaml", "--at", "quiet").out
    assert "over (2025-11-18 09:00:22" in pare("scenarios", "state", "dinner.yaml", "--at", "over").out


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--at", "cancel"], "there is no event 'cancel' in dinner_headcount_change (did you mean 'cancels'?)"),
        (["--at", "never"], "the event 'never' does not happen in the oracle run of dinner_headcount_change"),
        (["--app", "calender"], "dinner_headcount_change has no app 'calender' (did you mean 'calendar'?)"),
        (["--eval", "calender.events"], "'calender'"),
        (["--eval", "calendar.events |"], "pare: "),
    ],
)
def test_bad_input(pare: Pare, dinner: Path, argv: list[str], says: str) -> None:
    more = "  - {id: quiet, when: {attempted: messages.send_message}, timeout: 5s}\n"
    more += "  - {id: never, env: messages.create_and_add_message, after: quiet, args: "
    more += "{conversation_id: dinner, sender_id: tom, content: And?}}\n"
    dinner.write_text(dinner.read_text().replace("checks:", more + "checks:"))
    said = pare("scenarios", "state", "dinner.yaml", *argv)
    assert said.status == 2
    assert says in said.err
    assert said.out == ""


def test_a_python_scenario(pare: Pare) -> None:
    Path("mine.py").write_text(python_text("mine"))
    found = pare("scenarios", "state", "mine.py", "--json").json
    assert found["states"] == {"PAREAgentUserInterface": {"messages": []}, "System": None}
    assert found["expressions"] == []
