"""`pare scenarios export-from-pare` with a PARE of few lines on a real Meta-ARE."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pare_runner.apps.cab.app import StatefulCabApp
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.apps.reminder.app import StatefulReminderApp
from pare_runner.traces.documents import read_hf, world_logs
from pare_runner.traces.importing.comparison import compare
from pare_runner.traces.importing.running import run_imported
from pare_runner.traces.importing.scenario import import_document
from tests.interop.conftest import PYTHON, ROOT, read

pytestmark = pytest.mark.interop

TINY = Path(__file__).with_name("tiny_pare")
BAD_INPUT = 2


@pytest.fixture(autouse=True)
def tiny_pare(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The interpreter of Meta-ARE finds the small PARE."""
    assert PYTHON.exists(), f"there is no {PYTHON.relative_to(ROOT)}: `make test-interop` makes it"
    monkeypatch.setenv("PYTHONPATH", str(TINY))
    monkeypatch.chdir(tmp_path)


def export(*words: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("pare")), "scenarios", "export-from-pare", "--python", str(PYTHON)]
    return subprocess.run([*command, *words], capture_output=True, text=True, check=False, timeout=120)


def states(document: dict[str, Any]) -> dict[str, Any]:
    return {app["name"]: app["app_state"] for app in document["apps"]}


def test_a_scenario_with_all_that_pare_forgets() -> None:
    done = export("--out", "here")

    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[:2] == ["exported  errand", "1 scenario exported to here"]
    document = read("here/errand.json")
    assert document["metadata"]["pare_runner"] == {
        "additional_system_prompt": "The user is out of town.",
        "tags": ["Planning", "Time"],
        "nb_turns": 3,
    }
    assert document["metadata"]["annotation"]["validation_decision"] == "Valid"
    assert document["metadata"]["annotation"]["date"] == document["metadata"]["definition"]["start_time"] + 20

    found = states(document)
    reminders = StatefulReminderApp("Reminders")
    reminders.load_state(found["Reminders"])
    assert [reminder.title for reminder in reminders.reminders.values()] == ["Rent"], "as before the first event"
    cab = StatefulCabApp("Cab")
    cab.load_state(found["Cab"])
    assert cab.current_ride is not None
    assert cab.current_ride.end_location == "Museum"
    files = SandboxLocalFileSystem("Files")
    files.load_state(found["Files"])
    assert files.cat("/docs/plan.txt") == "first: go"


def test_the_file_is_one_that_ours_and_meta_are_read(ask: Any) -> None:
    export()

    document = read_hf(Path("from_pare/errand.json"))
    assert [event.action.function for event in document.events if event.action] == [
        *("send_email_to_user_only", "list_emails", "send_message_to_user", "accept_proposal", "add_reminder")
    ]
    asked = [event for event in document.completed_events if event.action.function != "get_due_reminders"]
    assert [int(event.time - asked[0].time) for event in asked] == [0, 2, 4, 9, 10]
    assert {entry["log_type"] for entry in world_logs(document)} == {"action"}
    (said,) = ask([Path("from_pare/errand.json")])
    assert said["plain"] == {"error": None, "log": []}


def test_the_file_becomes_a_scenario_that_runs_as_it_did() -> None:
    export()

    imported = import_document(read_hf(Path("from_pare/errand.json")))
    run = run_imported(imported)

    assert run.is_good
    assert run.scenario.report.of("lost_state") == []
    assert [row.kind for row in compare(imported.document, run.outcome)] == ["same"] * 5
    scenario = run.scenario.compile()
    assert (scenario.nb_turns, scenario.additional_system_prompt) == (3, "The user is out of town.")


def test_what_fails_is_listed_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_PARE", "troubles errand")

    done = export("--timeout", "2", "--json", "endless", "fatal", "unbuildable", "leaving", "../escape", "errand")

    assert done.returncode == 1
    said = json.loads(done.stdout)
    assert said["exported"] == [{"id": "errand", "file": "from_pare/errand.json"}]
    assert said["failed"] == [
        {"id": "endless", "error": "it did not end within 2 s"},
        {"id": "fatal", "error": "it ended the Python process, with status 7"},
        {"id": "unbuildable", "error": "RuntimeError: no apps today"},
        {"id": "leaving", "error": "SystemExit: enough"},
        {"id": "../escape", "error": "its id cannot be the name of a file"},
    ]
    assert [path.name for path in Path().rglob("*.json")] == ["errand.json"]


def test_an_id_that_is_not_there() -> None:
    done = export("erand", "other")

    assert done.returncode == BAD_INPUT
    assert "PARE has no scenario 'erand' there (did you mean 'errand'?)" in done.stderr
    assert "'other'" in done.stderr
    assert not Path("from_pare").exists()


def test_a_file_that_is_there_is_replaced_only_by_force() -> None:
    Path("from_pare").mkdir()
    file = Path("from_pare/errand.json")
    file.write_text("mine")

    done = export()

    assert done.returncode == BAD_INPUT
    assert done.stderr.splitlines() == ["from_pare/errand.json: exists already; nothing was done (--force replaces it)"]
    assert file.read_text() == "mine"
    assert export("--force").returncode == 0
    assert read(file)["version"] == "are_simulation_v1"


def test_a_pare_without_scenarios(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_PARE", "")

    done = export()

    assert done.returncode == BAD_INPUT
    assert "has no registered scenario" in done.stderr


def test_a_pare_that_cannot_be_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TINY_PARE", "nowhere")

    done = export()

    assert done.returncode == BAD_INPUT
    assert (
        "has no PARE that can be imported: ModuleNotFoundError: No module named 'pare.scenarios.nowhere'" in done.stderr
    )
