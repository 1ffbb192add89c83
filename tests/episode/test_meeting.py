"""The oracle in agent mode: what meets a step, and what follows from it."""

from __future__ import annotations

import pytest

from pare_runner.policy.policy import View
from pare_runner.policy.request import Request, Response
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    PROPOSE,
    WAIT,
    Play,
    calling,
    events,
    news,
)

ADDS = "{id: adds, agent: notes.create_note, after: accepts}"
AGAIN = "{id: again, agent: notes.create_note, after: accepts}"
EDITS = "{id: edits, agent: notes.update_note, after: adds, args: {note_id: milk}}"
UPDATE = ("Notes.update_note", {"note_id": "milk", "content": "x"})
REACTS = news("reacts", "after: adds, delay: 30s")


def create(title: str = "T", **args: object) -> tuple[str, dict[str, object]]:
    return "Notes.create_note", {"title": title, **args}


def run(*lines: str, execute: object = (), rest: str = "", **options: object) -> Play:
    """An episode whose proposal at 10 s is accepted at 15 s; executions start at 15 s."""
    made = [calling(item) if isinstance(item, tuple) else item for item in execute]  # type: ignore[attr-defined]
    text = events(ASKS, ACCEPTS, *lines, rest=rest)
    return Play(text, observe=[PROPOSE], user=[WAIT, ACCEPT], execute=made, **options)  # type: ignore[arg-type]


def checks(*lines: str) -> str:
    return "side_effects: report\nchecks:\n" + "".join(f"  - {line}\n" for line in lines)


def test_oracle_steps_never_run() -> None:
    play = Play(events("{id: asks, agent: aui.send_message_to_user, at: 10s}", ACCEPTS, ADDS))
    assert play.log == []


def test_kd_16_what_stands_below_a_step_of_the_oracle_starts_its_delay_when_it_is_met() -> None:
    assert run(ADDS, REACTS, execute=[create()]).log[2:] == ["20 create_note", "50 reacts"]


def test_kd_16_below_a_step_that_is_not_met_it_never_runs() -> None:
    play = run(ADDS, REACTS, execute=[LOOK])
    assert play.log[2:] == ["20 list_folders"]
    assert play.reason == "idle"


def test_a_step_is_met_by_the_first_call_of_the_same_tool_after_its_parents_are_met() -> None:
    after = news("sees", "at: 60s")
    late = "{id: adds, agent: notes.create_note, after: [accepts, sees]}"
    play = run(after, late, REACTS, execute=[create()])
    assert play.log[2:] == ["20 create_note", "60 sees"]


def test_a_failed_call_meets_nothing() -> None:
    play = run(ADDS, REACTS, execute=[create(folder="Nowhere"), create()])
    assert play.log[2:] == ["20 create_note!", "25 create_note", "55 reacts"]


def test_the_actor_counts() -> None:
    sends = "{id: adds, user: chat.send_message, on: {conversation_id: talk}, args: {content: Hi}}"
    by_agent = calling(("Chat.send_message", {"user_id": "ann", "content": "Hi"}))
    assert run(sends, REACTS, execute=[by_agent]).log[-1] == "20 send_message"
    taps = [
        calling(("System.open_app", {"app_name": "Chat"})),
        calling(("Chat.open_conversation", {"conversation_id": "talk"})),
        calling(("Chat.send_message", {"content": "Hi"})),
    ]
    assert Play(events(sends, REACTS), user=taps).log[-2:] == ["25 send_message", "55 reacts"]


def test_its_own_time_and_delay_do_not_keep_a_step_from_being_met() -> None:
    late = ADDS.replace("after: accepts", "after: accepts, delay: 2h")
    assert run(late, REACTS, execute=[create()]).log[2:] == ["20 create_note", "50 reacts"]


def test_arguments_do_not_count_but_under_match() -> None:
    assert run(ADDS.replace("}", ", args: {title: Wanted}}"), REACTS, execute=[create("Other")]).log[-1] == "50 reacts"
    match = ADDS.replace("}", ", args: {title: Wanted}, match: {title: {contains: want}}}")
    play = run(match, REACTS, execute=[create("Other"), create("I want it")])
    assert play.log[2:] == ["20 create_note", "25 create_note", "55 reacts"]


def test_one_call_meets_one_step_in_file_order() -> None:
    second = news("after_again", "after: again, delay: 30s")
    assert run(ADDS, AGAIN, REACTS, second, execute=[create()]).log[2:] == ["20 create_note", "50 reacts"]
    play = run(ADDS, AGAIN, REACTS, second, execute=[create(), create()])
    assert play.log[-2:] == ["50 reacts", "55 after_again"]
    assert run(AGAIN, ADDS, REACTS, second, execute=[create()]).log[-1] == "50 after_again"


def test_file_order_counts_though_the_first_was_opened_last() -> None:
    edits = EDITS.replace("after: adds", "after: accepts")
    first = ADDS.replace("after: accepts", "after: edits")
    play = run(edits, first, AGAIN, REACTS, execute=[UPDATE, create()])
    assert play.log[-1] == "55 reacts"


