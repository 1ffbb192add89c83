"""`pare traces stats`: tables, JSON, files of others, and files that cannot be read."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pare
from tests.traces.worlds import World


def squeezed(text: str) -> list[str]:
    return [" ".join(line.split()) for line in text.splitlines()]


def test_a_sweep(pare: Pare, experiment: Pare) -> None:
    argv = ["scenarios=[dinner_headcount_change]", "model=scripted,eager", "cache=bypass", "hydra.sweep.dir=outputs/s"]
    ran = experiment(*argv, "-m")
    assert ran.status == 0, ran.err
    said = pare("traces", "stats", "outputs/s", "--tools")

    assert (said.status, said.err) == (0, "")
    lines = squeezed(said.out)
    assert (
        lines[0] == "MODELS FORMAT RUNS SUCCESS FAILED EXCEPTION NO VALIDATION TURNS PROPOSALS ACCEPTED REJECTED SIZE"
    )
    assert lines[1].startswith("eager, user scripted hf 1 0 1 0 0 ")
    assert lines[2].startswith("scripted, user scripted hf 1 1 0 0 0 ")
    assert any(line.startswith("scripted, user scripted execute Calendar__edit_calendar_event 1 0") for line in lines)
    found = pare("traces", "stats", "outputs/s", "--json").json
    assert (found["runs"], found["unreadable"], found["problems"]) == (2, 0, [])
    eager, scripted = found["groups"]
    assert scripted["model_id"] == "user:scripted|observe:scripted|execute:scripted"
    row = json.loads(next(Path("outputs/s").glob("*scripted*/results.jsonl")).read_text())
    assert (scripted["proposals"], scripted["accepted"]) == (row["proposal_count"], row["acceptance_count"])
    assert sum(scripted["model_calls"].values()) == row["model_calls"]
    assert eager["bytes"] == sum(file.stat().st_size for file in Path("outputs/s").glob("*eager*/traces/hf/*.json"))


def test_files_that_cannot_be_read_are_told_and_the_others_go_on(pare: Pare) -> None:
    for name, text in {
        "a.json": json.dumps(World().data()),
        "b.json": "{",
        "c.json": json.dumps({**World().data(), "version": "v2"}),
        "d.json": json.dumps(World().data()),
    }.items():
        Path("some").mkdir(exist_ok=True)
        Path("some", name).write_text(text)
    said = pare("traces", "stats", "some")

    assert said.status == 2
    assert [line.split(": ")[0] for line in said.err.splitlines()] == ["some/b.json", "some/c.json"]
    assert squeezed(said.out)[1].startswith("o, execute e, user u:1 hf 2 ")
    assert said.out.splitlines()[-1] == "not readable: 2 traces"
    found = pare("traces", "stats", "some", "--json")
    assert found.status == 2
    assert (found.json["runs"], found.json["unreadable"]) == (2, 2)
    assert [problem["where"] for problem in found.json["problems"]] == ["some/b.json", "some/c.json: $.version"]


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_a_narrow_terminal_gets_lists(
    pare: Pare, experiment: Pare, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    argv = ["scenarios=[dinner_headcount_change]", "model=eager", "output_dir=outputs/n"]
    assert experiment(*argv).status == 0
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    said = pare("traces", "stats", "outputs/n", "--tools")
    lines = said.out.splitlines()
    assert max(map(len, lines)) <= columns
    assert lines[0] == "eager, user scripted; hf"
    assert "  no validation      0" in lines
    assert "  completion tokens  0" in lines
    assert "  failed calls       0" in lines
    assert any(line.split() == ["ROLE", "TOOL", "CALLS", "FAILED"] for line in lines)
    monkeypatch.setenv("COLUMNS", "200")
    assert pare("traces", "stats", "outputs/n").out.splitlines()[0].startswith("MODELS ")


def test_nothing_to_read(pare: Pare) -> None:
    assert pare("traces", "stats", "nowhere").status == 2
    Path("empty").mkdir()
    said = pare("traces", "stats", "empty")
    assert (said.status, said.out, said.err) == (2, "", "pare: empty has no hf traces (.json)\n")
    Path("bad.json").write_text("")
    said = pare("traces", "stats", "bad.json")
    assert (said.status, said.out) == (2, "not readable: 1 trace\n")


def test_native_runs(pare: Pare, experiment: Pare) -> None:
    ran = experiment("suite=smoke", "model=eager", "cache=bypass", "export=native", "output_dir=outputs/n")
    assert ran.status == 0, ran.err
    (group,) = pare("traces", "stats", "outputs/n", "--json").json["groups"]
    rows = [json.loads(line) for line in Path("outputs/n/results.jsonl").read_text().splitlines()]
    assert (group["format"], group["runs"]) == ("native", len(rows))
    assert group["proposals"] == sum(row["proposal_count"] for row in rows)
    tables = Path("outputs/n/traces/native").rglob("*")
    assert group["bytes"] == sum(file.stat().st_size for file in tables if file.is_file())


def test_runs_of_pare(pare: Pare, shared: Path) -> None:
    found = pare("traces", "stats", str(shared / "samples/traces"), "--json").json
    oracle, mock = sorted(found["groups"], key=lambda group: str(group["model_id"]))
    # An oracle run has no agents, so what it did are events, not calls.
    assert (oracle["runs"], oracle["calls"], oracle["statuses"]["success"]) == (8, [], 8)
    assert (mock["runs"], mock["turns"], sum(mock["model_calls"].values())) == (1, 10, 20)
    assert {(call["role"], call["calls"]) for call in mock["calls"]} == {("user", 10), ("observe", 10)}
