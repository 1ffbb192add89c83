"""The page on importing: its commands print what the page says, its files are those that are written."""

from __future__ import annotations

import shlex
import typing
from pathlib import Path

import orjson
import pytest

from pare_runner.cli import app
from pare_runner.cli.hydra_entry import main
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
def late_cab_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What is printed of the trace of PARE, which becomes `scenarios/late_cab.yaml`."""
    monkeypatch.chdir(tmp_path)
    Path("late_cab.json").write_bytes(orjson.dumps(late_cab().data))
    assert app.main(["scenarios", "import", "late_cab.json", "--out", "scenarios"]) == 0
    return capsys.readouterr().out


@pytest.mark.usefixtures("with_our_programs")
def test_the_commands_print_what_the_page_says(capsys: pytest.CaptureFixture[str]) -> None:
    run, read, *shown = blocks(PAGE, "console")[0].splitlines()
    assert main(shlex.split(run)[4:]) == 0
    capsys.readouterr()
    assert app.main(shlex.split(read)[2:]) == 0
    assert capsys.readouterr().out.splitlines() == shown


def test_the_report_on_a_trace_of_pare(late_cab_told: str) -> None:
    assert blocks(PAGE, "text")[0] in late_cab_told


@pytest.mark.usefixtures("late_cab_told")
def test_the_file_has_the_events_that_the_page_shows() -> None:
    (shown,) = blocks(PAGE, "yaml")
    assert shown in Path("scenarios/late_cab.yaml").read_text()


def test_every_kind_of_note_and_of_call_is_explained() -> None:
    rows = [f"| `{kind}` | {meaning} |" for kind, meaning in MEANINGS.items()]
    assert "\n".join(rows) in PAGE
    assert all(f"| `{kind}` |" in PAGE for kind in KINDS)
