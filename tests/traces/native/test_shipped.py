"""Native traces of all shipped scenarios, converted: byte for byte what the other formats export."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.cli.hydra_entry import main
from pare_runner.traces.native.converting import Conversion
from pare_runner.traces.native.reader import NativeReader
from pare_runner.traces.registry import trace_writers

SETTINGS = {
    "scripted": ["suite.runs=2"],
    "react": ["model=eager", "protocol=pare_2026"],
    "noise": ["model=random", "noise=[mixed,renamed]", "suite.runs=2"],
    "oracle": ["oracle=true", "noise=env_4"],
    "measured": ["model=random", "model@user=rules", "time=tokens", "export.redact=[emails,paths]"],
}


@pytest.mark.slow
@pytest.mark.parametrize("words", SETTINGS.values(), ids=SETTINGS)
def test_converted_is_exported(words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for export in ("native", "both"):
        assert main([*words, "suite=full", "cache=bypass", f"export={export}", f"output_dir={export}"]) in (0, 1)
    reader = NativeReader(Path("native/traces/native"))
    for converted in Conversion(trace_writers("both"), Path("converted")).runs(reader):
        assert len(converted.written) == 2
    found, wanted = (
        {path.relative_to(top).as_posix(): path.read_bytes() for path in top.rglob("*.json")}
        for top in (Path("converted"), Path("both/traces"))
    )
    assert found == wanted
    assert len(found) == 2 * len(reader.run_ids)


@pytest.mark.slow
def test_a_job_of_a_hundred_runs_is_a_twentieth_of_its_hf_traces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for export in ("native", "hf"):
        assert main(["suite=full", "suite.runs=6", "cache=bypass", f"export={export}", f"output_dir={export}"]) == 0
    native, hf = (
        sum(path.stat().st_size for path in Path(export, "traces", export).rglob("*.*")) for export in ("native", "hf")
    )
    assert len(list(Path("hf/traces/hf").iterdir())) >= 100
    assert native <= hf / 20
