"""The verdict: names, rationale, silence, checks that raise, and what is no verdict at all."""

from __future__ import annotations

import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.errors import CheckError
from pare_runner.kernel.events import EventType, ValidationEvent
from pare_runner.scenarios.environment import Environment
from tests.scenarios.conftest import lines, mistakes, run, scenario

from .conftest import FLOW, REPORT, Live, judge, text

QUIET = "  - {id: news, env: notes.create_note, at: 5s, args: {content: Nothing happened}}\n"
SILENCE = "silence: true\n"


def test_all_checks_hold() -> None:
    result = judge("proposed: true\ncalled: notes.create_note")
    assert (result.status, result.success, result.rationale) == ("success", True, None)
    assert result.checks == {"proposed": True, "called notes.create_note": True, "side_effects": True}


def test_the_rationale_names_each_check_that_failed_and_what_was_seen() -> None:
    result = judge(
        "proposed: {about: cake}\ncalled: notes.create_note\n"
        "name: gone, called: notes.delete_note, args: {note_id: milk}"
    )
    assert (result.status, result.success) == ("failed", False)
    assert result.rationale == (
        "proposed: the proposal was 'Note the NEW time?'; gone: 0 such calls, at least 1 wanted"
    )
    assert result.checks == {"proposed": False, "called notes.create_note": True, "gone": False, "side_effects": True}


@pytest.mark.parametrize(
    ("check", "name"),
    [
        ("proposed: true", "proposed"),
        ("accepted: {about: time}", "accepted"),
        ("called: notes.create_note, count: 2", "called notes.create_note"),
        ("attempted: notes.delete_note", "attempted notes.delete_note"),
        ("state: notes.view_limit == 5", "state notes.view_limit == 5"),
        ("oracle_writes: {text: equal}", "oracle_writes"),
        ("not: {called: notes.delete_folder}", "not called notes.delete_folder"),
        ("all: [{proposed: true}, {accepted: true}]", "all of (proposed, accepted)"),
        ("any: [{name: mine, proposed: true}, {not: {accepted: true}}]", "any of (mine, not accepted)"),
        ("name: My own, proposed: true", "My own"),
    ],
)
def test_names(check: str, name: str) -> None:
    assert list(judge(check, rest=REPORT).checks) == [name, "side_effects"]


def test_names_are_unique_and_in_the_order_of_the_file() -> None:
    result = judge(
        "proposed: true\nname: a, proposed: {about: cake}\nproposed: {count: 1}\nname: a, state: 'true'\nproposed: {}"
    )
    assert list(result.checks.items())[:5] == [
        ("proposed", True),
        ("a", False),
        ("proposed (2)", True),
        ("a (2)", True),
        ("proposed (3)", True),
    ]


@pytest.mark.parametrize("rest", ["", REPORT])
def test_without_checks_there_is_no_verdict(rest: str) -> None:
    result = judge("", rest=rest)
    assert (result.status, result.success, result.rationale) == ("no_validation", None, "the file has no checks")
    assert result.checks == {}


def test_an_app_that_is_wrong_itself_is_no_second_mistake() -> None:
    checks = "called: notes.x\nstate: notes.y == 1\nall: [{called: notes.z}, {state: notes.y == 2}]"
    found = mistakes(text(checks, "  []\n", "allow: [notes.x]\n", "apps: {notes: {type: StatefulNoteApp}}\n"))
    assert [line.partition(": ")[2] for line in found] == [
        "there is no app class 'StatefulNoteApp' (did you mean 'StatefulNotesApp'?)"
    ]


# Checks that raise ----------------------------------------------------------------------------------------------------


def test_a_check_that_raises_is_the_runs_exception_and_the_log_remains() -> None:
    outcome = run(text("proposed: true\nname: broken, state: notes.view_limit"))
    result = outcome.result
    assert (result.status, result.success, result.rationale) == ("exception", None, None)
    assert isinstance(result.exception, CheckError)
    assert (result.exception.check, type(result.exception.cause)) == ("broken", TypeError)
    assert lines(outcome.log)[-1] == "100 fails Notes__delete_note!"


def test_a_condition_that_raises_names_itself_and_ends_the_run() -> None:
    flow = FLOW.replace("{called: notes.delete_folder}", "{state: notes.folders | length}")
    outcome = run(text("proposed: true", flow))
    assert outcome.result.status == "exception"
    assert isinstance(outcome.result.exception, CheckError)
    assert str(outcome.result.exception) == (
        "check 'never: state notes.folders | length' raised TypeError: a state check must be true or false, not 3"
    )
    assert outcome.log == []


def test_a_condition_that_raises_later_leaves_what_happened_before() -> None:
    flow = FLOW.replace("{called: notes.delete_folder}", "{state: (aui.messages | first).content == ''}").replace(
        "{id: never,", "{id: never, after: news, delay: 1s,"
    )
    outcome = run(text("proposed: true", flow))
    assert isinstance(outcome.result.exception, CheckError)
    assert outcome.result.exception.check == "never: state (aui.messages | first).content == ''"
    assert lines(outcome.log) == ["10 news Notes__create_note"]
    assert outcome.end_time == outcome.scenario.start + 11


