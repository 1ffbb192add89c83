"""`pare traces decision-points`, on runs of ours and on files by hand."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pare_runner.cli.traces.group import COMMANDS
from pare_runner.traces.decision_frame import SCHEMA
from tests.cli.conftest import Pare
from tests.traces.worlds import PROMPTS, World


def write(path: Path, world: World) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(world.data()))
    return path


def answered(answer: str = "accept", **settings: Any) -> World:
    return World(**settings).prompts().proposes().answers(answer)


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of hf files: two with points, one each for every reason to skip one."""
    folder = tmp_path / "theirs"
    write(folder / "b.json", answered("reject"))
    write(folder / "a.json", answered("accept", run_number=1))
    write(folder / "oracle.json", World().add("unknown", "action", content="x"))
    write(folder / "limit.json", World().prompts().add("user", "error", error="RateLimitError"))
    write(folder / "other.json", World().prompts("execute"))
    write(folder / "lite/a.json", answered())
    write(folder / ".git/a.json", answered())
    return folder


def test_a_folder_of_files(pare: Pare, files: Path) -> None:
    said = pare("traces", "decision-points", "theirs")
    assert (said.status, said.err) == (0, "")
    assert said.out == (
        "DECISION        POINTS  SHARE  ACCEPTED\n"
        "accept          1       50%    1\n"
        "reject          1       50%    0\n"
        "gather_context  0       0%     0\n"
        "all             2       100%   1\n\n"
        "read 5 traces, 2 of them with decision points\n"
        "skipped 1 trace, a rate limit broke a model call: theirs/limit.json\n"
        "skipped 1 trace, no agents took part: theirs/oracle.json\n"
        "skipped 1 trace, user or assistant cannot be told: theirs/other.json\n"
        "written: decision_points.parquet\n"
    )
    frame = pl.read_parquet("decision_points.parquet")
    assert frame.schema == SCHEMA
    assert frame.select("sample_id", "trace_file", "user_agent_decision", "final_decision").rows() == [
        ("tidy_run_1_p0", "theirs/a.json", "accept", True),
        ("tidy_run_3_p0", "theirs/b.json", "reject", False),
    ]


def test_what_a_program_reads(pare: Pare, files: Path) -> None:
    found = pare("traces", "decision-points", "theirs", "theirs/a.json", "--json", "--out", "new/x.parquet").json
    assert found == {
        "out": "new/x.parquet",
        "points": 2,
        "decisions": {"accept": 1, "reject": 1, "gather_context": 0},
        "repeated_sample_ids": 0,
        "files": 5,
        "files_with_points": 2,
        "skipped": [
            {"file": "theirs/limit.json", "reason": "a rate limit broke a model call"},
            {"file": "theirs/oracle.json", "reason": "no agents took part"},
            {"file": "theirs/other.json", "reason": "user or assistant cannot be told"},
        ],
        "problems": [],
    }
    assert Path("new/x.parquet").exists()


def test_files_that_cannot_be_read_do_not_stop_the_others(pare: Pare, files: Path) -> None:
    (files / "cut.json").write_text('{"version": "are_simulation_v1", ')
    write(files / "version.json", World(definition={"scenario_id": 3}))
    odd = answered()
    odd.logs[4]["timestamp"] = "noon"
    write(files / "z.json", odd)
    said = pare("traces", "decision-points", "theirs")
    assert said.status == 2
    cut, version, log = said.err.splitlines()
    assert cut.startswith("theirs/cut.json: this is not JSON")
    assert version == "theirs/version.json: $.metadata.definition.scenario_id: must be text, not 3 (int)"
    assert log == "theirs/z.json: $.world_logs[4].timestamp: timestamp must be a number"
    assert "not readable: 3 traces" in said.out
    assert pl.read_parquet("decision_points.parquet").height == 2
    problems = pare("traces", "decision-points", "theirs", "--json").json["problems"]
    assert len(problems) == 3


