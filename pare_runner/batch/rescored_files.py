"""The files of a job whose runs were judged anew."""

from __future__ import annotations

import io
import os
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pare_runner.atomic import json_bytes, read_json, write_atomic
from pare_runner.batch.again import JUDGE
from pare_runner.batch.agents import scoring_hash
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.ending import VERDICTS, begin, unfinished
from pare_runner.batch.frames_io import PARQUET, job_frame, unit_frame
from pare_runner.batch.joining import join, take_apart
from pare_runner.batch.journal import JOURNAL, read_journal
from pare_runner.batch.manifest import FILE, MANIFEST, file_entry, read_manifest
from pare_runner.batch.scenario_texts import ScenarioTexts
from pare_runner.batch.staging import Staging
from pare_runner.batch.summary import SUMMARY, summarize
from pare_runner.batch.work import SOURCE, Report
from pare_runner.llm.recording.files import CALLS, SHARDS, read_lines, recorded_files
from pare_runner.llm.recording.keys import UnitKey
from pare_runner.llm.recording.lines import POOL_KINDS, unsealed
from pare_runner.llm.recording.store import merge
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TRACES


def write_rescored(
    directory: Path,
    config: MultiScenarioRunnerConfig,
    scenarios: Mapping[str, PAREScenario],
    reports: Sequence[Report],
    texts: ScenarioTexts,
    top: Path,
    note: Any,
) -> None:
    """Put what `reports` say in place of what the files in `directory` say of these runs, all of it at once.

    `texts` are those of the scenarios as they judge now, `top` is the invocation's directory, and `note` what a later
    command is told that has to finish this.
    """
    staging = Staging(directory)
    take_apart(config, directory)
    for report in reports:
        for folder, trace in report.traces:
            staging.write(f"{TRACES}/{folder}/{trace.name}", trace.data)
        if report.log is not None:
            name = Path(config.logs_dir) / f"{report.task.run_id}.log"
            staging.write(name, report.log.encode(errors="backslashreplace"))
    lines = _journal(directory, {report.task.unit: report.row for report in reports})
    staging.write(JOURNAL, b"".join(json_bytes(line) + b"\n" for line in lines))
    latest = {UnitKey(line["base_scenario_id"], line["run_number"]): line for line in lines}
    _tables(directory, staging, list(latest.values()))
    for path, data in texts.missing.items():
        staging.write(os.path.relpath(path, directory), data)
    _manifest(directory, staging, config, scenarios, texts)
    gone = _calls(directory, staging, reports)
    if unfinished(top) is None:  # else what others have left to do stays theirs
        begin(top, VERDICTS)
    staging.commit(gone, note)
    if (directory / PARQUET).exists():
        join(config, directory)


def _journal(directory: Path, rows: Mapping[UnitKey, dict[str, Any]]) -> list[dict[str, Any]]:
    """The lines of the journal, with the last one of each of these units replaced."""
    lines = read_journal(directory).lines
    left = dict(rows)
    for place in reversed(range(len(lines))):
        row = left.pop(UnitKey(lines[place]["base_scenario_id"], lines[place]["run_number"]), None)
        if row is not None:
            source = {SOURCE: lines[place][SOURCE]} if SOURCE in lines[place] else {}
            lines[place] = {**row, **source}
    return lines


def _tables(directory: Path, staging: Staging, rows: list[dict[str, Any]]) -> None:
    """The frame and the summary, where there are any."""
    if (directory / PARQUET).exists():
        durations = job_frame(directory)["job_duration"]
        buffer = io.BytesIO()
        unit_frame(rows, durations[0] if len(durations) else None).write_parquet(buffer)
        staging.write(PARQUET, buffer.getvalue())
    if (directory / SUMMARY).exists():
        former = read_json(directory / SUMMARY)
        head = {name: former[name] for name in ("experiment_name", "config_hash")}
        content = {**head, **summarize(rows, former["planned"]), "wall_clock": former.get("wall_clock")}
        staging.write(SUMMARY, json_bytes(content, indent=True) + b"\n")


def _manifest(
    directory: Path,
    staging: Staging,
    config: MultiScenarioRunnerConfig,
    scenarios: Mapping[str, PAREScenario],
    texts: ScenarioTexts,
) -> None:
    content, file_of = read_manifest(directory), texts.seen_from(directory)
    for name, entry in content["scenarios"].items():
        if name in scenarios:
            entry["scoring_hash"] = scoring_hash(config, scenarios[name])
            entry.pop(FILE, None)
            entry |= file_entry(file_of(scenarios[name]))
    content["config"]["judge_prompt_hash"] = config.judge_prompt_hash
    content["wall_clock"].setdefault("rescored", []).append(datetime.now(UTC).isoformat())
    staging.write(MANIFEST, json_bytes(content, indent=True) + b"\n")


def _calls(directory: Path, staging: Staging, reports: Sequence[Report]) -> list[str]:
    """Stage the recording if a judge was asked or is not asked any more; the files that it replaces beside its own."""
    again = {(report.task.unit, report.task.attempt): report.calls for report in reports if report.calls is not None}
    if not again:
        return []
    kept: list[bytes] = []
    texts: list[tuple[str, bytes]] = []
    referred: set[str] = set()
    tools: dict[str, list[str]] = {}
    judged: set[bytes] = set()
    files = recorded_files(directory)
    for path in files:
        for line in read_lines(path):
            value = line.value
            if value["kind"] in POOL_KINDS:
                texts.append((value["hash"], line.text))
                tools.setdefault(value["hash"], []).extend(value.get("tools", ()))
            elif value["kind"] == "call" and value["role"] == JUDGE and _run(value) in again:
                judged.add(line.text)
            elif value["kind"] != "recording":
                kept.append(line.text)
                referred.update((*value.get("messages", ()), value.get("tools", "")))
    new = [line for lines in again.values() for line in lines.splitlines()]
    if judged == {line for line in new if _is_judged(line)}:
        return []
    for name in list(referred):
        referred.update(tools.get(name, ()))
    lines = [text for name, text in texts if name in referred] + kept + new
    with TemporaryDirectory(prefix="pare_rescore_") as scratch:
        write_atomic(Path(scratch) / SHARDS / "0.jsonl", b"".join(line + b"\n" for line in lines))
        merge(Path(scratch))
        staging.write(CALLS, (Path(scratch) / CALLS).read_bytes())
    return [str(path.relative_to(directory)) for path in files if path != directory / CALLS]


def _is_judged(line: bytes) -> bool:
    value = unsealed(line)
    return (value["kind"], value.get("role")) == ("call", JUDGE)


def _run(value: Mapping[str, Any]) -> tuple[UnitKey, int]:
    return UnitKey(value["scenario"], value["run"]), value["attempt"]
