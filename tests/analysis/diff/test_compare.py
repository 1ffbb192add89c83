"""`diff` of sweeps that were really run, and of rows written by hand."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import polars as pl
import pytest

import pare_runner
from pare_runner.analysis.diff.compare import diff
from pare_runner.analysis.diff.divergence import SAME
from pare_runner.errors import InputError
from pare_runner.library import prompts as shipped
from tests.analysis.diff.conftest import EDITED, Rows, Sweeps, copied, sweep
from tests.analysis.diff.test_as_json import fits


def test_two_equal_sweeps_are_identical(sweeps: Sweeps) -> None:
    """Wall clock differs, and a key that cannot change a result; traces are compared byte by byte."""
    found = diff(sweeps.base, sweeps.same)
    assert found.identical
    assert found.traces_compared
    assert [item.key for item in found.config] == ["offline_patience"]
    assert found.text() == (
        "identical: 24 pairs of runs, 3 scenarios in 4 cells, results and traces are the same;"
        " configuration differs where it cannot change a result: offline_patience"
    )


def test_the_edited_scenario_and_its_decision_are_found_and_nothing_else(sweeps: Sweeps) -> None:
    found = diff(sweeps.base, sweeps.edited)
    (item,) = found.moved
    assert (item.scenario, found.changed) == (EDITED, ())
    assert item.moved is not None
    assert item.moved.runs == (8, 8)
    assert (item.moved.successes[1], item.moved.gained) == (0.0, 0)
    assert item.change is not None
    assert (item.change.world, item.change.checks) == (True, False)
    assert item.examined is not None
    assert item.examined.shown is not None
    assert item.examined.kinds == {"other arguments": item.moved.lost}
    divergence = item.examined.shown.divergence
    assert (divergence.role, divergence.arguments, divergence.world) == ("execute", ("event_id",), ())
    assert divergence.a is not None
    assert divergence.b is not None
    assert (divergence.a.arguments["event_id"], divergence.b.arguments["event_id"]) == ("table", "standup")
    assert [share.name for share in item.checks] == ["called calendar.edit_calendar_event"]
    assert not any(change.identity for change in found.config)
    assert found.text().count(EDITED) >= 2
    assert "school_trip" not in found.text()


def test_a_check_that_was_edited_in_place_is_shown_from_what_the_jobs_kept(tmp_path: Path) -> None:
    """The file is the same for both by now, and traces tell nothing of checks."""
    scenarios = copied(tmp_path / "scenarios")
    words = ("model=scripted",)
    a = sweep(scenarios, tmp_path / "a", *words)
    path = scenarios / f"{EDITED}.yaml"
    path.write_text(path.read_text().replace('contains: "5"', "contains: five"))
    b = sweep(scenarios, tmp_path / "b", *words)
    shutil.rmtree(scenarios)

    found = diff(a, b)

    (item,) = found.moved
    assert item.change is not None
    assert (item.change.world, item.change.checks) == (False, True)
    (text,) = item.change.texts
    assert text.name == f"{EDITED}.yaml"
    before, after = (line for line in text.lines if line[0] in "+-")
    assert 'contains: "5"' in before
    assert "contains: five" in after
    assert after in found.text(width=300)
    assert found.as_json()["moved"][0]["change"]["texts"] == [{"name": text.name, "lines": list(text.lines)}]
    assert "contains: five" in found.html()
    fits(found.as_json())
    unopened = diff(a, b, scenarios=0).moved[0]
    assert unopened.change is not None
    assert unopened.change.texts == (text,), "no trace has to be opened for it"


def test_the_difference_of_a_file_is_shown(sweeps: Sweeps) -> None:
    (item,) = diff(sweeps.base, sweeps.edited).moved
    assert item.change is not None
    (text,) = item.change.texts
    assert text.name == f"{EDITED}.yaml"
    before, after = (line for line in text.lines if line[0] in "+-")
    assert before.startswith("-  - {id: edits,")
    assert "event_id: table" in before
    assert before.replace("-", "+", 1).replace("event_id: table", "event_id: standup") == after


def test_without_files_traces_tell_how_a_scenario_differs(sweeps: Sweeps, tmp_path: Path) -> None:
    """Results of before texts were kept, copied to another place, the scenario files gone."""
    moved = []
    for name, folder in (("a", sweeps.base), ("b", sweeps.edited)):
        shutil.copytree(folder, tmp_path / name)
        for path in (tmp_path / name).glob("*/manifest.json"):
            manifest = json.loads(path.read_text())
            manifest["config"]["scenarios"] = ["gone.yaml"]
            for entry in manifest["scenarios"].values():
                del entry["file"]
            path.write_text(json.dumps(manifest))
        moved.append(tmp_path / name)
    (item,) = diff(*moved).moved
    assert item.change is not None
    (text,) = item.change.texts
    assert text.name == "planned events"
    assert [line for line in text.lines if line[0] in "+-"] == ["-  event_id: table", "+  event_id: standup"]


def test_an_edited_check_turns_and_no_decision_differs(sweeps: Sweeps) -> None:
    (item,) = diff(sweeps.base, sweeps.rechecked).moved
    assert item.change is not None
    assert (item.change.world, item.change.checks) == (False, True)
    assert item.examined is not None
    assert list(item.examined.kinds) == [SAME]
    assert [share.name for share in item.checks] == ["called calendar.edit_calendar_event"]


def test_another_model_is_what_is_compared(sweeps: Sweeps) -> None:
    jobs = [next(sweeps.base.glob(f"model={model},noise=none*")) for model in ("scripted", "random")]
    found = diff(*jobs)
    assert found.matching.keys == ()
    assert found.matching.treatment["observe_model"] == ("scripted", "random")
    assert {item.key for item in found.config if item.identity} >= {"observe_model_alias", "execute_model_alias"}
    assert found.changed == ()
    assert found.success is not None
    assert found.success.rates[0] == 1.0
    assert found.differing > 0


def test_without_traces_model_calls_tell_the_decision(sweeps: Sweeps, tmp_path: Path) -> None:
    for name, folder in (("a", sweeps.base), ("b", sweeps.edited)):
        shutil.copytree(folder, tmp_path / name, ignore=shutil.ignore_patterns("traces"))
    (item,) = diff(tmp_path / "a", tmp_path / "b").moved
    assert item.examined is not None
    assert item.examined.shown is not None
    divergence = item.examined.shown.divergence
    assert (divergence.source, divergence.kind, divergence.arguments) == ("calls", "other arguments", ("event_id",))


def test_without_traces_and_calls_that_is_said(sweeps: Sweeps, tmp_path: Path) -> None:
    for name, folder in (("a", sweeps.base), ("b", sweeps.edited)):
        shutil.copytree(folder, tmp_path / name, ignore=shutil.ignore_patterns("traces", "calls.jsonl"))
    found = diff(tmp_path / "a", tmp_path / "b")
    (item,) = found.moved
    assert item.examined is not None
    assert item.examined.shown is None
    assert "neither traces nor model calls of both sides are there" in found.text()


def test_a_changed_trace_is_found_where_all_columns_agree(sweeps: Sweeps, tmp_path: Path) -> None:
    """As after a change of the code that no column shows."""
    shutil.copytree(sweeps.base, tmp_path / "b")
    path = next((tmp_path / "b").glob(f"model=scripted,noise=none*/traces/hf/{EDITED}_run_1_*.json"))
    path.write_text(path.read_text().replace("Table for 5", "Table for five"))
    found = diff(sweeps.base, tmp_path / "b")
    (item,) = found.changed
    assert (found.identical, found.moved, item.scenario, item.differing) == (False, (), EDITED, 1)
    assert item.examined is not None
    assert item.examined.kinds == {"wording only": 1}


def test_other_prompts_are_shown(tmp_path: Path) -> None:
    scenarios = copied(tmp_path / "scenarios")
    prompts = tmp_path / "prompts"
    shutil.copytree(Path(shipped.__file__).parent / "prompt_texts", prompts)
    template = next(path for path in sorted(prompts.rglob("*")) if path.is_file() and "user" in path.name)
    template.write_text("Keep calm.\n" + template.read_text())
    one = sweep(scenarios, tmp_path / "a", "model=scripted")
    two = sweep(scenarios, tmp_path / "b", "model=scripted", f"prompts_dir={prompts}")
    found = diff(one, two)
    assert {item.key for item in found.config if item.identity} == {"prompts_hash"}
    assert "+Keep calm." in [line for text in found.prompts for line in text.lines]


def test_half_a_line_of_a_journal_is_passed_over(sweeps: Sweeps, tmp_path: Path) -> None:
    """A side that is still running: what there is is compared."""
    shutil.copytree(sweeps.base, tmp_path / "b")
    for name in ("results.parquet", "summary.json"):
        for path in (tmp_path / "b").rglob(name):
            path.unlink()
    journal = next((tmp_path / "b").glob("model=scripted,noise=none*/results.jsonl"))
    journal.write_bytes(journal.read_bytes()[:-20])
    found = diff(sweeps.base, tmp_path / "b")
    assert (found.matching.pairs, found.matching.unmatched[0].runs, found.moved) == (23, 1, ())
    assert any("B: " in str(note) and "not complete" in str(note) for note in found.notes)
    assert "1 run of A without a partner" in found.text()


def test_several_protocols_are_refused_unless_mixed(rows: Rows) -> None:
    a = rows("a", [{"base_scenario_id": "s"}], protocol="standard", protocol_version=1)
    b = rows("b", [{"base_scenario_id": "s"}], protocol="standard", protocol_version=2)
    with pytest.raises(InputError, match=r"A has standard v1; B has standard v2 \(--mix"):
        diff(a, b)
    assert [note.code for note in diff(a, b, mix=True).notes] == ["mixed_protocols"]


def test_no_common_runs_are_said_and_the_rest_is_compared(rows: Rows) -> None:
    a = rows("a", [{"base_scenario_id": "s", "observe_model": "x"}])
    b = rows("b", [{"base_scenario_id": "t", "observe_model": "y"}])
    found = diff(a, b)
    assert (found.matching.pairs, found.success, found.moved, found.identical) == (0, None, (), False)
    assert found.contents.only == (("s",), ("t",))
    assert found.text().startswith("nothing to compare")
    assert [item.key for item in found.config] == ["observe_model"]


def test_exceptions_lead(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}", "run_number": run} for n in range(10) for run in (1, 2)]
    a = rows("a", items)
    b = rows("b", [item | ({"ok": None} if n == 3 else {}) for n, item in enumerate(items)])
    found = diff(a, b)
    assert found.success is not None
    assert {alert.kind for alert in found.success.alerts} == {"share", "gap"}
    assert found.text().startswith("warning: B: 1 of 20 runs (5.0%) ended in an exception")
    assert found.success.exceptions[1].low == pytest.approx(0.95)


def test_one_scenario_id_with_other_contents_on_one_side_is_said(rows: Rows) -> None:
    one = [{"base_scenario_id": "s", "run_number": 1, "world_hash": "x"}]
    two = [*one, {"base_scenario_id": "s", "run_number": 2, "world_hash": "y"}]
    found = diff(rows("a", two), rows("b", one))
    assert found.contents.several == ("s",)
    assert "several contents on one side" in found.text().splitlines()[0]


def test_single_runs_get_mcnemars_test_and_margins_a_verdict(rows: Rows) -> None:
    a = rows("a", [{"base_scenario_id": f"s{n}"} for n in range(12)])
    b = rows("b", [{"base_scenario_id": f"s{n}", "ok": n == 0} for n in range(12)])
    found = diff(a, b, margin=0.05)
    assert found.success is not None
    comparison = found.success.comparison
    assert comparison.mcnemar is not None
    assert (comparison.mcnemar.lost, comparison.mcnemar.p_value) == (11, pytest.approx(2 * 0.5**11))
    assert comparison.equivalence is not None
    assert comparison.equivalence.verdict == "not_equivalent"
    assert {item.moved.verdict for item in found.moved if item.moved is not None} == {"too_few_runs"}


def test_metrics_are_compared_by_scenario(rows: Rows) -> None:
    items = [{"base_scenario_id": f"s{n}", "proposal_count": n, "cost_usd": 0.5} for n in range(4)]
    a = rows("a", items)
    b = rows("b", [item | {"proposal_count": n + 1 + n % 2} for n, item in enumerate(items)])
    metrics = {item.name: item for item in diff(a, b).metrics}
    assert metrics["proposal_count"].means == (1.5, 3.0)
    assert metrics["proposal_count"].interval.estimate == pytest.approx(1.5)
    assert metrics["cost_usd"].same
    assert "model_calls" not in metrics


def test_at_most_so_many_scenarios_are_opened(sweeps: Sweeps) -> None:
    found = diff(sweeps.base, sweeps.edited, scenarios=0)
    assert [item.examined for item in found.moved] == [None]
    assert found.kinds == {}


def test_the_order_of_rows_means_nothing(sweeps: Sweeps, tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    frame = pl.read_parquet(sweeps.edited / "results.parquet").sample(fraction=1.0, shuffle=True, seed=1)
    frame.write_parquet(tmp_path / "b" / "results.parquet")
    one, two = diff(sweeps.base, sweeps.edited), diff(sweeps.base, tmp_path / "b")
    assert [item.moved for item in one.moved] == [item.moved for item in two.moved]
    assert one.differing == two.differing
    assert all(item.same == other.same for item, other in zip(one.metrics, two.metrics, strict=True))


def test_the_package_offers_it(sweeps: Sweeps) -> None:
    found = pare_runner.diff(str(sweeps.base), [sweeps.edited])
    assert "<style>" in found._repr_html_()
    assert str(found) == found.text()
    assert repr(found) == f"<diff: {found.text().splitlines()[0]}; print it>"


def test_a_sweep_without_a_finished_run_has_nothing_to_compare(sweeps: Sweeps, tmp_path: Path) -> None:
    """It was planned, and killed before its first run."""
    (tmp_path / "b").mkdir()
    shutil.copy(sweeps.base / "plan.json", tmp_path / "b")
    found = diff(sweeps.base, tmp_path / "b")
    assert (found.matching.pairs, found.matching.runs) == (0, (24, 0))
    assert diff(tmp_path / "b", tmp_path / "b").matching.pairs == 0


def test_values_that_stand_together_are_differences_of_the_configuration(rows: Rows) -> None:
    a = [{"base_scenario_id": "s", "observe_model": model} for model in ("x", "y")]
    found = diff(rows("a", a), rows("b", [{"base_scenario_id": "s", "observe_model": "z"}]))
    assert [(item.key, item.a, item.b) for item in found.config] == [("observe_model", ("x", "y"), ("z",))]
    assert found.matching.pooled == ("observe_model",)


@pytest.mark.parametrize(("other", "opened"), [("same", 8), ("edited", 4)])
def test_a_trace_that_was_cut_off_is_said(sweeps: Sweeps, tmp_path: Path, other: str, opened: int) -> None:
    b = shutil.copytree(getattr(sweeps, other), tmp_path / "b")
    for path in b.glob(f"*/traces/hf/{EDITED}*.json"):
        path.write_bytes(path.read_bytes()[:500])
    found = diff(sweeps.base, b)
    (note,) = found.notes
    assert note.code == "damaged_file"
    assert note.message.startswith(f"{opened} traces are damaged, what happened there is not compared: ")
    assert not found.traces_compared
