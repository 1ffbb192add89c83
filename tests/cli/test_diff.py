"""`pare diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pare_runner.cli.app import main
from tests.analysis.diff.conftest import EDITED, copied, sweep
from tests.cli.conftest import Pare


def folder(path: Path, verdicts: list[bool], **columns: object) -> str:
    """A folder of rows, one run for each verdict."""
    path.mkdir()
    rows = [
        {
            "base_scenario_id": f"s{number}",
            "run_number": 1,
            "success_numeric": float(ok),
            "status": "success" if ok else "failed",
            **columns,
        }
        for number, ok in enumerate(verdicts)
    ]
    (path / "x_result.json").write_text(json.dumps(rows))
    return str(path)


@pytest.fixture
def two(tmp_path: Path) -> tuple[str, str]:
    """A baseline of 20 successes, and 3 of them on the other side."""
    return folder(tmp_path / "a", [True] * 20), folder(tmp_path / "b", [n < 3 for n in range(20)])


def test_a_regression_fails(pare: Pare, two: tuple[str, str]) -> None:
    said = pare("diff", *two, "--fail-on", "regression:0.5")
    assert said.status == 1
    assert said.out.startswith("B succeeds less often: A 100.0%, B 15.0% (-85.0 points [")
    assert "regression: the upper bound of the difference, -62.6 points, is below -50.0" in said.err


def test_no_regression_passes(pare: Pare, two: tuple[str, str]) -> None:
    said = pare("diff", two[0], two[0], "--fail-on", "regression:0")
    assert (said.status, len(said.out.splitlines())) == (0, 1)
    assert said.out.startswith("identical: 20 pairs of runs")
    assert "no regression shown" in said.err


def test_json(pare: Pare, two: tuple[str, str]) -> None:
    said = pare("diff", *two, "--json", "--margin", "0.1", "--estimand", "benchmark")
    assert said.status == 0
    assert list(said.json)[:2] == ["moved", "config"]
    assert len(said.json["moved"]) == 17
    assert said.json["success"]["estimand"] == "benchmark"
    assert said.json["success"]["equivalence"]["margin"] == 0.1


def test_a_page_is_written(pare: Pare, two: tuple[str, str], tmp_path: Path) -> None:
    said = pare("diff", *two, "--html", "new/diff.html")
    assert said.status == 0
    assert (tmp_path / "new" / "diff.html").read_text().startswith("<!doctype html>")


def test_keys_are_ignored_and_named(pare: Pare, tmp_path: Path) -> None:
    a = folder(tmp_path / "a", [True], seed=1)
    b = folder(tmp_path / "b", [True], seed=2)
    assert pare("diff", a, b, "--json").json["matching"]["treatment"] == {"seed": {"a": 1, "b": 2}}
    named = pare("diff", a, b, "--by", "seed,observe_model")
    assert named.status == 2
    assert "A: cells that the other side does not have: seed=1, observe_model=none" in named.err
    assert "(what --by asks for keeps them apart: seed)" in named.err
    assert "--ignore" not in named.err
    assert pare("diff", a, b, "--by", "seed", "--ignore", "seed").status == 0


def test_without_a_common_run_the_rest_is_compared(pare: Pare, tmp_path: Path) -> None:
    a, b = folder(tmp_path / "a", [True]), folder(tmp_path / "b", [])
    (tmp_path / "b" / "x_result.json").write_text('[{"base_scenario_id": "other", "status": "success"}]')
    said = pare("diff", a, b)
    assert said.status == 2
    assert "only A has s0" in said.out
    assert f"no run of {a} has a partner in {b}" in said.err
    for side, name in (("A", "s0"), ("B", "other")):
        assert f"{side}: scenarios that the other side does not have: {name}" in said.err
    assert "--ignore" not in said.err


def test_keys_without_which_runs_would_have_partners_are_named(pare: Pare, tmp_path: Path) -> None:
    sides = []
    for name, seeds in (("a", (1, 2)), ("b", (3, 4))):
        (tmp_path / name).mkdir()
        rows = [{"base_scenario_id": "s", "run_number": 1, "status": "success", "seed": seed} for seed in seeds]
        (tmp_path / name / "x_result.json").write_text(json.dumps(rows))
        sides.append(name)
    said = pare("diff", *sides)
    assert said.status == 2
    assert "(--ignore seed matches fewer keys)" in said.err
    assert pare("diff", *sides, "--ignore", "seed").status == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--fail-on", "loss:1"], "there is no condition 'loss:1'"),
        (["--margin", "2"], "--margin 2: a margin lies between 0 and 1"),
        (["--estimand", "benchmrk"], "did you mean 'benchmark'?"),
        (["--html", "diff.pdf"], "diff.pdf is no name for a page"),
        (["--ignore", "sed"], "there is no key 'sed' (did you mean 'seed'?)"),
        (["--ignore", "base_scenario_id"], "base_scenario_id is always matched"),
    ],
)
def test_bad_options(pare: Pare, two: tuple[str, str], words: list[str], says: str) -> None:
    said = pare("diff", *two, *words)
    assert (said.status, said.out) == (2, "")
    assert says in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize("name", ["nothing", "empty"])
def test_a_folder_without_results(pare: Pare, two: tuple[str, str], tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    said = pare("diff", two[0], name)
    assert (said.status, said.out) == (2, "")
    assert name in said.err


def test_several_protocols(pare: Pare, tmp_path: Path) -> None:
    a = folder(tmp_path / "a", [True, True], protocol="standard")
    b = folder(tmp_path / "b", [True, True], protocol="pare_2026")
    refused = pare("diff", a, b)
    assert refused.status == 2
    assert "A has standard; B has pare_2026 (--mix compares them all the same)" in refused.err
    mixed = pare("diff", a, b, "--mix")
    assert mixed.status == 0
    assert "warning: the runs are of several protocols" in mixed.err


def test_damaged_files_are_told_and_the_rest_is_compared(pare: Pare, two: tuple[str, str], tmp_path: Path) -> None:
    (tmp_path / "b" / "y_result.json").write_text("{oops")
    said = pare("diff", *two)
    assert said.status == 2
    assert "y_result.json: warning: B: is not JSON" in said.err


@pytest.mark.slow
def test_three_models_four_noise_levels_two_runs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two such sweeps in which one scenario was edited: it is named, with the decision, and nothing else."""
    grid = ("model=scripted,eager,random", "noise=none,tfp_0.1,tfp_0.4,env_4")
    edit = {EDITED: ("event_id: table, description: Table for 5}", "event_id: standup, description: Table for 5}")}
    a = sweep(copied(tmp_path / "one"), tmp_path / "a", *grid)
    again = sweep(tmp_path / "one", tmp_path / "a2", *grid, "cache=bypass")
    b = sweep(copied(tmp_path / "two", edit), tmp_path / "b", *grid)
    capsys.readouterr()
    assert main(["diff", str(a), str(again)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
    assert main(["diff", str(a), str(b), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [item["base_scenario_id"] for item in found["moved"]] == [EDITED]
    assert (found["changed"], found["matching"]["pairs"]) == ([], 72)
    assert not any(item["identity"] for item in found["config"])
    (item,) = found["moved"]
    assert item["evidence"]["verdict"] == "moved"
    shown = item["first_decision"]["shown"]
    assert (shown["kind"], shown["arguments"], shown["world"]) == ("other arguments", ["event_id"], [])
    assert list(item["first_decision"]["kinds"]) == ["other arguments"]
