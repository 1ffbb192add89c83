"""`state`: an expression over the final states that is true or false, and nothing else."""

from __future__ import annotations

import pytest

from pare_runner.errors import CheckError
from pare_runner.scenarios.text.expressions import EvaluationError

from .conftest import Live, judge, seen


@pytest.mark.parametrize(
    ("expression", "sees"),
    [
        ("notes.folders | length == 3", None),
        ("notes.folders | length == 4", "it is false"),
        (
            "notes.folders | selectattr('folder_name', 'eq', 'Work') | map(attribute='notes') | first | length == 1",
            None,
        ),
        ("notes.view_limit == 5", None),
        ("aui.messages | length == 2", None),
        ("aui.messages | length == 2 and notes.folders | length == 3", None),
        ("true", None),
        ("not true", "it is false"),
    ],
)
def test_over_the_states_of_apps_by_handle(expression: str, sees: str | None) -> None:
    assert seen(f'state: "{expression}"') == sees


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        ("notes.folders | length", "3"),
        ("none", "None"),
        ("''", "''"),
        (f"'{'x' * 200}'", f"'{'x' * 116}..."),
    ],
)
def test_what_is_no_boolean_is_an_exception(expression: str, shown: str) -> None:
    result = judge(f'name: it, state: "{expression}"')
    assert (result.status, result.success) == ("exception", None)
    assert isinstance(result.exception, CheckError)
    assert result.exception.check == "it"
    assert str(result.exception) == f"check 'it' raised TypeError: a state check must be true or false, not {shown}"


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        ("notes.view_limit % 0 == 1", "division by zero"),
        ("notes.folders[7].folder_name == 'x'", "there is no item 7 in a list of 3"),
        ("(notes.folders | selectattr('id', 'eq', 'x') | first).notes == []", "there is no first item: it is empty"),
    ],
)
def test_an_expression_that_raises_is_an_exception_of_that_check(expression: str, says: str) -> None:
    result = judge(f'state: notes.folders | length == 4\nname: it, state: "{expression}"')
    assert (result.status, result.success) == ("exception", None)
    assert isinstance(result.exception, CheckError)
    assert (result.exception.check, type(result.exception.cause)) == ("it", EvaluationError)
    assert str(result.exception) == f"check 'it' raised EvaluationError: {expression}: {says}"


def test_it_is_asked_of_the_state_as_it_is_now() -> None:
    live = Live("state: notes.folders | length == 4", "  []\n", "allow: [notes.new_folder]\n")
    assert live.judge().rationale == "state notes.folders | length == 4: it is false"
    live.agent("notes.new_folder", folder_name="Trips")
    assert live.judge().success is True
