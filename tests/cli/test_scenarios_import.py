"""`pare scenarios import`."""

from __future__ import annotations

import json
import os
from pathlib import Path

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.hf import hf_document
from pare_runner.traces.record import record_of
from tests.cli.conftest import SHIPPED, Pare

DINNER = "dinner_headcount_change"


def trace(name: str) -> Path:
    """The hf trace of a shipped scenario's oracle run, in the working directory."""
    scenario = compile_scenario((SHIPPED / f"{name}.yaml").read_text(), name)
    path = Path(f"{name}.json")
    path.write_bytes(orjson.dumps(hf_document(record_of(run_oracle(scenario), TraceContext(name)))))
    return path


def broken(path: Path, **changed: object) -> Path:
    """A copy of a trace with other values of its top-level keys."""
    copy = path.with_name(f"broken_{path.name}")
    copy.write_text(json.dumps(json.loads(path.read_text()) | changed))
    return copy


def test_a_trace_becomes_a_file_that_checks_and_shows(pare: Pare) -> None:
    said = pare("scenarios", "import", str(trace(DINNER)), "--out", "in")
    assert (said.status, said.err) == (0, "")
    lines = said.out.splitlines()
    assert lines[0] == f"imported  {DINNER}.json as in/{DINNER}.yaml"
    assert lines[1] == "  5 events, 4 apps"
    assert lines[-4:] == [
        "  oracle run: success",
        "FILE                          CALLS  SAME  FAIL IN BOTH  EXPLAINED  UNEXPLAINED",
        f"{DINNER}.json  5      5     0             0          0",
        "1 file imported",
    ]
    text = Path(f"in/{DINNER}.yaml").read_text()
    assert text.startswith(f"# imported from {DINNER}.json\nid: {DINNER}\n")
    assert pare("scenarios", "check", "in").status == 0
    shown = pare("scenarios", "show", f"in/{DINNER}.yaml", "--json").json
    assert (shown["scoring"], shown["oracle"]["status"]) == ("derived", "success")


def test_a_trace_of_a_run_with_agents(pare: Pare, experiment: Pare) -> None:
    planned = json.loads(trace(DINNER).read_text())["events"]
    ran = experiment(f"scenarios=[{DINNER}]", "hydra.run.dir=job")
    assert ran.status == 0, ran.err
    assert pare("scenarios", "import", "job/traces/hf", "--out", "in").status == 0
    scenario = compile_scenario(Path(f"in/{DINNER}.yaml").read_text(), "in")
    assert hf_document(record_of(run_oracle(scenario), TraceContext("id")))["events"] == planned


def test_conditions_that_agents_made_true(pare: Pare, experiment: Pare) -> None:
    names = ["camping_cart_code", "consent_form_left_behind", "expense_report_due"]
    assert experiment(f"scenarios=[{','.join(names)}]", "hydra.run.dir=job").status == 0
    said = pare("scenarios", "import", "job/traces/hf", "--out", "in", "--json")
    assert said.status == 0
    assert [item["oracle"]["status"] for item in said.json["files"]] == ["success"] * 3
    assert (
        "agent: shopping.list_cart, after: user_takes_mats, delay: 2s}" in Path("in/camping_cart_code.yaml").read_text()
    )
    assert not any("optional" in path.read_text() for path in Path("in").iterdir())
    for name in names:
        assert pare("scenarios", "prove", f"in/{name}.yaml").status == 0


