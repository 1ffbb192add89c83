"""Keyed ids: an id follows from its cause, whatever happens elsewhere."""

from __future__ import annotations

from pare_runner.kernel.draws import hex_id
from pare_runner.kernel.ids import IdSource


def under(source: IdSource, *cause: str | int, number: int = 1) -> list[str]:
    source.begin(*cause)
    return [source.next("Notes", "Note") for _ in range(number)]


def test_an_id_is_keyed_by_namespace_app_cause_kind_and_number() -> None:
    expected = [hex_id("dinner", 7, "id", "Notes", "call", "AGENT", 3, "Note", k) for k in (0, 1)]
    assert under(IdSource("dinner", 7), "call", "AGENT", 3, number=2) == expected


def test_a_new_source_stands_in_the_initial_state() -> None:
    assert IdSource("s").next("Notes", "Note") == hex_id("s", "id", "Notes", "initial", "Note", 0)


def test_the_same_cause_gives_the_same_ids_again() -> None:
    source = IdSource("s")
    assert under(source, "a", number=3) == under(source, "a", number=3)


def test_causes_do_not_influence_each_other() -> None:
    quiet, busy = IdSource("s"), IdSource("s")
    under(busy, "noise", number=50)
    assert under(quiet, "event", "e1") == under(busy, "event", "e1")


def test_apps_and_kinds_count_by_themselves() -> None:
    quiet, busy = IdSource("s"), IdSource("s")
    for app, kind in (("Emails", "Note"), ("Notes", "Folder"), ("Notes", "Folder")):
        busy.next(app, kind)
    assert quiet.next("Notes", "Note") == busy.next("Notes", "Note")


def test_a_collision_takes_the_next_number() -> None:
    free = under(IdSource("s"), "a", number=4)
    source = IdSource("s")
    source.begin("a")
    taken = {free[0], free[2]}
    assert [source.next("Notes", "Note", taken) for _ in range(2)] == [free[1], free[3]]


def test_ids_differ_by_everything_in_their_key() -> None:
    ids = {
        *under(IdSource("s"), "a", number=2),
        *under(IdSource("t"), "a", number=2),
        *under(IdSource("s", 1), "a", number=2),
        *under(IdSource("s"), "b", number=2),
        *under(IdSource("s"), "a", 1, number=2),
    }
    assert len(ids) == 10
    assert all(len(identifier) == 32 and int(identifier, 16) >= 0 for identifier in ids)
