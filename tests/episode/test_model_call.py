"""One model call on the virtual clock: the five steps of the design, and the three time modes."""

from __future__ import annotations

import pytest

from pare_runner.episode.settings import TokenTime
from pare_runner.policy.policy import View
from pare_runner.policy.request import Request, Response
from tests.episode.conftest import ACCEPT, ACCEPTS, ASKS, LOOK, PROPOSE, WAIT, Play, calling, events, news, tokens
from tests.scenarios.conftest import START

CREATE = ("Notes.create_note", {"title": "T"})


def test_the_request_is_built_at_t_and_knows_nothing_of_later() -> None:
    play = Play(events(news("a", "at: 1s"), news("b", "at: 6s")))
    assert play.told("user", "observe") == ["5 a", "10 a", "10 b", "15 b"]
    assert [asked.request.time - START for asked in play.asked] == [0, 5, 10, 15]


def test_what_is_due_when_the_request_is_built_has_run() -> None:
    play = Play(events(news("a"), news("b", "after: a"), news("c", "at: 5s")))
    assert play.told("user") == ["0 a", "0 b", "10 c"]
    assert play.told("observe") == ["5 a", "5 b", "5 c"]


def test_generation_takes_g_and_the_calls_are_made_at_its_end() -> None:
    play = Play(events(), user=[calling("System.go_home")], observe=[LOOK], generation_seconds=3.5)
    assert play.log == ["3.5 go_home", "7 list_folders"]
    assert [(call.request.time - START, call.seconds) for call in play.outcome.exchanges[:2]] == [(0, 3.5), (3.5, 3.5)]


def test_the_kernel_runs_everything_due_meanwhile_before_the_calls() -> None:
    play = Play(events(news("a", "at: 4s"), news("b", "at: 5s"), news("c", "at: 5.5s")), user=[WAIT], observe=[LOOK])
    assert play.log == ["4 a", "5 b", "5.5 c", "10 list_folders"]


def test_at_equal_times_scheduled_events_run_first() -> None:
    text = events(news("a", "at: 5s"), news("b", "after: a"), news("c", "at: 10s"))
    play = Play(text, user=[calling("System.go_home")], observe=[LOOK])
    assert play.log == ["5 a", "5 b", "5 go_home", "10 c", "10 list_folders"]


def test_at_equal_times_what_a_call_sets_off_runs_before_the_next_call_and_the_next_request() -> None:
    makes = "{id: makes, agent: notes.create_note, after: accepts}"
    text = events(ASKS, ACCEPTS, makes, news("reacts", "after: makes"), news("late", "after: reacts"))
    play = Play(text, observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[calling(CREATE, "Notes.list_folders"), WAIT])
    assert play.log[2:6] == ["20 create_note", "20 reacts", "20 late", "20 list_folders"]
    assert "20 reacts" in play.told("execute")


def test_the_calls_of_a_reply_run_in_order_taking_no_time_each_seeing_the_former() -> None:
    found: list[object] = []

    def looks(request: Request, view: View) -> Response:
        found.append(request.messages[-1].content)
        return Response("Done.")

    remove = ("Notes.delete_folder", {"folder_name": "Trips"})
    made = calling(("Notes.new_folder", {"folder_name": "Trips"}), "Notes.list_folders", remove, remove)
    play = Play(events(), observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[made, looks])
    assert play.log[2:] == ["20 new_folder", "20 list_folders", "20 delete_folder", "20 delete_folder!"]
    assert "Trips" in play.outcome.log[4].metadata.return_value
    assert found == ["Error: there is no folder 'Trips' (known: Inbox, Personal, Work)"]


