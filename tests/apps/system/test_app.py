"""Behaviour of the home screen and the phone's clock."""

from __future__ import annotations

import pytest

from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.events import EventType

from ..conftest import START, Failed, Handset, MakePhone


@pytest.fixture
def phone(make_phone: MakePhone) -> Handset:
    return make_phone((StatefulNotesApp, None))


def test_the_time_is_the_simulation_s(phone: Handset) -> None:
    phone.later(61)
    assert phone.agent("System.get_current_time") == {
        "current_timestamp": START + 61,
        "current_datetime": "2025-11-18 09:01:01",
        "current_weekday": "Tuesday",
    }


def test_a_wait_ends_with_one_notification(phone: Handset) -> None:
    assert phone.phone.next_timer() is None
    assert phone.agent("System.wait_for_notification", timeout=30) is None
    assert phone.phone.next_timer() == START + 30
    phone.later(30)
    phone.phone.fire_timers(START + 30)
    assert phone.phone.next_timer() is None
    assert [item.timestamp for item in phone.phone.notifications.agent] == [START + 30]
    assert [item.timestamp for item in phone.phone.notifications.user] == [START + 30]


def test_a_wait_ends_the_one_before(phone: Handset) -> None:
    phone.agent("System.wait_for_notification", timeout=10)
    phone.agent("System.wait_for_notification", timeout=60)
    phone.phone.fire_timers(START + 10)
    assert phone.phone.next_timer() == START + 60
    assert phone.phone.notifications.agent == []


@pytest.mark.parametrize(("actor", "call"), [(EventType.AGENT, "wait_for_notification"), (EventType.ENV, "wait")])
def test_times_are_not_negative(phone: Handset, actor: EventType, call: str) -> None:
    argument = {"wait": "time", "wait_for_notification": "timeout"}[call]
    assert phone.event(actor, f"System.{call}", **{argument: -1}).metadata.exception_type == "ValueError"


def test_time_passes_in_the_environment_alone(phone: Handset) -> None:
    phone.env("System.wait", time=5)
    assert phone.phone.services.clock.now == START + 5
    with pytest.raises(Failed, match="no tool 'wait'"):
        phone.agent("System.wait", time=5)


def test_it_has_no_state() -> None:
    app = HomeScreenSystemApp()
    assert app.get_state() is None
    app.load_state(None)


def test_without_a_phone_it_opens_nothing() -> None:
    with pytest.raises(RuntimeError, match="no phone"):
        HomeScreenSystemApp().open_app("Notes")
