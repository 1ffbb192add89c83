"""`pare scenarios show`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.cli.scenarios.flow import offset
from tests.cli.conftest import Pare
from tests.library.conftest import python_text

TAPS = """\
id: taps
start_time: 2025-11-18T09:00:00Z
apps:
  notes:
    type: StatefulNotesApp
    notes: [{id: packing, title: Packing, content: '<"socks">'}]
events:
  - {id: gone, env: notes.delete_folder, at: 2h, args: {folder_name: Nowhere}}
  - {id: edits, user: notes.edit, on: {note_id: packing}, after: gone, delay: 90s}
  - {id: waits, when: {proposed: true}, after: gone, timeout: 1h}
  - {id: never, env: notes.delete_folder, after: waits, args: {folder_name: Work}}
"""


def test_the_flow_as_a_table(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "show", "dinner.yaml")
    assert said.status == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0] == "dinner_headcount_change: A guest drops out after the table was booked"
    assert "start  2025-11-18 09:00:00 UTC" in lines
    assert "tags   calendar, messaging" in lines
    assert "apps   messages, calendar, aui, system" in lines
    flow = [line.split()[:3] for line in lines[6:11]]
    assert flow == [
        ["10s", "cancels", "env"],
        ["12s", "reads", "agent"],
        ["14s", "proposes", "agent"],
        ["19s", "accepts", "user"],
        ["19s", "edits", "agent"],
    ]
    assert lines[9].endswith(
        "aui.accept_proposal" + " " * (len(lines[9]) - lines[9].index("aui.") - 30) + "proposes 5s"
    )
    assert "holds  called calendar.edit_calendar_event" in lines
    assert lines[-1] == "oracle run: success after 19s"


def test_taps_failures_and_what_never_runs(pare: Pare) -> None:
    Path("taps.yaml").write_text(TAPS)
    out = pare("scenarios", "show", "taps.yaml").out
    rows = {line.split()[1]: line for line in out.splitlines() if len(line.split()) > 2}
    assert "failed: there is no folder 'Nowhere'" in rows["gone"]
    assert rows["edits-tap-1"].startswith("2h1m30s  edits-tap-1  user  system.open_app(app_name='Notes')")
    assert rows["edits"].split()[:4] == ["2h1m30s", "edits", "user", "notes.edit"]
    assert rows["waits"].startswith("3h ")
    assert rows["never"].startswith("never ")


def test_rows_stand_in_the_order_of_their_times(pare: Pare) -> None:
    late = "  - {id: late, env: notes.new_folder, at: 3h, args: {folder_name: Trips}}\n"
    Path("taps.yaml").write_text(TAPS.replace("events:\n", "events:\n" + late))
    lines = pare("scenarios", "show", "taps.yaml").out.splitlines()
    order = [line.split()[1] for line in lines if line.startswith(("2h", "3h", "never"))]
    assert order == ["gone", "edits-tap-1", "edits-tap-2", "edits", "late", "waits", "never"]


def test_the_flow_as_mermaid(pare: Pare, dinner: Path) -> None:
    lines = pare("scenarios", "show", "dinner.yaml", "--mermaid").out.splitlines()
    assert lines[0] == "flowchart TD"
    assert lines[1] == '    n0["cancels<br/>env: messages.create_and_add_message<br/>10s"]'
    assert lines[2] == '    n1(["reads<br/>agent: messages.read_conversation<br/>12s"])'
    assert lines[4] == '    n3[/"accepts<br/>user: aui.accept_proposal<br/>19s"/]'
    assert lines[6:] == ["    n0 -->|2s| n1", "    n1 -->|2s| n2", "    n2 -->|5s| n3", "    n3 --> n4"]


def test_as_json(pare: Pare) -> None:
    Path("taps.yaml").write_text(TAPS)
    found = pare("scenarios", "show", "taps.yaml", "--json").json
    assert found["apps"]["notes"] == "StatefulNotesApp"
    events = {event["id"]: event for event in found["events"]}
    assert list(events) == ["gone", "edits-tap-1", "edits-tap-2", "edits", "waits", "never"]
    assert events["edits-tap-2"]["tap_of"] == "edits"
    assert events["edits"]["after"] == ["edits-tap-2"]
    assert events["gone"]["failure"] == "there is no folder 'Nowhere' (known: Inbox, Personal, Work)"
    assert events["never"]["time"] is None
    assert found["oracle"]["status"] == "no_validation"


def test_an_installed_scenario_by_its_id(pare: Pare) -> None:
    assert pare("scenarios", "show", "dinner_headcount_change").out.startswith("dinner_headcount_change: A guest")


def test_a_python_scenario(pare: Pare) -> None:
    Path("mine.py").write_text(python_text("mine"))
    out = pare("scenarios", "show", "mine.py").out
    assert "apps   PAREAgentUserInterface, System" in out
    assert "oracle run: no_validation after 0s" in out


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (python_text("a") + python_text("b", "Other"), "pare: two.py holds 2 scenarios (name one of a, b)\n"),
        (
            python_text("a") + "\n    def init_and_populate_apps(self):\n        1 / 0\n",
            "a: cannot be run: ZeroDivisionError: division by zero\n",
        ),
    ],
)
def test_what_cannot_be_shown(pare: Pare, text: str, says: str) -> None:
    Path("two.py").write_text(text)
    said = pare("scenarios", "show", "two.py")
    assert (said.status, said.err) == (2, says)


def test_two_forms_at_once(pare: Pare) -> None:
    assert pare("scenarios", "show", "dinner_headcount_change", "--json", "--mermaid").status == 2


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0s"), (10, "10s"), (0.5, "0.5s"), (90, "1m30s"), (3600, "1h"), (86400 * 2 + 3600, "2d1h"), (-90, "-1m30s")],
)
def test_times_as_people_write_them(seconds: float, text: str) -> None:
    assert offset(seconds) == text
