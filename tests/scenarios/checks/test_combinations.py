"""`all`, `any` and `not`: what of their parts is shown."""

from __future__ import annotations

import pytest

from pare_runner.errors import CheckError
from tests.scenarios.conftest import mistakes

from .conftest import judge, seen, text

YES, NO, OTHER = "{proposed: true}", "{called: notes.delete_folder}", "{state: not true}"
NO_SEEN = "called notes.delete_folder: 0 such calls, at least 1 wanted"
OTHER_SEEN = "state not true: it is false"


@pytest.mark.parametrize(
    ("check", "sees"),
    [
        (f"all: [{YES}, {YES}]", None),
        (f"all: [{YES}, {NO}]", NO_SEEN),
        (f"all: [{NO}, {YES}, {OTHER}]", f"{NO_SEEN}; {OTHER_SEEN}"),
        (f"any: [{NO}, {YES}]", None),
        (f"any: [{NO}, {OTHER}]", f"{NO_SEEN}; {OTHER_SEEN}"),
        (f"not: {NO}", None),
        (f"not: {YES}", "proposed holds"),
        (f"not: {{not: {YES}}}", None),
        (f"not: {{not: {NO}}}", "not called notes.delete_folder holds"),
        (f"not: {{all: [{YES}, {NO}]}}", None),
        (f"not: {{any: [{NO}, {YES}]}}", "any of (called notes.delete_folder, proposed) holds"),
        (
            f"all: [{{any: [{NO}, {OTHER}]}}]",
            f"any of (called notes.delete_folder, state not true): {NO_SEEN}; {OTHER_SEEN}",
        ),
        ("all: [{name: mine, called: notes.delete_folder}]", "mine: 0 such calls, at least 1 wanted"),
        ("not: {called: notes.create_note, after: unreached}", None),
    ],
)
def test_combinations(check: str, sees: str | None) -> None:
    assert seen(check) == sees


def test_the_whole_is_named_if_a_part_raises() -> None:
    result = judge(f"name: it, any: [{YES}, {{not: {{state: notes.view_limit}}}}]")
    assert isinstance(result.exception, CheckError)
    assert str(result.exception) == "check 'it' raised TypeError: a state check must be true or false, not 5"


@pytest.mark.parametrize(
    ("check", "says"),
    [
        ("all: []", ["all needs at least one check"]),
        ("any: []", ["any needs at least one check"]),
        ("all: [{called: notes.x}, {called: a.b}]", ["notes has no tool 'x'", "there is no app 'a' (known: "]),
        ("not: {state: nots.view_limit == 5}", ["unknown name 'nots' (did you mean 'notes'?)"]),
        (f"all: [{YES}], any: [{YES}]", ["a check needs exactly one of proposed, accepted, called, attempted, "]),
        (f"not: {YES}, count: 1", ["'count' does not go with not"]),
    ],
)
def test_every_mistake_of_every_part_is_found(check: str, says: list[str]) -> None:
    found = [line.partition(": ")[2] for line in mistakes(text(check))]
    assert [line[: len(wanted)] for line, wanted in zip(found, says, strict=True)] == says