def test_taps_on_the_way_never_block_though_they_write() -> None:
    """The planned way to the editor is another than the one taken here."""
    step = "{id: step, user: notes.update, on: {note_id: milk}, args: {title: A, content: B}}"
    taps = [
        calling(("System.open_app", {"app_name": "Notes"})),
        calling("Notes.new_note"),
        calling(("Notes.update", {"title": "A", "content": "B"})),
    ]
    text = events(step, news("reacts", "after: step, delay: 30s"))
    assert Play(text, user=taps).log == ["5 open_app", "15 new_note", "25 update", "55 reacts"]


def test_its_result_is_that_of_the_call() -> None:
    moves = "{id: moves, env: notes.delete_note, after: adds, args: {note_id: {from: adds}}}"
    play = run(ADDS, moves, execute=[create()])
    assert play.log[2:] == ["20 create_note", "20 moves"]
    created = next(event for event in play.outcome.log if event.function_name() == "create_note")
    assert play.arguments("moves") == {"note_id": created.metadata.return_value}


def test_match_may_ask_for_the_result_of_another_step() -> None:
    edits = EDITS.replace("note_id: milk", "note_id: {from: adds}").replace(
        "}}}", "}}, match: {note_id: {from: adds}}}"
    )
    reacts = news("reacts", "after: edits, delay: 30s")
    play = run(ADDS, edits, reacts, execute=[create(), UPDATE])
    assert play.log[-1] == "25 update_note"

    def updates(request: Request, view: View) -> Response:
        made = next(event for event in view.phone.log if event.function_name() == "create_note")
        return calling(("Notes.update_note", {"note_id": made.metadata.return_value, "content": "x"}))

    play = run(ADDS, edits, reacts, execute=[create(), UPDATE, updates])
    assert play.log[-2:] == ["30 update_note", "60 reacts"]


@pytest.mark.parametrize(
    "step",
    [
        "{id: step, agent: notes.list_notes, after: accepts, args: {folder: Inbox}}",
        "{id: step, user: notes.list_folders, after: accepts}",
        "{id: step, agent: notes.delete_note, after: accepts, args: {note_id: milk}, optional: true}",
    ],
    ids=["agent read", "user read with the taps to it", "optional"],
)
def test_reads_taps_and_optional_steps_never_block(step: str) -> None:
    play = run(step, news("reacts", "after: step, delay: 30s"))
    assert play.log[-1] == "45 reacts"


def test_a_check_that_names_a_read_still_needs_the_call() -> None:
    step = "{id: looks, agent: notes.list_folders, after: accepts}"
    rest = checks("called: notes.create_note\n    after: looks")
    wrong = run(step, execute=[create(), LOOK], rest=rest)
    right = run(step, execute=[LOOK, create()], rest=rest)
    assert (wrong.result.success, right.result.success) == (False, True)
    never = run(step, execute=[create()], rest=rest)
    assert never.result.success is False
    assert "looks" in (never.result.rationale or "")


def test_a_read_that_does_not_block_can_still_be_met_and_its_result_be_used() -> None:
    looks = "{id: looks, agent: notes.list_folders, after: accepts}"
    uses = "{id: uses, env: notes.delete_folder, after: [looks, adds], args: {folder_name: {from: looks, path: '[0]'}}}"
    told = run(looks, ADDS, uses, execute=[LOOK, create()])
    assert told.arguments("uses") == {"folder_name": "Inbox"}
    missing = run(looks, ADDS, uses, execute=[create()])
    assert missing.log[-1] == "20 uses!"
    assert "'looks'" in (missing.outcome.failed_events[0].metadata.exception or "")


def test_an_env_parent_is_met_when_it_has_run_and_a_condition_when_true() -> None:
    sees = "{id: sees, when: {called: notes.create_note, by: agent}}"
    play = run(sees, news("reacts", "after: sees, delay: 30s"), execute=[create()])
    assert play.log[2:] == ["20 create_note", "20 sees", "50 reacts"]
    failing = "{id: fails, env: notes.delete_folder, at: 3s, args: {folder_name: Attic}}"
    play = Play(events(failing, news("reacts", "after: fails, delay: 30s")))
    assert play.log == ["3 fails!", "33 reacts"]


def test_conditions_are_asked_after_real_calls_of_both() -> None:
    taps = "{id: sees, when: {called: system.go_home, by: user}}"
    play = Play(events(taps), user=[calling("System.go_home")])
    assert play.log == ["5 go_home", "5 sees"]


def test_within_one_reply_the_order_of_calls_is_the_order_of_meeting() -> None:
    reacts = news("reacts", "after: edits, delay: 30s")
    assert run(ADDS, EDITS, reacts, execute=[calling(UPDATE, create())]).log[-1] == "20 create_note"
    assert run(ADDS, EDITS, reacts, execute=[calling(create(), UPDATE)]).log[-1] == "50 reacts"


def test_before_and_after_mean_the_position_in_the_log_not_time() -> None:
    rest = checks("called: notes.update_note\n    after: adds")
    assert run(ADDS, execute=[calling(create(), UPDATE), DONE], rest=rest).result.success is True
    assert run(ADDS, execute=[calling(UPDATE, create()), DONE], rest=rest).result.success is False
