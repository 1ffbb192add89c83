"""Turns, idle time and waits."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.policy.policy import View
from pare_runner.policy.request import Role
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    WAIT,
    Play,
    Player,
    calling,
    events,
    news,
)
from tests.scenarios.conftest import START


def wait_for(seconds: int) -> Any:
    return calling(("system.wait_for_notification", {"timeout": seconds}))


# Turns ----------------------------------------------------------------------------------------------------------------


def test_one_turn_is_the_user_then_the_assistant() -> None:
    play = Play(events(), user=[WAIT, ACCEPT, WAIT], observe=[LOOK, PROPOSE, WAIT])
    roles = [asked.role for asked in play.asked]
    assert roles == ["user", "observe", "observe", "user", "execute", "user", "observe"]


@pytest.mark.parametrize(("g", "turn", "second"), [(1, 10, 10), (5, 10, 10), (7, 10, 14), (1, 2, 2), (1, 0, 2)])
def test_at_the_end_of_a_turn_time_is_at_least_the_turn_start_plus_turn_seconds(g: int, turn: int, second: int) -> None:
    play = Play(events(news("a", "at: 0.5s")), generation_seconds=g, turn_seconds=turn, observe=[PROPOSE])
    assert play.times("user")[:2] == ["0 user", f"{second} user"]


def test_events_at_the_end_of_a_turn_are_in_the_next_one() -> None:
    play = Play(events(news("a", "at: 2s"), news("b", "at: 9s")), generation_seconds=1)
    assert play.told("user", "observe") == ["10 a", "10 b", "11 a", "11 b"]


def test_the_episode_ends_after_max_turns() -> None:
    play = Play(events(), observe=[LOOK] * 99, observe_iterations=1, max_turns=3)
    assert (play.reason, play.result.number_of_turns, len(play.times("user"))) == ("max_turns", 3, 3)
    assert Play(events(), max_turns=0).times() == []


def test_idle_turns_do_not_count_against_max_turns() -> None:
    late = [news(f"e{number}", f"at: {number * 100}s") for number in range(1, 6)]
    play = Play(events(*late), max_turns=1)
    assert (play.reason, play.result.number_of_turns, play.metrics.idle_turns) == ("idle", 0, 6)
    assert play.seen("observe") == ["e1", "e2", "e3", "e4", "e5"]


def test_a_turn_in_which_something_was_done_or_is_still_to_be_told_is_not_idle() -> None:
    assert Play(events(), observe=[LOOK], max_turns=9).result.number_of_turns == 1
    assert Play(events(), user=[calling("System.go_home")], max_turns=9).result.number_of_turns == 1
    assert Play(events(news("a", "at: 1s"))).result.number_of_turns == 1
    assert Play(events()).result.number_of_turns == 0


def test_a_failed_call_is_a_call() -> None:
    play = Play(events(), observe=[calling(("Notes.list_notes", {"folder": "Nowhere"}))])
    assert (play.result.number_of_turns, play.metrics.idle_turns) == (1, 1)


def test_a_phase_without_a_model_call_and_malformed_replies_count_as_waiting() -> None:
    play = Play(events(), observe=[PROPOSE])
    assert (play.result.number_of_turns, play.metrics.idle_turns) == (1, 1)
    assert play.times() == ["0 user", "5 observe", "10 user"]
    assert Play(events(), observe=[NONSENSE, WAIT]).result.number_of_turns == 0


def test_what_nobody_will_be_asked_about_does_not_make_a_turn_busy() -> None:
    """While a proposal waits the assistant is not called; what it has not been told is told later."""
    text = events(news("a", "at: 12s"), news("b", "at: 300s"))
    play = Play(text, observe=[PROPOSE], user=[WAIT, WAIT, WAIT, REJECT])
    assert play.told("user") == ["10 send_message_to_user", "20 a", "300 b"]
    assert play.told("observe") == ["305 a", "305 b", "305 reject_proposal"]


def test_max_idle_turns_is_a_limit_of_its_own() -> None:
    late = [news(f"e{number}", f"at: {number * 100}s") for number in range(1, 9)]
    good = events(*late, rest="checks: [{state: notes.folders | length == 3}]\n")
    play = Play(good, max_idle_turns=3)
    assert (play.reason, play.metrics.idle_turns) == ("limit:max_idle_turns", 3)
    assert (play.result.status, play.result.rationale) == ("failed", "the episode ended by limit:max_idle_turns")
    assert Play(good, max_idle_turns=None).reason == "idle"


# Idle time ------------------------------------------------------------------------------------------------------------


def test_nothing_ahead_ends_the_episode() -> None:
    play = Play(events())
    assert (play.reason, play.times(), play.metrics.idle_turns) == ("idle", ["0 user", "5 observe"], 1)


def test_the_clock_jumps_to_the_next_scripted_event() -> None:
    play = Play(events(news("a", "at: 3h"), news("b", "after: a, delay: 1d")))
    assert play.times("user") == ["0 user", "10800 user", "97200 user"]


def test_the_clock_jumps_to_the_next_due_reminder() -> None:
    text = events().replace("name: Tasks}", "name: Tasks, reminders: [{title: Tea, due_datetime: +0d 09:30}]}")
    play = Play(text)
    assert play.times("user") == ["0 user", "1800 user"]
    assert ["Tea" in item for item in play.seen("user", "observe")] == [True, True]


def test_the_clock_jumps_to_the_earliest_of_all_that_is_ahead() -> None:
    waiting = "{id: sees, when: {called: notes.create_note}, every: 7s, timeout: 400s}"
    text = events(waiting, news("a", "at: 200s"), news("b", "after: a, delay: 100s"))
    text = text.replace("name: Tasks}", "name: Tasks, reminders: [{title: Tea, due_datetime: +0d 09:01}]}")
    user = Player(due=lambda view: START + 500 if view.time < START + 500 else None)
    play = Play(text, user=user, observe=[WAIT, wait_for(100)])
    assert play.times("user") == [f"{time} user" for time in (0, 60, 170, 200, 300, 400, 500)]


def test_the_clock_jumps_to_the_time_out_of_a_condition_and_not_to_its_periodic_checks() -> None:
    waiting = "{id: sees, when: {called: notes.create_note}, every: 30s, timeout: 600s}"
    play = Play(events(waiting))
    assert play.times("user") == ["0 user", "600 user"]
    assert play.log == ["600 sees!"]
    play = Play(events("{id: sees, when: {called: notes.create_note}, every: 30s}"))
    assert (play.times("user"), play.reason) == (["0 user"], "idle")


@pytest.mark.parametrize("role", ["user", "observe"])
def test_the_clock_jumps_to_what_a_policy_will_do_by_itself(role: Role) -> None:
    def due(view: View) -> float | None:
        return START + 777 if view.time < START + 777 else None

    player = Player(due=due)
    play = Play(events(news("a", "at: 900s")), **({"user": player} if role == "user" else {"observe": player}))
    assert play.times("user") == ["0 user", "777 user", "900 user"]


def test_idle_poll_steps_through_idle_time_instead() -> None:
    play = Play(events(news("a", "at: 40s")), idle_step=4.0)
    assert play.times("user") == ["0 user", "14 user", "28 user", "42 user"]
    assert play.told("user") == ["42 a"]


# Waits ----------------------------------------------------------------------------------------------------------------


def test_the_end_of_a_wait_is_a_jump_target_and_both_sides_are_told() -> None:
    play = Play(events(), observe=[wait_for(600)])
    assert play.times() == ["0 user", "5 observe", "610 user", "615 observe"]
    assert play.told("user", "observe") == ["610 System: the wait is over", "615 System: the wait is over"]


def test_a_wait_ends_the_phase_and_leaves_the_turn_idle() -> None:
    play = Play(events(), observe=[wait_for(60)])
    assert (play.times("observe"), play.metrics.idle_turns) == (["5 observe", "75 observe"], 2)


@pytest.mark.parametrize("at", [12, 100, 607, 610])
def test_a_notification_ends_the_wait(at: int) -> None:
    play = Play(events(news("a", f"at: {at}s")), observe=[wait_for(600)])
    assert play.seen("observe") == ["a"]
    assert play.reason == "idle"


def test_what_was_not_told_yet_ends_the_wait_at_once() -> None:
    play = Play(events(news("a", "at: 7s")), observe=[wait_for(600)])
    assert play.told("observe") == ["15 a"]
    assert play.reason == "idle"


def test_a_new_wait_takes_the_place_of_the_one_before() -> None:
    calls = calling("Notes.list_folders")
    play = Play(events(news("a", "at: 50s")), observe=[wait_for(600), calls, wait_for(30)])
    assert play.told("observe") == ["55 a", "100 System: the wait is over"]


def test_the_user_waits_too_and_nobody_hears_of_it() -> None:
    play = Play(events(), user=[WAIT], observe=[WAIT])
    assert play.seen("user", "observe") == []
    assert (play.result.number_of_turns, play.metrics.idle_turns) == (0, 1)


# The duration and the stop --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seconds", [3, 5, 7, 10, 15, 20, 23])
@pytest.mark.parametrize("limit", ["scenario", "settings"])
def test_the_episode_ends_exactly_at_its_duration(seconds: int, limit: str) -> None:
    busy: dict[str, Any] = {"user": [calling("System.go_home")] * 9, "observe": [LOOK] * 9}
    if limit == "scenario":
        play = Play(events(rest=f"duration: {seconds}s\n"), **busy)
    else:
        play = Play(events(), **busy, max_duration=float(seconds))
    assert (play.reason, play.outcome.end_time - START) == ("duration", seconds)
    assert [float(line.split()[0]) for line in play.log] == list(range(5, seconds, 5))
    assert play.times()[-1].split()[0] == str((seconds - 1) // 5 * 5)


def test_the_shorter_of_two_durations_counts() -> None:
    text = events(news("a", "at: 30m"), rest="duration: 30m\n")
    play = Play(text, max_duration=60.0)
    assert (play.outcome.end_time, play.log) == (START + 60, [])
    play = Play(text, max_duration=6000.0)
    assert (play.outcome.end_time, play.log) == (START + 1800, ["1800 a"])


def test_events_at_the_duration_still_run() -> None:
    assert Play(events(news("a", "at: 30s"), rest="duration: 30s\n")).log == ["30 a"]


def test_a_stop_event_ends_the_episode() -> None:
    stops = "{id: end, stop: true, at: 7s}"
    play = Play(events(stops), observe=[LOOK])
    assert (play.reason, play.log, play.outcome.end_time - START) == ("stop_event", ["7 end"], 7)


def test_a_stop_that_a_call_sets_off_comes_before_the_next_call() -> None:
    text = events(ASKS, ACCEPTS, "{id: end, stop: true, after: asks}")
    play = Play(text, observe=[PROPOSE], user=[WAIT, ACCEPT])
    assert (play.reason, play.log) == ("stop_event", ["10 send_message_to_user", "10 end"])
    (exchange,) = (call for call in play.outcome.exchanges if call.request.role == "observe")
    assert len(exchange.events) == 1
