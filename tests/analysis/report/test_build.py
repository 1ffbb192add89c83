"""From results to a report, and results that cannot be reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.analysis.frame import read_results
from pare_runner.analysis.report.build import Options, build
from pare_runner.analysis.report.methods import methods
from pare_runner.errors import ConfigError, InputError
from tests.analysis.conftest import edit, unfinish
from tests.analysis.report.made import grid, reported, row


def test_mixed_protocols_are_refused_unless_they_are_asked_for() -> None:
    rows = [row("s", True), row("s", False, protocol="pare_2026")]
    with pytest.raises(InputError, match=r"several protocols.*--mix"):
        reported(rows)
    report = reported(rows, mix=True)
    assert [item.label for item in report.configurations] == ["m, protocol standard", "m, protocol pare_2026"]
    assert "mixed_protocols" in {problem.code for problem in report.notes}


def test_two_versions_of_a_protocol_are_mixed_too() -> None:
    with pytest.raises(InputError, match="several protocols"):
        reported([row("s", True), row("s", False, protocol_version=2)])


def test_no_finished_run_is_nothing_to_report() -> None:
    with pytest.raises(InputError, match="no run has finished"):
        reported([])


@pytest.mark.parametrize("margin", [0.0, 1.0, -0.1, 3.0, float("nan")])
def test_a_margin_is_a_rate(margin: float) -> None:
    with pytest.raises(ConfigError, match="a margin lies between 0 and 1"):
        reported(grid(), margin=margin)


def test_the_same_results_give_the_same_report() -> None:
    assert reported(grid()) == reported(grid())


def test_one_scenario_id_of_two_contents_is_reported_and_said() -> None:
    rows = [row("s", True, world_hash="one"), row("s", False, model="n", world_hash="two")]
    assert {problem.code for problem in reported(rows).notes} == {"other_scenarios"}


def test_a_sweep_says_what_it_was(outputs: Path) -> None:
    report = build(read_results([outputs / "sweep"]), Options(timestamp="T"), directories=["sweep"])
    about = report.metadata
    assert (about.title, about.split, about.jobs, about.runs, about.planned) == ("trial", "custom", 2, 8, 8)
    assert about.constants["protocol"] == "standard"
    assert about.weight_per_app_class is not None
    assert about.weight_per_app_class["StatefulEmailApp"] == 1.0
    assert [item.label for item in report.configurations] == ["scripted", "passive"]
    assert report.notes == ()


def test_a_running_job_is_reported_as_far_as_it_is(alone: Path) -> None:
    lines = unfinish(alone)
    (alone / "results.jsonl").write_bytes(lines[0] + lines[1][:40])
    report = build(read_results([alone]), Options())
    assert (report.metadata.runs, report.metadata.planned) == (1, 2)
    assert [problem.code for problem in report.notes] == ["incomplete"]


def test_jobs_of_two_versions_are_reported_and_said(own: Path) -> None:
    edit(own / "alone/manifest.json", lambda content: content["packages"].update({"pare-runner": "0.0.1"}))  # type: ignore[attr-defined]
    report = build(read_results([own / "alone", own / "sweep"]), Options())
    assert "mixed_versions" in {problem.code for problem in report.notes}
    assert len(report.configurations) == 3
    assert report.metadata.package_versions[0] == "0.0.1"


def test_a_level_is_a_chance() -> None:
    assert reported(grid(), level=0.9).configurations[5].rate.level == 0.9
    with pytest.raises(ConfigError, match="a level lies between 0 and 1"):
        reported(grid(), level=95.0)


def test_what_the_columns_that_were_asked_for_do_is_said() -> None:
    (pooled,) = reported(grid(), by=["observe_model"]).warnings
    assert "pooled: tool_failure_probability (0.0, 0.1, 0.4)" in pooled.message
    assert "one_value" in [problem.code for problem in reported(grid(), by=["suite"]).warnings]


@pytest.mark.parametrize("name", ["job", "run_number"])
def test_configurations_by_columns_that_say_where_a_run_is(outputs: Path, name: str) -> None:
    report = build(read_results([outputs / "sweep"]), Options(by=[name]))
    assert [item.runs for item in report.configurations] == [4, 4]


def test_noise_draws_are_said_to_be_the_same_only_where_they_are(outputs: Path) -> None:
    said = methods(build(read_results([outputs / "sweep"]), Options()))
    assert "with common random numbers wherever there is noise" in said
    assert "on the scenarios of both, by" in methods(reported(grid()))


def test_methods_name_the_estimand_and_its_units() -> None:
    assert (
        "(scenarios are a sample of those that one could meet): score intervals with quantiles of t and scenarios"
        in (methods(reported(grid())))
    )
    said = methods(reported(grid(), estimand="benchmark"))
    assert "this benchmark (exactly these scenarios, only their runs are random): score intervals" in said
    assert "quantiles of t and runs as units" in said


def test_methods_without_a_test_name_none() -> None:
    rows = [row(f"s{n}", n > 3, model=model) for n in range(8) for model in "ab"]
    said = methods(reported(rows, estimand="benchmark"))
    assert "No test compares configurations" in said
    assert "sign-flip" not in said