def test_nothing_is_written_if_nothing_can_be_read(pare: Pare, tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text("{")
    said = pare("traces", "decision-points", "cut.json")
    assert said.status == 2
    assert said.err.splitlines()[1] == "nothing written: no trace could be read"
    assert list(tmp_path.iterdir()) == [tmp_path / "cut.json"]
    assert pare("traces", "decision-points", "cut.json", "--json").json["out"] is None


def test_another_format_is_refused(pare: Pare, files: Path) -> None:
    said = pare("traces", "decision-points", "theirs", "--out", "points.csv")
    assert (said.status, said.out) == (2, "")
    assert said.err == "pare: points.csv: decision points are written as Parquet (name it points.parquet)\n"
    assert not Path("points.csv").exists()


def test_native_traces(pare: Pare, experiment: Pare) -> None:
    call = ["scenarios=[dinner_headcount_change]", "model=scripted", "export=hf,native", "-m", "hydra.sweep.dir=out"]
    assert experiment(*call).status == 0
    assert "read 2 traces, 2 of them with decision points" in pare("traces", "decision-points", "out").out
    hf, native = (dict(row) for row in pl.read_parquet("decision_points.parquet").rows(named=True))
    assert hf.pop("trace_file").endswith(".json")
    assert re.search(r"/traces/native: dinner_headcount_change_[0-9a-f]{8}\Z", native.pop("trace_file"))
    assert hf == native


def test_a_file_without_points_has_the_columns(pare: Pare, files: Path) -> None:
    assert pare("traces", "decision-points", "theirs/oracle.json").status == 0
    frame = pl.read_parquet("decision_points.parquet")
    assert (frame.schema, frame.height) == (SCHEMA, 0)


def test_the_same_scenario_and_run_twice_is_said(pare: Pare, files: Path) -> None:
    write(files / "again.json", answered(run_number=1))
    said = pare("traces", "decision-points", "theirs")
    assert "2 points share their sample_id" in said.out


def test_a_name_that_is_no_text(pare: Pare, tmp_path: Path) -> None:
    write(tmp_path / "odd" / os.fsdecode(b"\xff.json"), answered())
    assert pare("traces", "decision-points", "odd").status == 0
    assert pl.read_parquet("decision_points.parquet")["trace_file"].to_list() == ["odd/?.json"]


def test_a_proposal_that_is_no_valid_text(pare: Pare, tmp_path: Path) -> None:
    write(tmp_path / "odd.json", World().prompts().proposes("bad \ud800 text").answers("accept"))
    said = pare("traces", "decision-points", "odd.json")
    assert (said.status, said.err) == (0, "")
    assert pl.read_parquet("decision_points.parquet")["agent_proposal"].to_list() == ["bad \ufffd text"]


def test_agents_with_other_prompts(pare: Pare, files: Path) -> None:
    world = World().prompts("observe").add("user", "system_prompt", content="You are Ada.").proposes().answers("accept")
    write(files / "ada.json", world)
    call = ("traces", "decision-points", "theirs/ada.json", "--json", "--detect")
    assert pare(*call, "user=You are Ada").json["points"] == 1
    assert pare(*call, f"observe={PROMPTS['observe']}").json["points"] == 0
    said = pare(*call, "oberve=x")
    assert (said.status, said.out) == (2, "")
    assert said.err == "pare: there is no role 'oberve' (did you mean 'observe'?)\n"


def test_our_own_file_is_overwritten_another_one_is_not(pare: Pare, files: Path) -> None:
    out = Path("decision_points.parquet")
    assert pare("traces", "decision-points", "theirs/a.json").status == 0
    first = out.read_bytes()
    assert pare("traces", "decision-points", "theirs/a.json").status == 0
    assert out.read_bytes() == first
    for content in (b"notes", b""):
        out.write_bytes(content)
        said = pare("traces", "decision-points", "theirs/a.json")
        assert (said.status, said.out) == (2, "")
        assert "decision_points.parquet is there already and holds something else" in said.err
        assert out.read_bytes() == content
    pl.DataFrame({"sample_id": ["a"]}).write_parquet(out)
    assert pare("traces", "decision-points", "theirs/a.json").status == 2
    Path("theirs.parquet").mkdir()
    said = pare("traces", "decision-points", "theirs/a.json", "--out", "theirs.parquet")
    assert (said.status, said.err.startswith("pare: theirs.parquet is there already")) == (2, True)
    said = pare("traces", "decision-points", "theirs/a.json", "--out", "theirs/a.json/x.parquet")
    assert said.status == 2
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("place", "says"),
    [("their", "there is no their (did you mean 'theirs'?)"), ("empty", "empty has no hf traces (.json)")],
)
def test_a_place_that_is_none(pare: Pare, files: Path, place: str, says: str) -> None:
    Path("empty").mkdir()
    said = pare("traces", "decision-points", place)
    assert (said.status, said.out, said.err) == (2, "", f"pare: {says}\n")


def test_a_bar_for_whoever_looks(pare: Pare, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    err = pare("traces", "decision-points", "theirs").err
    assert "5/5 traces" in err
    assert err.endswith("\r\033[K")


def test_a_sweep_of_ours(pare: Pare, experiment: Pare) -> None:
    scenarios = "scenarios=[dinner_headcount_change,quiet_friday_afternoon]"
    call = [scenarios, "model=scripted", "message_protocol=native,react", "-m", "hydra.sweep.dir=out"]
    assert experiment(*call).status == 0
    said = pare("traces", "decision-points", "out")
    assert "read 4 traces, 2 of them with decision points\n2 points share their sample_id" in said.out
    rows = pl.read_parquet("decision_points.parquet").rows(named=True)
    assert [row["trace_file"] for row in rows] == sorted(str(path) for path in Path("out").rglob("hf/dinner*.json"))
    for row in rows:
        assert (row["sample_id"], row["user_agent_decision"]) == ("dinner_headcount_change_run_1_p0", "accept")
        assert (row["proactive_model_id"], row["user_model_id"]) == ("scripted", "scripted")
        messages = json.loads(row["llm_input"])
        assert row["agent_proposal"] in messages[-1]["content"]
        assert messages[-1]["msg_type"] == "proposal"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_the_group_has_help_with_an_example(pare: Pare, name: str) -> None:
    said = pare("traces", name, "--help")
    assert said.status == 0
    assert f"\n  pare traces {name}" in said.out
    assert len(COMMANDS[name][1]) <= 66