def test_the_schema_above_the_folder_is_named(pare: Pare) -> None:
    Path("scenario.schema.json").write_text("{}")
    assert pare("scenarios", "import", str(trace(DINNER)), "--out", "in").status == 0
    first = Path(f"in/{DINNER}.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../scenario.schema.json"


def test_bad_files_do_not_stop_the_others(pare: Pare) -> None:
    good = trace(DINNER)
    cut = Path("cut.json")
    cut.write_bytes(good.read_bytes()[:-100])
    other = broken(good, version="are_simulation_v9")
    with open("huge.json", "wb") as file:
        file.truncate(2**30)
    said = pare("scenarios", "import", "absent.json", str(cut), str(other), "huge.json", str(good), "--out", "in")
    assert said.status == 2
    assert [path.name for path in Path("in").iterdir()] == [f"{DINNER}.yaml"]
    assert "absent.json: cannot read the file: No such file or directory" in said.err
    assert "cut.json: this is not JSON" in said.err
    assert f"broken_{DINNER}.json: $.version: the version is 'are_simulation_v9'" in said.err
    assert "huge.json: the file has 1,024.0 MiB, at most 512.0 MiB are read" in said.err
    assert said.out.splitlines()[-1] == "1 file imported, 4 not"
    assert "Traceback" not in said.err


def test_nothing_is_overwritten_unless_told(pare: Pare) -> None:
    source, target = trace(DINNER), Path(f"in/{DINNER}.yaml")
    target.parent.mkdir()
    target.write_text("mine")
    said = pare("scenarios", "import", str(source), "--out", "in")
    assert (said.status, target.read_text()) == (2, "mine")
    assert f"{DINNER}.json: in/{DINNER}.yaml exists already; --force overwrites it" in said.err
    assert pare("scenarios", "import", str(source), "--out", "in", "--force").status == 0
    assert target.read_text().startswith("# imported from")


def test_two_files_of_one_scenario(pare: Pare) -> None:
    first = trace(DINNER)
    second = first.rename("again.json")
    said = pare("scenarios", "import", str(second), str(trace(DINNER)), "--out", "in", "--force")
    assert said.status == 2
    assert f"{DINNER}.json: again.json has the scenario_id '{DINNER}' too" in said.err


def test_a_folder_stands_for_its_traces(pare: Pare) -> None:
    Path("traces").mkdir()
    for name in (DINNER, "cab_late_for_review"):
        trace(name).rename(f"traces/{name}.json")
    Path("empty").mkdir()
    said = pare("scenarios", "import", "traces", "empty", "--out", "in")
    assert said.status == 2
    assert "empty has no hf traces (.json)" in said.err
    assert sorted(path.stem for path in Path("in").iterdir()) == ["cab_late_for_review", DINNER]


def test_a_job_stands_for_its_hf_traces(pare: Pare, experiment: Pare) -> None:
    assert experiment(f"scenarios=[{DINNER}]", "hydra.run.dir=jobs/one").status == 0
    assert experiment(f"scenarios=[{DINNER}]", "hydra.run.dir=lite", "export=lite").status == 0
    assert pare("scenarios", "import", "jobs/one", "--out", "in").status == 0
    assert pare("scenarios", "import", "jobs", "--out", "again").status == 0
    said = pare("scenarios", "import", "lite", "--out", "none")
    assert said.status == 2
    (trace_file,) = Path("lite/traces/lite").iterdir()
    refused = pare("scenarios", "import", str(trace_file), "--out", "none")
    assert refused.err.splitlines() == [
        f"{trace_file}: $: this is a lite trace, without apps and events: it cannot be imported; export the run as hf"
    ]
    assert not Path("none").exists()
    assert "lite has lite traces only" in said.err


def test_an_id_that_is_no_name_of_a_file(pare: Pare) -> None:
    good = trace(DINNER)
    metadata = json.loads(good.read_text())["metadata"]
    metadata["definition"]["scenario_id"] = "x" * 400
    said = pare("scenarios", "import", str(broken(good, metadata=metadata)), str(good), "--out", "in")
    assert said.status == 2
    assert "scenario_id: an id is the name of a file and has at most 240 characters, this one has 400" in said.err
    assert [path.name for path in Path("in").iterdir()] == [f"{DINNER}.yaml"]
    metadata["definition"]["scenario_id"] = "x" * 240
    assert pare("scenarios", "import", str(broken(good, metadata=metadata)), "--out", "in").status == 0


def test_a_folder_that_cannot_be_read(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    good = trace(DINNER)
    Path("locked").mkdir()
    listed = os.scandir

    def scandir(path: str) -> object:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(os, "scandir", scandir)
    said = pare("scenarios", "import", "locked", str(good), "--out", "in")
    assert (said.status, said.err) == (2, "locked: cannot read the folder: Permission denied\n")
    assert "1 file imported" in said.out


def test_numbers_are_seen_on_a_narrow_terminal(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Path("a_folder_with_a_long_name/and_another_one/below_it")
    folder.mkdir(parents=True)
    source = trace(DINNER).rename(folder / f"{DINNER}_2a1c0436.json")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("pare_runner.cli.scenarios.import_report.is_terminal", lambda stream=None: True)
    monkeypatch.setattr("pare_runner.cli.console.is_terminal", lambda stream=None: True)
    monkeypatch.setenv("NO_COLOR", "1")
    said = pare("scenarios", "import", str(source), "--out", "in")
    head, row = said.out.splitlines()[-3:-1]
    assert head.split() == ["FILE", "CALLS", "SAME", "FAIL", "IN", "BOTH", "EXPLAINED", "UNEXPLAINED"]
    assert row.split() == ["dinner_headcou…2a1c0436.json", "5", "5", "0", "0", "0"]


def test_as_json(pare: Pare) -> None:
    good = trace("camping_cart_code")
    found = pare("scenarios", "import", str(good), str(broken(good, events=3)), "--out", "in", "--json")
    assert (found.status, found.err) == (2, "")
    made, refused = found.json["files"]
    assert (made["imported"], made["path"], made["id"]) == (True, "in/camping_cart_code.yaml", "camping_cart_code")
    assert (made["oracle"]["status"], made["calls"], made["problems"]) == ("success", [], [])
    assert made["comparison"]["calls"] == made["comparison"]["same"] == 20
    assert [note["kind"] for note in made["notes"]] == ["condition", "reference"]
    assert (refused["imported"], refused["path"], refused["oracle"]) == (False, None, None)
    assert refused["problems"][0]["where"] == "broken_camping_cart_code.json: $.events"


def test_without_a_run(pare: Pare) -> None:
    said = pare("scenarios", "import", str(trace(DINNER)), "--out", "in", "--no-run")
    assert said.status == 0
    assert "oracle run" not in said.out
    assert Path(f"in/{DINNER}.yaml").is_file()


def test_an_oracle_that_does_not_run_as_before_is_told(pare: Pare) -> None:
    document = json.loads(trace(DINNER).read_text())
    edits = next(event for event in document["events"] if event["event_id"] == "edits")
    edits["action"]["args"][0]["value"] = "gone"
    Path("odd.json").write_text(json.dumps(document))
    said = pare("scenarios", "import", "odd.json", "--out", "in")
    assert said.status == 1
    assert "  arguments: $.events[4]: Calendar.edit_calendar_event there" in said.out
    assert "there with event_id=table, here with event_id=gone: unexplained" in said.out
    assert said.out.splitlines()[-1] == "1 file imported, 1 oracle not as before"
    assert Path(f"in/{DINNER}.yaml").is_file()


def test_a_folder_that_cannot_be_written(pare: Pare) -> None:
    Path("in").write_text("a file")
    said = pare("scenarios", "import", str(trace(DINNER)), "--out", "in")
    assert said.status == 2
    assert "cannot write" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_a_size_that_is_none(pare: Pare, size: str) -> None:
    assert pare("scenarios", "import", "x.json", "--out", "in", "--max-size", size).status == 2


def test_a_size_of_ones_own(pare: Pare) -> None:
    path = trace(DINNER)
    with open(path, "ab") as file:
        file.write(b" " * 2**20)
    said = pare("scenarios", "import", str(path), "--out", "in", "--max-size", "1")
    assert "at most 1.0 MiB are read" in said.err
    assert pare("scenarios", "import", str(path), "--out", "in", "--max-size", "2").status == 0


def test_where_to_is_needed(pare: Pare) -> None:
    said = pare("scenarios", "import", "x.json")
    assert said.status == 2
    assert "--out" in said.err
