"""One thing or several, in all the ways that programs give them."""

from __future__ import annotations

from pathlib import Path

import pytest

import pare_runner
from pare_runner.analysis.given import names
from pare_runner.errors import ConfigError


@pytest.mark.parametrize("given", ["a,b", ["a", "b"], ("a, b",), iter(["a", " b ,"])])
def test_names(given: object) -> None:
    assert names(given) == ["a", "b"]  # type: ignore[arg-type]


def test_one_path_or_several(outputs: Path) -> None:
    two = [outputs / "sweep", str(outputs / "alone")]
    assert len(pare_runner.load_results(two).collect()) == 10
    assert pare_runner.report(two).report.metadata.runs == 10
    assert pare_runner.report(*two).report.metadata.directories == tuple(map(str, two))


def test_columns_in_one_text(outputs: Path) -> None:
    found = pare_runner.report(outputs / "sweep", by="observe_model").report
    assert [item.values for item in found.configurations] == [
        {"observe_model": name} for name in ("scripted", "passive")
    ]
    sweep = outputs / "sweep"
    assert pare_runner.diff(sweep, sweep, by="observe_model,seed").matching.keys == ("observe_model", "seed")
    assert pare_runner.diff(sweep, sweep, ignore="run_number,observe_model").matching.by_run is False


def test_bad_choices_are_refused(outputs: Path) -> None:
    for call in (pare_runner.report, lambda path, **bad: pare_runner.diff(path, path, **bad)):
        with pytest.raises(ConfigError, match="there is no estimand 'bench': situations or benchmark"):
            call(outputs / "sweep", estimand="bench")
        with pytest.raises(ConfigError, match="a margin lies between 0 and 1"):
            call(outputs / "sweep", margin=5)
        with pytest.raises(ConfigError, match="--margin 'x': a margin lies between 0 and 1"):
            call(outputs / "sweep", margin="x")
        with pytest.raises(ConfigError, match=r"3 names no column \(such as observe_model\)"):
            call(outputs / "sweep", by=3)
    with pytest.raises(ConfigError, match="an interval at level 'x': a level lies between 0 and 1"):
        pare_runner.report(outputs / "sweep", level="x")  # type: ignore[arg-type]
