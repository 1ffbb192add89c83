"""Assistants and users that need no oracle."""

from __future__ import annotations

from pare_runner.kernel.events import EventType
from tests.llm.offline.conftest import ACCEPTS, PROPOSES, WRITES, calls, events, play

TEXT = events(WRITES, PROPOSES, ACCEPTS)


def test_passive_does_nothing() -> None:
    assert calls(play(TEXT, "passive", "always_accept")) == []


def test_eager_proposes_for_everything_it_is_told_and_does_nothing_about_it() -> None:
    again = WRITES.replace("id: writes", "id: again").replace("at: 10s", "at: 2m").replace("Hi", "Ho")
    outcome = play(events(WRITES, again), "eager", "always_accept")
    assert calls(outcome) == [
        "20 send_message_to_user",
        "25 accept_proposal",
        "130 send_message_to_user",
        "135 accept_proposal",
    ], "the user's answer is no occasion"
    assert {event.function_name() for event in outcome.log if event.event_type is EventType.AGENT} == {
        "send_message_to_user",
        "wait",
    }
    told = [event.get_args()["content"] for event in outcome.log if event.function_name() == "send_message_to_user"]
    assert "Hi" in told[0]
    assert "Ho" in told[1]


def test_eager_waits_without_news() -> None:
    outcome = play(events(WRITES.replace("10s", "1h")), "eager", "scripted")
    assert calls(outcome)[0] == "3610 send_message_to_user"


def test_always_accept_and_always_reject_answer_every_proposal() -> None:
    again = PROPOSES.replace("id: proposes", "id: again").replace(
        "after: writes, delay: 2s", "after: proposes, delay: 1m"
    )
    assert calls(play(events(WRITES, PROPOSES, again), user="always_reject")) == [
        "20 send_message_to_user",
        "25 reject_proposal",
        "90 send_message_to_user",
        "95 reject_proposal",
    ]
    assert calls(play(TEXT, user="always_accept")) == ["20 send_message_to_user", "25 accept_proposal"]
