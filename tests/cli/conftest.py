"""Calling the `pare` command in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pare_runner.cli.app import main
from pare_runner.cli.hydra_entry import main as run_experiment

SHIPPED = Path(__file__).parents[2] / "scenarios"


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


Pare = Callable[..., Said]


TWO = "scenarios=[cab_late_for_review,dinner_headcount_change]"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sweep of two models and a job alone, really run, once for all tests: copy what you change."""
    top = tmp_path_factory.mktemp("made")
    shared = [TWO, "cache=bypass"]  # the cache of the session is nobody's
    assert run_experiment([*shared, "model=scripted,passive", f"output_dir={top / 'sweep'}", "-m"]) == 0
    assert run_experiment([*shared, "model=eager", f"output_dir={top / 'alone'}"]) == 0
    return top


@pytest.fixture
def pare(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pare:
    """Runs `pare` with these arguments in an empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("PARE_DEBUG", raising=False)
    monkeypatch.setenv("COLUMNS", "120")

    def run(*argv: str) -> Said:
        status = main(argv)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
def experiment(capsys: pytest.CaptureFixture[str]) -> Pare:
    """Runs `python -m pare_runner` with these arguments in this process."""

    def run(*argv: str) -> Said:
        status = run_experiment(argv)
        captured = capsys.readouterr()
        return Said(status, captured.out, captured.err)

    return run


@pytest.fixture
def dinner(tmp_path: Path) -> Path:
    """A copy of a shipped scenario in the working directory."""
    path = tmp_path / "dinner.yaml"
    path.write_text((SHIPPED / "dinner_headcount_change.yaml").read_text())
    return path
