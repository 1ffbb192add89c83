"""The event log: numbered, oldest first, found by id."""

from __future__ import annotations

from pare_runner.kernel.log import EventLog

from .conftest import met


def test_entries_are_numbered_in_the_order_they_come() -> None:
    log = EventLog()
    for event_id in "ba":
        log.append(met(event_id))
    assert [(event.sequence, event.event_id) for event in log] == [(0, "b"), (1, "a")]


def test_an_entry_is_found_by_its_id_the_first_one_if_there_are_two() -> None:
    log = EventLog()
    for result in (1, 2):
        log.append(met("a", result))
    found = log.get("a")
    assert found is not None
    assert found.metadata.return_value == 1
    assert log.get("b") is None
