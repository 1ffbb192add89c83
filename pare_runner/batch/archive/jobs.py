"""One job as it is packed: its files, with a manifest that finds scenarios and prompts inside the archive."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Any

import yaml

from pare_runner.atomic import json_bytes, read_json, write_atomic, write_json
from pare_runner.batch.archive.calls import exported_calls
from pare_runner.batch.archive.layout import (
    CODE,
    HYDRA,
    HYDRA_FILES,
    JOBS,
    PROMPTS_FROM_CODE,
    SCENARIOS_FROM_CODE,
    is_inside,
)
from pare_runner.batch.archive.scrubbing import Finding, Scrubber
from pare_runner.batch.archive.traces import export_traces
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.frames_io import PARQUET, unit_frame, write_parquet
from pare_runner.batch.identity import config_hash, experiment_key
from pare_runner.batch.journal import JOURNAL, JournalContent
from pare_runner.batch.logs import RUN_LOG
from pare_runner.batch.manifest import FILE, MANIFEST, file_entry
from pare_runner.batch.plan import PlannedJob
from pare_runner.batch.summary import SUMMARY, summarize
from pare_runner.errors import InputError
from pare_runner.library.files import shown
from pare_runner.llm.config import LLMEngineConfig

LOGS = "logs"
ANONYMOUS_NAME = "anonymous"
"""Name of an experiment whose own name tells of the machine."""

SERVICES = ("user_engine_config", "observe_engine_config", "execute_engine_config", "judge_engine_config")
_MACHINE_KEYS = ("machine", "code_revision")
_TOLD = ("exception_message", "exception_type", "served_models")
"""Columns that hold what a service or an error said."""


@dataclass(slots=True)
class JobFiles:
    """A job that is packed: where it lies, what it is, the scenarios that are kept, and its place in the archive.

    `sampled` says that scenarios are left out. What tells of the machine and may be a mere word is put into `findings`.
    `texts` are the files of the archive that scenarios are written in.
    """

    directory: Path
    planned: PlannedJob
    config: MultiScenarioRunnerConfig
    journal: JournalContent
    scenarios: Collection[str]
    sampled: bool
    prompts: str | None
    scrubber: Scrubber | None
    public: Collection[str] = ()
    texts: Mapping[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)

    def relocated(self) -> MultiScenarioRunnerConfig:
        """The configuration with its places inside the archive; its hash is that of the recorded one.

        InputError if that cannot be: what is part of the hash tells of the machine.
        """
        suite = {"source": "library", "ids": tuple(sorted(self.scenarios)), "tags": (), "apps": (), "limit": None}
        changes: dict[str, Any] = {
            "scenarios": (SCENARIOS_FROM_CODE,),
            "suite": self.config.suite.model_copy(update=suite),
            "prompts_dir": None if self.prompts is None else f"{PROMPTS_FROM_CODE}/{self.prompts}",
            "logs_dir": self.config.logs_dir if is_inside(self.config.logs_dir) else LOGS,
            **dict.fromkeys(("output_dir", "resume", "only", "replay", "ray_address")),
        }
        config = self.config.model_copy(update=changes)
        return config if self.scrubber is None else self._anonymous(config, self.scrubber)

    def _anonymous(self, config: MultiScenarioRunnerConfig, scrubber: Scrubber) -> MultiScenarioRunnerConfig:
        changes: dict[str, Any] = {name: self._service(getattr(config, name)) for name in SERVICES}
        if scrubber.text(config.experiment_name) != config.experiment_name:
            changes["experiment_name"] = ANONYMOUS_NAME
        config = config.model_copy(update={**changes, "logs_dir": scrubber.metadata(config.logs_dir)})
        found = scrubber.find(json_bytes(config.model_dump(mode="json")).decode())
        if found is not None and found.certain:
            raise InputError(
                f"{shown(self.directory)}: its configuration holds the {found.kind} {found.text!r}, part of results",
                hint="only a run under another name of the model, the tool or the pattern can be shared anonymously",
            )
        self.findings += [] if found is None else [found]
        return config

    def _service(self, engine: LLMEngineConfig | None) -> LLMEngineConfig | None:
        """A model without the address, the headers and the key's name of a service that is not everybody's."""
        if engine is None or engine.endpoint is None or engine.endpoint in self.public:
            return None if engine is None else engine.model_copy(update={"extra_headers": {}})
        return engine.model_copy(update={"endpoint": None, "extra_headers": {}, "api_key_env": None})

    def placed(self, folder: str) -> PlannedJob:
        """The job as the plan of the archive has it, in `folder`."""
        overrides = self.planned.overrides
        units = {name: runs for name, runs in self.planned.units.items() if name in self.scenarios}
        return replace(
            self.planned,
            folder=folder,
            overrides=overrides if self.scrubber is None else tuple(self.scrubber.words(overrides)),
            experiment_key=experiment_key(self.relocated()),
            units=units,
        )

    def write(self, stage: Path, folder: str, *, calls: bool, traces: bool) -> None:
        """Write the files of the job into its `folder` of the archive that is made in `stage`."""
        target = stage / JOBS / folder
        config, rows = self.relocated(), self._rows()
        write_json(target / MANIFEST, self._manifest(config, os.path.relpath(stage, target)))
        if (self.directory / JOURNAL).exists():
            write_atomic(target / JOURNAL, b"".join(json_bytes(row) + b"\n" for row in rows))
        self._write_results(target, config, rows)
        if calls:
            kept = self.scenarios if self.sampled else None
            for name, data in exported_calls(self.directory, kept, self.scrubber, self.findings).items():
                write_atomic(target / name, data)
        self._write_hydra(target)
        if traces:
            run_ids = list(dict.fromkeys(str(row["run_id"]) for row in rows))
            clean = None if self.scrubber is None else partial(self._cleaned_trace, self.scrubber)
            export_traces(self.directory, target, config, run_ids, clean)
        if self.scrubber is None:
            self._write_logs(target, config, runs=calls)

    def _rows(self) -> list[dict[str, Any]]:
        rows = [row for row in self.journal.lines if row["base_scenario_id"] in self.scenarios]
        if self.scrubber is None:
            return rows
        return [self._cleaned_row(row, self.scrubber) for row in rows]

    def _cleaned_row(self, row: Mapping[str, Any], scrubber: Scrubber) -> dict[str, Any]:
        cleaned = {name: scrubber.value(value) if name in _TOLD else value for name, value in row.items()}
        rest = {name: value for name, value in cleaned.items() if name not in _TOLD}
        self._look(
            json_bytes(rest).decode(errors="backslashreplace"), f"{shown(self.directory)}: {row['run_id']}", scrubber
        )
        return cleaned

    def _look(self, text: str, where: str, scrubber: Scrubber) -> None:
        """InputError if a text that has to stay as it is tells of the machine; a mere word goes into the findings."""
        found = scrubber.find(text)
        if found is not None and found.certain:
            raise InputError(f"the {found.kind} {found.text!r} of this machine is part of the results", where=where)
        if found is not None:
            self.findings.append(found)

    def _manifest(self, config: MultiScenarioRunnerConfig, top: str) -> dict[str, Any]:
        """The manifest; `top` leads from the job to the top of the archive."""
        content = read_json(self.directory / MANIFEST)
        scenarios = {name: entry for name, entry in content["scenarios"].items() if name in self.scenarios}
        for name, entry in scenarios.items():
            entry.pop(FILE, None)
            entry |= file_entry(f"{top}/{self.texts[name]}" if name in self.texts else None)
        content |= {
            "experiment_key": experiment_key(config),
            "config": config.model_dump(mode="json"),
            "units": sum(runs for name, runs in self.planned.units.items() if name in self.scenarios),
            "scenarios": scenarios,
            "working_directory": CODE,
        }
        if self.scrubber is not None:
            content["command_line"] = self.scrubber.words(content.get("command_line") or ())
            content = {name: value for name, value in content.items() if name not in _MACHINE_KEYS}
        return dict(content)

    def _write_results(self, target: Path, config: MultiScenarioRunnerConfig, rows: list[dict[str, Any]]) -> None:
        """The frame and the summary, if the job has them: as they are, or made anew of what is left."""
        frame, summary = self.directory / PARQUET, self.directory / SUMMARY
        if not self.sampled and self.scrubber is None:
            for path in (frame, summary):
                if path.exists():
                    write_atomic(target / path.name, path.read_bytes())
            return
        latest = JournalContent(rows).latest().values()
        clock: dict[str, Any] = {}
        if summary.exists():
            clock = read_json(summary).get("wall_clock") or {}
            head = {"experiment_name": config.experiment_name, "config_hash": config_hash(config)}
            planned = sum(runs for name, runs in self.planned.units.items() if name in self.scenarios)
            write_json(target / SUMMARY, {**head, **summarize(latest, planned), "wall_clock": clock})
        if frame.exists():
            write_parquet(target / PARQUET, unit_frame(latest, clock.get("job_duration")))

    def _write_hydra(self, target: Path) -> None:
        """The composed configuration and the overrides; what Hydra says of itself holds many places of the machine."""
        for name in HYDRA_FILES:
            path = self.directory / HYDRA / name
            if not path.exists() or (name == "hydra.yaml" and self.scrubber is not None):
                continue
            data = path.read_bytes() if self.scrubber is None else _cleaned_yaml(path, self.scrubber)
            write_atomic(target / HYDRA / name, data)

    def _cleaned_trace(self, scrubber: Scrubber, path: Path, data: bytes) -> bytes:
        """A trace in which messages of exceptions are as in the journal, as a replay will make it."""
        for row in self.journal.lines:
            message = row.get("exception_message")
            if message:
                data = data.replace(json_bytes(message)[1:-1], json_bytes(scrubber.text(message))[1:-1])
        self._look(data.decode(errors="surrogateescape"), shown(path), scrubber)
        return data

    def _write_logs(self, target: Path, config: MultiScenarioRunnerConfig, *, runs: bool) -> None:
        """The logs of the kept `runs`, which say what models saw and said; that of the job only if it is whole."""
        source = self.directory / self.config.logs_dir  # which may be absolute
        kept = [row for row in self.journal.lines if runs and row["base_scenario_id"] in self.scenarios]
        for run_id in {str(row["run_id"]) for row in kept}:
            path = source / f"{run_id}.log"
            if path.exists():
                write_atomic(target / config.logs_dir / path.name, path.read_bytes())
        if not self.sampled and (self.directory / RUN_LOG).exists():
            write_atomic(target / RUN_LOG, (self.directory / RUN_LOG).read_bytes())


def _cleaned_yaml(path: Path, scrubber: Scrubber) -> bytes:
    try:
        value = yaml.safe_load(path.read_bytes())
    except yaml.YAMLError as error:
        raise InputError("is no YAML", where=str(path)) from error
    text: str = yaml.safe_dump(_strings(value, scrubber), sort_keys=False, allow_unicode=True)
    return text.encode()


def _strings(value: Any, scrubber: Scrubber) -> Any:
    if isinstance(value, str):
        return scrubber.words([value])[0]
    if isinstance(value, dict):
        return {key: {} if key == "extra_headers" else _strings(item, scrubber) for key, item in value.items()}
    if isinstance(value, list):
        return [_strings(item, scrubber) for item in value]
    return value
