"""Who is told what while agents act, and that nobody is told anything twice."""

from __future__ import annotations

from typing import Any

from pare_runner.apps.notifications import PAREMessageType
from tests.episode.conftest import ACCEPT, DONE, LOOK, PROPOSE, REJECT, WAIT, Play, calling, events, news

CREATE = calling(("Notes.create_note", {"title": "T"}))
MESSAGE = calling(("aui.send_message_to_user", {"content": "It is done."}))
HOME = calling("System.go_home")
SILENT = "{id: silent, env: notes.create_note, at: 2s}"
FAILS = "{id: fails, env: notes.delete_folder, at: 3s, args: {folder_name: Attic}}"


def kinds(play: Play) -> tuple[list[PAREMessageType], list[PAREMessageType]]:
    assert play.outcome.phone is not None
    center = play.outcome.phone.notifications
    return [item.message_type for item in center.user], [item.message_type for item in center.agent]


def test_env_events_of_the_template_table_tell_both_sides() -> None:
    play = Play(events(news("a", "at: 2s"), SILENT))
    assert kinds(play) == (
        [PAREMessageType.ENVIRONMENT_NOTIFICATION_USER],
        [PAREMessageType.ENVIRONMENT_NOTIFICATION_AGENT],
    )
    assert (play.seen("user"), play.seen("observe")) == (["a"], ["a"])


def test_due_reminders_and_wait_time_outs_tell_both_sides() -> None:
    text = events().replace("name: Tasks}", "name: Tasks, reminders: [{title: Tea, due_datetime: +0d 09:01}]}")
    play = Play(text, observe=[WAIT, calling(("system.wait_for_notification", {"timeout": 60}))])
    told = [item.split(":")[0] for item in play.seen("user")]
    assert told == [item.split(":")[0] for item in play.seen("observe")] == ["Tasks", "System"]


def test_failed_events_tell_nobody() -> None:
    play = Play(
        events(FAILS),
        user=[calling(("System.open_app", {"app_name": "Nothing"}))],
        observe=[calling(("Notes.list_notes", {"folder": "Attic"}))],
    )
    assert kinds(play) == ([], [])
    assert [line for line in play.log if line.endswith("!")] == ["3 fails!", "5 open_app!", "10 list_notes!"]


def test_agent_events_tell_nobody_except_messages_to_the_user() -> None:
    play = Play(events(), user=[WAIT, ACCEPT], observe=[LOOK, PROPOSE], execute=[CREATE, MESSAGE])
    assert kinds(play)[0] == [PAREMessageType.AGENT_MESSAGE] * 2
    assert play.seen("user") == ["send_message_to_user", "send_message_to_user"]
    assert "create_note" not in play.seen("user", "observe", "execute")


def test_answers_give_the_assistant_a_user_message_other_taps_a_user_action_and_waits_nothing() -> None:
    play = Play(events(), user=[HOME, ACCEPT], observe=[PROPOSE], execute=[DONE])
    assert kinds(play)[1] == [PAREMessageType.USER_ACTION, PAREMessageType.USER_MESSAGE]
    play = Play(events(), user=[WAIT, REJECT], observe=[PROPOSE])
    assert kinds(play)[1] == [PAREMessageType.USER_MESSAGE]
    assert play.outcome.phone is not None
    assert play.outcome.phone.notifications.agent[0].message == "[REJECT]: "


def test_texts_reach_the_prompts() -> None:
    play = Play(events(news("a", "at: 2s")), user=[HOME])
    observed, *_ = (asked.request.messages[-1].content for asked in play.asked if asked.role == "observe")
    first, second, rest = observed.split("|")
    assert "Chat" in first
    assert second == "HomeScreenSystemApp__go_home()"
    assert rest == ""


# Cursors --------------------------------------------------------------------------------------------------------------


def accepted(*lines: str, execute: Any) -> Play:
    """A proposal at 10 s, accepted at 15 s; the execution's first request is then."""
    return Play(events(*lines), user=[WAIT, ACCEPT], observe=[PROPOSE], execute=execute)


def test_execute_is_told_what_observe_was_not() -> None:
    play = accepted(
        news("before", "at: 3s"),
        news("meanwhile", "at: 7s"),
        news("waiting", "at: 12s"),
        news("acting", "at: 18s"),
        execute=[LOOK, DONE],
    )
    assert play.told("observe")[:1] == ["5 before"]
    assert play.told("execute") == ["15 meanwhile", "15 waiting", "20 acting"]


def test_observe_learns_later_what_execute_was_told_and_the_answer() -> None:
    play = accepted(news("waiting", "at: 12s"), news("acting", "at: 18s"), execute=[LOOK, DONE])
    assert play.told("observe") == ["30 waiting", "30 accept_proposal", "30 acting"]


def test_the_answer_is_the_task_of_the_execution_and_no_news_to_it() -> None:
    play = accepted(execute=[LOOK, DONE])
    assert play.seen("execute") == []
    assert "accept_proposal" in play.seen("observe")


def test_everybody_is_told_everything_once() -> None:
    lines = [news(f"e{number}", f"at: {number * 3}s") for number in range(20)]
    play = accepted(*lines, execute=[LOOK, LOOK, DONE])
    names = [f"e{number}" for number in range(20)]
    assert [item for item in play.seen("user") if item[0] == "e"] == names
    assert [item for item in play.seen("observe") if item[0] == "e"] == names
    assert play.metrics.unseen_events == 0


def test_a_second_execution_starts_with_what_observe_has_not_been_told() -> None:
    play = Play(
        events(news("a", "at: 12s"), news("b", "at: 33s")),
        user=[WAIT, ACCEPT, WAIT, ACCEPT],
        observe=[PROPOSE, PROPOSE],
        execute=[DONE, DONE],
    )
    assert play.told("execute") == ["15 a", "35 b"]


# Unseen events --------------------------------------------------------------------------------------------------------


def test_unseen_events_whether_or_not_they_ran() -> None:
    text = events(news("a", "at: 2s"), news("b", "at: 28s"), news("c", "at: 40s"), rest="duration: 40s\n")
    assert Play(text).metrics.unseen_events == 1
    late = events(news("a", "at: 2s"), news("b", "at: 28s"))
    play = Play(late, max_duration=20.0)
    assert (play.metrics.unseen_events, play.log) == (1, ["2 a"])


def test_events_whose_parents_are_not_met_are_not_unseen() -> None:
    asks = "{id: asks, agent: aui.send_message_to_user}"
    text = events(asks, news("b", "after: asks, delay: 1h"))
    assert Play(text).metrics.unseen_events == 0
    assert Play(text, observe=[PROPOSE], max_turns=1).metrics.unseen_events == 1


def test_events_without_a_notice_are_not_unseen() -> None:
    assert Play(events(SILENT), max_turns=0).metrics.unseen_events == 0
    assert Play(events(news("a")), max_turns=0).metrics.unseen_events == 1


def test_what_only_the_user_was_told_is_unseen_and_what_the_execution_was_told_is_seen() -> None:
    waiting = events(news("a", "at: 12s"))
    assert Play(waiting, observe=[PROPOSE]).metrics.unseen_events == 1
    play = Play(waiting, observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[DONE], max_turns=2)
    assert play.metrics.unseen_events == 0
