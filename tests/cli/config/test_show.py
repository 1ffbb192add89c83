"""`pare config show`."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from pare_runner.atomic import read_json
from pare_runner.cli.config.sources import compose
from tests.batch.archive.jobs import run
from tests.cli.conftest import SHIPPED, Pare

ONE = f"scenarios=[{SHIPPED}/dinner_headcount_change.yaml]"


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(tmp_path_factory.mktemp("shown") / "sweep", ONE, "model=scripted,random", "-m")


def test_a_composition(pare: Pare) -> None:
    said = pare("config", "show", "model=gpt5", "noise=tfp_0.1")
    assert said.status == 0
    values = yaml.safe_load(said.out)
    assert values["observe"]["model_name"] == "${model.model_name}"
    assert values["tool_augmentation_config"]["tool_failure_probability"] == 0.1
    assert "hydra" not in values
    head, *lines = said.out.splitlines()
    described = pare("config", "show", "model=gpt5", "noise=tfp_0.1", "--json").json
    assert head == f"# model=gpt5 noise=tfp_0.1: config_hash {described['config_hash']}"
    assert "seed: 0  # identity" in lines
    assert "cache: use" in lines

    resolved = yaml.safe_load(pare("config", "show", "model=gpt5", "noise=tfp_0.1", "--resolved").out)
    assert resolved["observe"]["model_name"] == resolved["model"]["model_name"] == "gpt-5"
    assert "${" not in str(resolved)


def test_finished_runs(pare: Pare, sweep: Path) -> None:
    said = pare("config", "show", str(sweep))
    assert said.out.splitlines()[0] == f"# {sweep} holds 2 jobs: a document for each"
    documents = list(yaml.safe_load_all(said.out))
    assert [values["model"]["model_name"] for values in documents] == ["scripted", "random"]
    described = pare("config", "show", str(sweep), "--json").json
    recorded = [read_json(path)["config_hash"] for path in sweep.rglob("manifest.json")]
    assert sorted(item["config_hash"] for item in described) == sorted(recorded)
    assert "user.model_name" in described[0]["identity"]
    assert "suite.runs" not in described[0]["identity"]
    job = next(sweep.rglob("manifest.json")).parent
    assert pare("config", "show", str(job), "--json").json["config_hash"] in recorded


def test_what_is_shown_composes_to_the_same(pare: Pare, sweep: Path) -> None:
    """Values of a recorded job, typed as overrides of the files."""
    _, config = compose(["model=random"])
    assert pare("config", "show", "model=random", "--json").json["config_hash"] in {
        item["config_hash"] for item in pare("config", "show", str(sweep), "--json").json
    }
    assert config.seed == 0


def test_a_saved_file(pare: Pare) -> None:
    said = pare("config", "save", "mine", "model=random", "max_turns=2", "--dir", "conf", "--json").json
    shown = pare("config", "show", "conf/mine.yaml", "--json").json
    assert (shown["config_hash"], shown["config"]["max_turns"]) == (said["config_hash"], 2)
    assert pare("config", "show", "conf/mine.yaml").out.startswith("# conf/mine.yaml: config_hash ")
    changed = pare("config", "show", "conf/mine.yaml", "max_turns=3", "--resolved", "--json").json
    assert (changed["config"]["max_turns"], changed["config"]["observe"]["model_name"]) == (3, "random")
    for more in (["conf/mine.yaml"], ["--config-name", "mine"]):
        found = pare("config", "show", "conf/mine.yaml", *more)
        assert (found.status, "name one saved configuration" in found.err) == (2, True)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["modle=gpt5"], "modle"),
        (["model=gpt55"], "gpt55"),
        (["nowhere"], "nowhere is neither results, a saved configuration (.yaml) nor an override like seed=1"),
        (["."], "holds no results: neither plan.json nor manifest.json"),
        ([".", "seed=1"], "name one directory of results, or overrides"),
        (["seed=0,1"], "gives several values for one key"),
        (["sweep=noise_grid"], "sweep=noise_grid is many jobs, and one is needed"),
        (["--config-name", "nothing"], "there is no primary configuration 'nothing'"),
        (["model.api_key_env=sk-abcdefghijklmnop1234"], "api_key_env"),
    ],
)
def test_bad_input(pare: Pare, words: list[str], said: str) -> None:
    found = pare("config", "show", *words)
    assert (found.status, found.out) == (2, "")
    assert said in found.err
    assert "Traceback" not in found.err
    assert "sk-abc" not in found.err
