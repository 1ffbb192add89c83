"""Small sweeps that were really run, and files of rows written by hand."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pare_runner.cli.hydra_entry import main as run_experiment

SHIPPED = Path(__file__).parents[3] / "scenarios"
CHOSEN = ("dinner_headcount_change", "school_trip_packing_list", "quiet_friday_afternoon")
GRID = ("model=scripted,random", "noise=none,tfp_0.4")
EDITED = "dinner_headcount_change"

Rows = Callable[..., Path]


@dataclass(frozen=True)
class Sweeps:
    """Output folders: two equal sweeps, one in which a scenario was edited, and single jobs of it."""

    base: Path
    same: Path
    edited: Path
    rechecked: Path


def sweep(scenarios: Path, target: Path, *words: str) -> Path:
    """Run a grid, by default `GRID`, with two runs each over `scenarios`."""
    paths = ",".join(str(path) for path in sorted(scenarios.glob("*.yaml")))
    status = run_experiment(
        [*(words or GRID), f"scenarios=[{paths}]", "suite.runs=2", f"output_dir={target}", "cache=bypass", "-m"]
    )
    assert status == 0
    return target


def copied(folder: Path, edits: Mapping[str, tuple[str, str]] | None = None) -> Path:
    """The chosen shipped scenarios in `folder`, with one replacement in some of them."""
    folder.mkdir()
    for name in CHOSEN:
        text = (SHIPPED / f"{name}.yaml").read_text()
        if edits and name in edits:
            before, after = edits[name]
            assert before in text
            text = text.replace(before, after)
        (folder / f"{name}.yaml").write_text(text)
    return folder


@pytest.fixture(scope="session")
def sweeps(tmp_path_factory: pytest.TempPathFactory) -> Sweeps:
    """In `edited` the scripted assistant changes another event; in `rechecked` one check asks for something else."""
    top = tmp_path_factory.mktemp("sweeps")
    plain = copied(top / "plain")
    edited = copied(
        top / "edited",
        {EDITED: ("event_id: table, description: Table for 5}", "event_id: standup, description: Table for 5}")},
    )
    rechecked = copied(top / "rechecked", {EDITED: ('contains: "5"', "contains: five")})
    return Sweeps(
        sweep(plain, top / "a"),
        sweep(plain, top / "b", *GRID, "offline_patience=60"),
        sweep(edited, top / "c"),
        sweep(rechecked, top / "d", "model=scripted,random"),
    )


@pytest.fixture
def rows(tmp_path: Path) -> Rows:
    """Writes a folder with one `x_result.json` of these rows, and what they do not say as it usually is."""

    def write(name: str, items: Iterable[Mapping[str, Any]], **columns: Any) -> Path:
        usual = {
            "run_number": 1,
            "user_model": "gpt-5-mini",
            "observe_model": "gpt-5",
            "execute_model": "gpt-5",
            "tool_failure_probability": 0.0,
            "num_env_events_per_minute": 0,
        }
        folder = tmp_path / name
        folder.mkdir()
        found = [usual | columns | _verdict(item) for item in items]
        (folder / "x_result.json").write_text(json.dumps(found))
        return folder

    return write


def _verdict(item: Mapping[str, Any]) -> dict[str, Any]:
    """A row with `ok` (True, False, or None for an exception) as the columns that say so."""
    row = dict(item)
    ok = row.pop("ok", True)
    status = {True: "success", False: "failed", None: "exception"}[ok]
    return {"success_numeric": None if ok is None else float(ok), "success_bool": ok, "status": status} | row
