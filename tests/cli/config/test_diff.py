"""`pare config diff`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.config.composition import ABSENT, differences
from pare_runner.cli.config.sources import compose
from tests.batch.archive.jobs import run
from tests.cli.conftest import SHIPPED, Pare

ONE = f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml]"


def test_jobs_and_files(pare: Pare, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(tmp_path / "a", ONE)
    run(tmp_path / "b", ONE, "model=random", "executor=sequential", "noise=tfp_0.1")
    capsys.readouterr()
    said = pare("config", "diff", "a", "b")
    assert said.status == 0
    head, *rows, last = [line.split() for line in said.out.splitlines()]
    assert head == ["KEY", "A", "B", "IDENTITY"]
    found = {row[0]: row[1:] for row in rows}
    assert found["observe.model_name"] == ["scripted", "random", "yes"]
    assert found["executor_type"] == ["async", "sequential"]
    assert found["tool_augmentation_config.tool_failure_probability"] == ["-", "0.1", "yes"]
    assert found["output_dir"][0] != "null"
    assert "user.model_name" not in found
    assert " ".join(last).startswith("another config_hash: ")

    assert pare("config", "save", "mine", "--from", "b").status == 0
    said = pare("config", "diff", "b", "mine.yaml", "--json").json
    assert said["same_config_hash"] is True
    assert [item["key"] for item in said["differences"]] == ["output_dir", "cache"][: len(said["differences"])]


def test_defaults(pare: Pare) -> None:
    said = pare("config", "diff", "defaults", "--json").json
    found = {item["key"]: item for item in said["differences"]}
    assert found["observe_max_iterations"] == {"key": "observe_max_iterations", "identity": True, "a": 1, "b": 5}
    assert found["executor_type"]["identity"] is False
    assert len(found) == len(said["differences"]), "no key stands twice"
    said = pare("config", "diff", "defaults", "defaults")
    assert said.out == "the same config_hash: 0 differences, none in the identity\n"


def test_parts_that_are_there_on_one_side_only() -> None:
    _, noisy = compose(["noise=env_4"])
    found = differences(MultiScenarioRunnerConfig(), noisy)
    assert found["env_events_config", "arrivals"] == (ABSENT, "fixed_count")
    assert ("env_events_config",) not in found
    back = differences(noisy, MultiScenarioRunnerConfig())
    assert back == {key: (new, old) for key, (old, new) in found.items()}


def test_bad_input(pare: Pare) -> None:
    Path("mine.yaml").write_text("nothing: 1\n")
    for name in ("README.md", "bin.json"):
        Path(name).write_bytes(b"\0")
    for words, said in (
        (["nowhere"], "nowhere is neither results, a saved configuration (.yaml) nor 'defaults'"),
        (["mien.yaml"], "did you mean 'mine.yaml'?"),
        (["default"], "did you mean 'defaults'?"),
        (["mine.yaml"], ""),
        (["README.md", "defaults"], "README.md is no configuration (a saved one is a file NAME.yaml;"),
        (["defaults", "bin.json"], "bin.json is no configuration (a saved one is a file NAME.yaml;"),
        (["."], "holds no results"),
    ):
        found = pare("config", "diff", *words)
        assert found.status == 2, found
        assert said in found.err
        assert "internal error" not in found.err
    assert "did you mean" not in pare("config", "diff", "README.m").err, "no configuration is proposed as one"