@pytest.mark.parametrize(
    ("role", "ending"),
    [
        ("user", "aui.wait"),
        ("user", "aui.accept_proposal"),
        ("user", "aui.reject_proposal"),
        ("observe", "aui.wait"),
        ("observe", "system.wait_for_notification"),
        ("observe", "aui.send_message_to_user"),
        ("execute", "aui.send_message_to_user"),
    ],
)
def test_calls_after_one_that_ends_the_phase_are_answered_with_an_error_and_not_run(role: str, ending: str) -> None:
    extra = "System.go_home" if role == "user" else "Notes.list_folders"
    made = calling(extra, ending, extra)
    if role == "user":
        play = Play(events(), observe=[PROPOSE], user=[WAIT, made], max_turns=3)
    elif role == "observe":
        play = Play(events(news("a")), observe=[made, WAIT], user=[WAIT, reject_or_wait], max_turns=3)
    else:
        play = Play(events(), observe=[PROPOSE], user=[WAIT, ACCEPT], execute=[made], max_turns=3)
    asked = [asked for asked in play.asked if asked.role == role]
    names = [event.function_name() for event in play.outcome.log if event.function_name() == extra.split(".")[1]]
    assert len(names) == 1
    if role == "execute":  # its conversation is over with the phase
        return
    number = 2 if role == "user" else 1
    answers = [message for message in asked[number].request.messages if message.role == "tool"][-3:]
    assert [message.kind for message in answers if message.kind == "error"] == ["error"]
    assert answers[-1].content == "Not done: an earlier call of this reply has ended the turn."


def reject_or_wait(request: Request, view: View) -> Response:
    return calling("aui.reject_proposal") if view.proposal is not None else WAIT


def test_a_call_that_would_end_the_phase_but_fails_does_not_end_it() -> None:
    failing = calling(("system.wait_for_notification", {"timeout": -1}), "Notes.list_folders")
    play = Play(events(news("a")), observe=[failing, LOOK])
    assert [line for line in play.log if "a" not in line.split()[1][:1]] == [
        "10 wait_for_notification!",
        "10 list_folders",
        "15 list_folders",
    ]


def test_what_fired_meanwhile_is_in_the_next_notifications_of_that_agent() -> None:
    play = Play(events(news("a", "at: 7s"), news("b", "at: 12s")), observe=[LOOK, LOOK, WAIT])
    assert play.told("observe") == ["10 a", "15 b"]
    assert play.told("user") == ["20 a", "20 b"]


# Time modes -----------------------------------------------------------------------------------------------------------


def test_fixed_every_generation_takes_the_same_seconds() -> None:
    slow = calling("aui.wait", usage=tokens(9_000), latency=77.0)
    play = Play(events(), user=[slow], observe=[slow], generation_seconds=2.0)
    assert [call.seconds for call in play.outcome.exchanges] == [2.0, 2.0]


def test_tokens_a_generation_takes_a_plus_b_times_output_tokens() -> None:
    times = {"user": TokenTime(1.0, 0.5), "observe": TokenTime(2.0, 0.25)}
    said = calling("aui.wait", usage=tokens(8, prompt=1000), latency=77.0)
    play = Play(events(), user=[said], observe=[said], time_mode="tokens", token_times=times)
    assert [call.seconds for call in play.outcome.exchanges] == [5.0, 4.0]


def test_tokens_roles_without_constants_have_the_default_ones() -> None:
    play = Play(events(), user=[calling("aui.wait", usage=tokens(50))], time_mode="tokens")
    assert [call.seconds for call in play.outcome.exchanges] == [2.0, 1.0]


def test_measured_a_generation_takes_the_latency_of_the_attempt_that_succeeded() -> None:
    play = Play(events(), user=[calling("aui.wait", latency=1.25, retries=3)], time_mode="measured", observe=[LOOK])
    assert [call.seconds for call in play.outcome.exchanges[:3]] == [1.25, 0.0, 0.0]
    assert play.times()[:3] == ["0 user", "1.25 observe", "1.25 observe"]


def test_kd_48_a_generation_may_take_no_time() -> None:
    play = Play(events(news("a", "at: 10s")), observe=[LOOK, WAIT, PROPOSE], user=[WAIT, ACCEPT], generation_seconds=0)
    assert play.log[:2] == ["0 list_folders", "10 a"]
    assert play.reason == "idle"
