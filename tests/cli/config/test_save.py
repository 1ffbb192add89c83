"""`pare config save`: the file runs, and gives the same config_hash."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest
import yaml

from pare_runner.atomic import read_json
from pare_runner.batch.agents import with_hashes
from pare_runner.batch.identity import config_hash
from pare_runner.batch.invocation import run_job
from pare_runner.cli.config.sources import compose
from tests.batch.archive.jobs import run
from tests.cli.conftest import SHIPPED, Pare
from tests.cli.test_verify import experiment as job_config

ONE = f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml]"
TYPED = [
    ["seed=3"],
    ["model=eager", "noise=[tfp_0.1,env_4]", "max_turns=5", "model.generation_base=2.0"],
    ["model=gpt5", "model@user=claude_haiku_4_5", "user.temperature=0.3", "model@judge=gpt5_mini", "time=tokens"],
    ["protocol=pare_2026", "suite=smoke", "limits.max_tokens_per_run=1000", "export=none", "executor=thread"],
    ["noise=renamed", "tool_augmentation_config.tool_failure_probability=0.3", "oracle=true", "experiment_name=a_b"],
    ["model=gpt5", "+model.extra_body.top_k=5", "'suite.ids=[dinner_*]'".strip("'"), "max_turns=null"],
]


@pytest.mark.parametrize("overrides", TYPED, ids=" ".join)
def test_what_was_typed(pare: Pare, overrides: list[str]) -> None:
    said = pare("config", "save", "mine", *overrides, "--dir", "conf", "--json")
    assert said.status == 0
    _, typed = compose(overrides)
    _, saved = compose([], "conf", "mine")
    assert saved == typed
    assert said.json["config_hash"] == config_hash(saved)
    assert said.json["command"].endswith("-m pare_runner --config-dir conf --config-name mine")


def test_options_can_still_be_chosen(pare: Pare) -> None:
    assert pare("config", "save", "mine", "model=eager", "seed=3", "output_dir=elsewhere").status == 0
    _, config = compose(["model=random"], ".", "mine")
    assert (config.observe_engine_config.label, config.seed, config.output_dir) == ("random", 3, None)


def test_of_a_finished_job(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    run(tmp_path / "job", ONE, "model=random", "max_turns=5", "noise=tfp_0.1")
    said = pare("config", "save", "again", "--from", "job", "--dir", "conf")
    assert said.status == 0
    assert yaml.safe_load(Path("conf/again.yaml").read_text())["defaults"][0] == {"model": "random"}
    done = experiment("--config-dir", "conf", "--config-name", "again", "output_dir=other", "cache=bypass")
    assert done.status == 0
    first, second = (read_json(tmp_path / name / "manifest.json") for name in ("job", "other"))
    assert first["config_hash"] == second["config_hash"]
    assert Path("job/calls.jsonl").read_bytes() == Path("other/calls.jsonl").read_bytes()


def test_relative_paths_stay_and_are_told_of(
    pare: Pare, experiment: Pare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("made", "mine here"):
        (tmp_path / name).mkdir()
    made, mine = tmp_path / "made", tmp_path / "mine here"
    monkeypatch.chdir(made)
    assert pare("prompts", "export", "texts").status == 0
    run(made / "job", ONE, "prompts_dir=texts")
    monkeypatch.chdir(mine)
    said = pare("config", "save", "again", "--from", str(made / "job"))
    assert yaml.safe_load(Path("again.yaml").read_text())["prompts_dir"] == "texts"
    assert (
        f"warning: prompts_dir=texts: relative, so it counts from where the file runs, as here from {made}" in said.err
    )
    words = ["-m", "pare_runner", "--config-dir", str(mine), "--config-name", "again"]
    command = said.out.splitlines()[-1].removeprefix("run it: ")
    place, _, rest = command.partition(" && ")
    assert (shlex.split(place), shlex.split(rest)[1:]) == (["cd", str(made)], words)
    monkeypatch.chdir(made)
    assert experiment(*words[2:], "output_dir=other", "cache=bypass").status == 0
    said = pare("config", "save", "here", "prompts_dir=texts")
    assert said.out.splitlines()[-1].endswith(" -m pare_runner --config-dir . --config-name here")
    assert "prompts_dir=texts: relative" in said.err
    assert pare("config", "save", "absolute", f"prompts_dir={made / 'texts'}").err == ""


def test_of_a_job_whose_overrides_are_not_known(pare: Pare, experiment: Pare, tmp_path: Path) -> None:
    """Every value is written out: of a job from Python, and of one that a saved file was run by."""
    run_job(with_hashes(job_config(message_protocol="react", max_turns=9)), tmp_path / "python", command_line=())
    run(tmp_path / "job", ONE, "model=random", "max_turns=5")
    shutil.rmtree(tmp_path / "job/.hydra")
    for name in ("python", "job"):
        assert pare("config", "save", name, "--from", name, "--dir", "conf").status == 0
        assert "Every value is written out" in Path(f"conf/{name}.yaml").read_text()
        done = experiment("--config-dir", "conf", "--config-name", name, f"output_dir={name}_again", "cache=bypass")
        assert done.status == 0
        first, second = (read_json(tmp_path / folder / "manifest.json") for folder in (name, f"{name}_again"))
        assert first["identity"] == second["identity"]
        assert first["config_hash"] == second["config_hash"]


def test_of_a_job_that_no_file_can_give(pare: Pare, tmp_path: Path) -> None:
    """Its configuration does not hold the hash of its prompts, which every composition has."""
    run_job(job_config(), tmp_path / "python", command_line=())
    said = pare("config", "save", "x", "--from", "python")
    assert said.status == 2
    assert "cannot be written as a file that gives it back: a file gives other values of prompts_hash" in said.err


def test_options_of_ones_own(pare: Pare) -> None:
    Path("conf/model").mkdir(parents=True)
    Path("conf/model/mine.yaml").write_text("defaults: [gpt5]\nmodel_name: mine\nalias: mine\n")
    said = pare("config", "save", "one", "model=mine", "--dir", "conf")
    assert said.status == 0
    assert compose([], "conf", "one")[1].observe_engine_config.model_name == "mine"
    said = pare("config", "save", "two", "model=mine", "--dir", "other")
    assert (said.status, "mine" in said.err) == (2, True)
    assert not Path("other").exists()


def test_scenarios_that_are_not_there_are_warned_of(pare: Pare) -> None:
    said = pare("config", "save", "mine", "suite.ids=[dinner_headcount_chang,b]")
    assert (said.status, Path("mine.yaml").exists()) == (0, True)
    warning = "warning: there is no scenario 'dinner_headcount_chang' (did you mean 'dinner_headcount_change'?)"
    assert said.err.strip() == warning
    assert "nowhere.yaml: warning: there is no such file" in pare("config", "save", "b", "scenarios=[nowhere.yaml]").err
    assert pare("config", "save", "c", ONE).err == ""


def test_what_is_fixed_cannot_be_typed(pare: Pare) -> None:
    said = pare("config", "show", "+max_turns_fixed=true")
    assert (said.status, "max_turns_fixed cannot be set itself" in said.err) == (2, True)


def test_bad_input(pare: Pare, tmp_path: Path) -> None:
    Path("there.yaml").write_text("mine")
    run(tmp_path / "sweep", ONE, "seed=0,1", "-m")
    for words, said in (
        (["there"], "there.yaml exists already (choose another name, or replace it with --force)"),
        (["config"], "'config' cannot be the name of a configuration"),
        (["../x"], "'../x' cannot be the name of a configuration"),
        (["x", "--from", "nowhere"], "nowhere holds no results"),
        (["x", "--from", "sweep"], "sweep holds 2 jobs, name one of them:\n  sweep/"),
        (["x", "seed=1", "--from", "sweep"], "--from takes the configuration of a job as it is"),
        (["x", "seed=x"], "seed: must be a whole number"),
        (["x", "seed=0,1"], "gives several values for one key"),
        (["x", "--dir", "there.yaml"], "there.yaml is no folder"),
    ):
        found = pare("config", "save", *words)
        assert found.status == 2, words
        assert said in found.err
    assert Path("there.yaml").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sweep", "there.yaml"]
    assert pare("config", "save", "there.yaml", "--force").status == 0
