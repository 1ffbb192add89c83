"""A sweep as one queue: each job has the files and callbacks that Hydra gives a job of its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest
from hydra.core.utils import JobReturn
from hydra.experimental.callback import Callback
from omegaconf import DictConfig, OmegaConf

from pare_runner.batch.journal import read_journal
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.sweep import SweepStopped, sweep_files
from tests.cli.conftest import SHIPPED

DINNER = str(SHIPPED / "dinner_headcount_change.yaml")
SWEEP = [f"scenarios=[{DINNER}]", "oracle=true", "seed=1,2", "-m"]


class Noting(Callback):
    """Notes when a job starts and ends, a line each."""

    def on_job_start(self, config: DictConfig, **kwargs: Any) -> None:
        self._note("start", config)

    def on_job_end(self, config: DictConfig, job_return: JobReturn, **kwargs: Any) -> None:
        status = job_return.return_value.exit_status
        folder = Path(str(config.hydra.runtime.output_dir)).name
        lines = len(read_journal(Path(str(config.hydra.sweep.dir)) / folder).lines)
        self._note(f"end {job_return.status.name} {status} with {lines} run", config)

    def _note(self, what: str, config: DictConfig) -> None:
        with Path("noted.txt").open("a") as file:
            file.write(f"{what}: job {config.hydra.job.num}, seed {config.seed}\n")


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def hydra_files(place: Path) -> dict[str, Any]:
    """The files in `.hydra/` of all jobs, by job and name; without what names the launcher and the `place`."""
    found: dict[str, Any] = {}
    for path in sorted((place / "out").glob("*/.hydra/*")):
        content = OmegaConf.to_container(OmegaConf.create(path.read_text().replace(str(place), "")))
        if path.name == "hydra.yaml":
            assert isinstance(content, dict)
            hydra = content["hydra"]
            hydra["launcher"] = hydra["runtime"]["choices"]["hydra/launcher"] = None
            hydra["overrides"]["hydra"] = [item for item in hydra["overrides"]["hydra"] if "launcher" not in item]
        found[path.relative_to(place).as_posix()] = content
    return found


def test_jobs_have_the_files_that_hydra_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = []
    for launcher in ("pare_pool", "basic"):
        (tmp_path / launcher).mkdir()
        monkeypatch.chdir(tmp_path / launcher)
        assert main([*SWEEP, "output_dir=out", f"hydra/launcher={launcher}"]) == 0
        files.append(hydra_files(tmp_path / launcher))

    pool, basic = files
    assert len(pool) == 6
    assert {Path(name).name for name in pool} == {"config.yaml", "hydra.yaml", "overrides.yaml"}
    assert list(pool) == list(basic)
    for name, content in basic.items():
        assert pool[name] == content, name


def test_callbacks_are_called_for_each_job() -> None:
    callback = f"+hydra.callbacks.noting._target_={__name__}.{Noting.__name__}"
    assert main([*SWEEP, "output_dir=pool", callback]) == 0

    assert Path("noted.txt").read_text().splitlines() == [
        *(f"start: job {number}, seed {number + 1}" for number in range(2)),
        *(f"end COMPLETED 0 with 1 run: job {number}, seed {number + 1}" for number in range(2)),
    ]


def test_all_folders_and_the_plan_are_there_before_the_first_run() -> None:
    assert main([*SWEEP, "output_dir=pool", "suite.runs=2"]) == 0

    plan = orjson.loads(Path("pool/plan.json").read_bytes())
    assert (plan["sweep"], plan["units"]) == (True, 4)
    for job in plan["jobs"]:
        folder = Path("pool") / job["folder"]
        manifest = orjson.loads((folder / "manifest.json").read_bytes())
        assert manifest["config_hash"] == job["config_hash"]
        assert not (folder / "plan.json").exists()
    assert not Path("pool/.lock").exists()
    assert orjson.loads(Path("pool/sweep.json").read_bytes())["runs"] == 4


def test_ctrl_c_before_anything_began_is_that_and_no_more(tmp_path: Path) -> None:
    """There is no plan then, and no sweep to show."""
    with pytest.raises(KeyboardInterrupt), sweep_files(tmp_path, [], plan=False):
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []

    with pytest.raises(SweepStopped) as stopped, sweep_files(tmp_path, [], plan=True):
        raise KeyboardInterrupt
    assert (stopped.value.code, stopped.value.directory) == (130, tmp_path)
