"""The page on importing: its command prints what the page says, its file is the one that is written."""

from __future__ import annotations

import shlex
import typing
from pathlib import Path

import orjson
import pytest

from pare_runner.cli.app import main
from pare_runner.traces.importing.causes import Kind
from pare_runner.traces.importing.report import MEANINGS
from tests.docs.pages import blocks, page
from tests.traces.importing.conftest import NOTE, Foreign

PAGE = page("importing.md")
KINDS = [kind for kind in typing.get_args(Kind) if kind != "same"]


def late_cab() -> Foreign:
    """The trace of the page: a ride is late, a condition waits, a write names a note that does not exist."""
    foreign = Foreign("Notes", "Cab")
    foreign.data["metadata"]["definition"]["scenario_id"] = "late_cab"
    late = foreign.event("Cab.update_ride_status", {"status": "DELAYED", "message": None}, delay=10.0, oracle=False)
    seen = foreign.condition("_user_has_seen_it", late)
    asks = foreign.event(
        "PAREAgentUserInterface.send_message_to_user",
        {"content": "Your cab is late. Shall I note it?"},
        seen,
        delay=5.0,
    )
    says = foreign.event("PAREAgentUserInterface.accept_proposal", {"content": "Yes, please."}, asks, delay=2.0)
    notes = foreign.event("Notes.update_note", {"note_id": NOTE, "title": "", "content": "Cab is late"}, says)
    wrong = foreign.event("Notes.delete_note", {"note_id": "PLACEHOLDER"}, notes)
    foreign.ran(late, 10.0, returned="Ride status updated")
    foreign.ran(seen, 40.0, returned=True)
    foreign.ran(asks, 45.0)
    foreign.ran(says, 47.0, returned="m")
    foreign.ran(notes, 48.0, returned=NOTE)
    foreign.ran(wrong, 49.0, exception="'PLACEHOLDER'")
    return foreign


@pytest.fixture
def imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> tuple[str, Path]:
    """What the page's command printed, and the file it wrote."""
    monkeypatch.chdir(tmp_path)
    Path("late_cab.json").write_bytes(orjson.dumps(late_cab().data))
    (block,) = blocks(PAGE, "console")
    command = block.partition("\n")[0].removeprefix("$ ")
    name, *argv = shlex.split(command)
    assert name == "pare"
    assert main(argv) == 0
    return f"$ {command}\n{capsys.readouterr().out}", tmp_path / "scenarios" / "late_cab.yaml"


def test_the_command_prints_what_the_page_says(imported: tuple[str, Path]) -> None:
    assert imported[0] == blocks(PAGE, "console")[0]


def test_the_file_has_the_events_that_the_page_shows(imported: tuple[str, Path]) -> None:
    (shown,) = blocks(PAGE, "yaml")
    assert shown in imported[1].read_text()


def test_every_kind_of_note_and_of_call_is_explained() -> None:
    rows = [f"| `{kind}` | {meaning} |" for kind, meaning in MEANINGS.items()]
    assert "\n".join(rows) in PAGE
    assert all(f"| `{kind}` |" in PAGE for kind in KINDS)
