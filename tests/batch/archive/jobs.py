"""Experiments to be packed, and archives that nobody should have made."""

from __future__ import annotations

import hashlib
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from pare_runner.batch.archive.layout import EXPERIMENT, FORMAT, KIND
from pare_runner.cli.hydra_entry import main
from tests.cli.conftest import SHIPPED

SCENARIOS = ("dinner_headcount_change", "quiet_friday_afternoon", "school_trip_packing_list")
CHOSEN = "scenarios=[" + ",".join(str(SHIPPED / f"{name}.yaml") for name in SCENARIOS) + "]"


def run(directory: Path, *overrides: str) -> Path:
    """Run an experiment in `directory`, which must succeed; gives the directory."""
    assert main([*overrides, "cache=bypass", f"output_dir={directory}"]) == 0
    return directory


def run_sweep(directory: Path) -> Path:
    """A sweep of two jobs, one with traces of noise."""
    return run(directory, CHOSEN, "model=scripted,random", "suite.runs=2", "-m")


def description(files: Mapping[str, bytes], **changes: Any) -> bytes:
    """`experiment.json` of these files."""
    content = {
        "format": FORMAT,
        "kind": KIND,
        "package": "0",
        "python": "3",
        "behaviour_version": 1,
        "ran_with": [],
        "anonymous": False,
        "calls": True,
        "traces": False,
        "sample": None,
        "jobs": 0,
        "runs": 0,
        "notes": [],
        "origin": None,
        "files": {
            name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()} for name, data in files.items()
        },
    }
    return json.dumps(content | changes).encode()


def packed(path: Path, files: Mapping[str, bytes], *, kind: int = stat.S_IFREG, **changes: Any) -> Path:
    """A zip file with `files` and a description of them; `kind` is what the files say they are."""
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, data in files.items():
            info = ZipInfo(name)
            info.compress_type = ZIP_DEFLATED
            info.external_attr = (kind | 0o644) << 16
            archive.writestr(info, data)
        archive.writestr(EXPERIMENT, description(files, **changes))
    return path


def repacked(source: Path, target: Path, changes: Mapping[str, bytes | None], *, described: bool = True) -> Path:
    """An archive with some files replaced, added or (None) left out; `described` brings its hashes up to date."""
    with ZipFile(source) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    files = {name: data for name, data in {**files, **changes}.items() if data is not None}
    content = json.loads(files.pop(EXPERIMENT))
    if described:
        content["files"] = json.loads(description(files))["files"]
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        for name, data in {EXPERIMENT: json.dumps(content).encode(), **files}.items():
            archive.writestr(name, data)
    return target