# Silence --------------------------------------------------------------------------------------------------------------


def test_silence_is_a_check_of_its_own() -> None:
    result = judge("", QUIET, SILENCE)
    assert (result.status, result.rationale, result.checks) == ("success", None, {"silence": True})


def test_silence_stands_beside_other_checks() -> None:
    result = judge("state: 'true'\ncalled: notes.create_note", QUIET, SILENCE)
    assert result.rationale == "called notes.create_note: 0 such calls, at least 1 wanted"
    assert result.checks == {"state true": True, "called notes.create_note": False, "silence": True}


def broken_silence(live: Live) -> str | None:
    """What was heard."""
    result = live.judge()
    assert result.checks["silence"] is result.success
    return result.rationale and result.rationale.removeprefix("silence: ")


def test_a_proposal_breaks_silence() -> None:
    live = Live("", QUIET, SILENCE)
    live.agent("notes.list_folders", "observe")
    live.agent("aui.wait", "observe")
    assert broken_silence(live) is None
    live.agent("aui.send_message_to_user", "observe", content="Shall I?")
    live.agent("aui.send_message_to_user", "observe", content="Or that?")
    assert broken_silence(live) == "proposed 'Shall I?'; proposed 'Or that?'"


def test_a_message_breaks_silence() -> None:
    live = Live("", QUIET, SILENCE)
    live.agent("aui.send_message_to_user", content="Hello!")
    assert broken_silence(live) == "wrote 'Hello!'"


def test_a_write_breaks_silence_and_is_a_side_effect() -> None:
    live = Live("", QUIET, SILENCE)
    live.agent("notes.delete_note", note_id="milk")
    result = live.judge()
    effect = "Notes.delete_note (AGENT-Notes-delete_note-call-1)"
    assert result.rationale == f"silence: called Notes.delete_note; side_effects: {effect}"
    assert result.checks == {"silence": False, "side_effects": False}


@pytest.mark.parametrize("rest", [REPORT, "allow: [notes.delete_note]\n"])
def test_silence_does_not_depend_on_side_effects(rest: str) -> None:
    live = Live("", QUIET, SILENCE + rest)
    live.agent("notes.delete_note", note_id="milk")
    assert live.judge().rationale.startswith("silence: called Notes.delete_note")
    assert live.judge().success is False


def test_a_write_that_failed_or_that_the_user_made_breaks_no_silence() -> None:
    live = Live("", QUIET, SILENCE)
    live.agent("notes.delete_note", note_id="nowhere")
    live.user("system.open_app", app_name="Notes")
    live.user("notes.open", note_id="milk")
    live.user("notes.delete")
    assert [event.failed() for event in live.phone.log] == [True, False, False, False]
    assert broken_silence(live) is None


def test_an_oracle_that_acts_is_no_silence() -> None:
    assert {line.partition(": ")[2] for line in mistakes(text("", rest=SILENCE))} == {
        "the scenario says silence: true, yet the oracle acts"
    }


# Validation events ----------------------------------------------------------------------------------------------------


def validated(*checks: str, **fields: object) -> tuple[object, str | None, dict[str, bool]]:
    """Status, rationale and checks of a quiet file with a validation event."""
    made = scenario(text("\n".join(checks), QUIET))
    made.initialize()
    made.replace_events([*made.events, ValidationEvent("watch", **fields)])
    result = run_oracle(made).result
    return result.status, result.rationale, result.checks


def news_came(env: Environment) -> bool:
    return bool(env.calls(EventType.ENV))


def nothing_ever(env: Environment) -> bool:
    return False


def test_milestones_that_are_reached_change_nothing() -> None:
    checks = {"state true": True, "side_effects": True}
    assert validated("state: 'true'", milestones=[news_came]) == ("success", None, checks)


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"milestones": [news_came, nothing_ever]}, "watch: milestones not reached"),
        ({"milestones": [nothing_ever], "timeout": 3.0}, "watch: timed out"),
        ({"milestones": [nothing_ever], "minefields": [news_came]}, "watch: minefield news_came hit"),
    ],
)
def test_a_validation_event_that_fails_fails_the_run(fields: dict[str, object], why: str) -> None:
    checks = {"state true": True, "side_effects": True, "validation": False}
    assert validated("state: 'true'", **fields) == ("failed", f"validation: {why}", checks)


def test_it_is_a_verdict_even_without_checks() -> None:
    checks = {"side_effects": True, "validation": False}
    assert validated(milestones=[nothing_ever]) == ("failed", "validation: watch: milestones not reached", checks)
    assert validated(milestones=[news_came]) == ("no_validation", "the file has no checks", {})
