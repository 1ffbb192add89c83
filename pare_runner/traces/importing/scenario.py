"""An hf document as a scenario file: apps, events, derived checks, and a report of all that is not as it was."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import to_datetime
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.registry import app_classes
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.errors import InputError, ScenarioError
from pare_runner.scenarios.compiler.compile import compile_document, compile_scenario
from pare_runner.scenarios.text.yaml_text import Document
from pare_runner.scenarios.yaml_scenario import YamlScenario
from pare_runner.traces.documents import told
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.importing.apps import AppImporter, ImportedApp
from pare_runner.traces.importing.calls import CallReader
from pare_runner.traces.importing.flow import FlowImporter, ImportedEvent, unaccepted_writes
from pare_runner.traces.importing.ids import plain_scenario_id, short_ids
from pare_runner.traces.importing.lost_state import rebuilt_states
from pare_runner.traces.importing.origin import is_foreign, redactions
from pare_runner.traces.importing.reach import unreachable
from pare_runner.traces.importing.report import ImportReport
from pare_runner.traces.importing.times import written_duration, written_time
from pare_runner.traces.importing.work import Work
from pare_runner.traces.importing.yaml_writer import escape_all, scenario_text

HINT_TYPES = ("TASK_HINT", "ENVIRONMENT_HINT")


@dataclass(frozen=True, slots=True)
class ImportedScenario:
    """A scenario made of an hf document: `data` is the file as data, without escapes, `report` what is to be told."""

    document: HfDocument
    data: Mapping[str, Any]
    apps: Sequence[ImportedApp]
    events: Sequence[ImportedEvent]
    report: ImportReport = field(default_factory=ImportReport)

    @property
    def scenario_id(self) -> str:
        """Id of the scenario."""
        return str(self.data["id"])

    def text(self, heading: Sequence[str] = ()) -> str:
        """The scenario file; `heading` are lines of comment."""
        return scenario_text(escape_all(dict(self.data)), list(heading))

    def compile(self) -> YamlScenario:
        """The scenario of the file; ScenarioError, with places in the hf file, if it cannot be compiled."""
        try:
            return compile_scenario(self.text(), f"{self.scenario_id}.yaml")
        except ScenarioError as error:
            problems = [replace(problem, where=f"{self.document.where}: $") for problem in error.problems]
        try:
            compile_document(Document(escape_all(dict(self.data)), ""))
        except ScenarioError as error:
            problems = [replace(problem, where=self._place(problem.where)) for problem in error.problems]
        raise ScenarioError(problems)

    def _place(self, where: str) -> str:
        """The place in the hf file of what stands at `where`, a dotted path, in the data made of it."""
        event = re.match(r"events\[(\d+)\]", where)
        app = re.match(r"apps\.(\w+)", where)
        path = "$.metadata.definition"
        if event is not None:
            path = self.events[int(event[1])].source.path
        elif app is not None:
            path = next((item.source.path for item in self.apps if item.handle == app[1]), "$.apps") + ".app_state"
        return f"{self.document.where}: {path}"

    def with_optional(self, event_ids: Sequence[str]) -> ImportedScenario:
        """The same with these steps of the oracle `optional`."""
        entries = [
            entry | {"optional": True} if entry["id"] in event_ids else entry for entry in self.data.get("events", ())
        ]
        return replace(self, data={**self.data, "events": entries})

    def changed(self, **keys: Any) -> ImportedScenario:
        """The same with other values of some top-level keys."""
        return replace(self, data={**self.data, **keys})


def import_document(document: HfDocument, classes: Mapping[str, type[App]] | None = None) -> ImportedScenario:
    """The scenario that an hf document holds; ScenarioError tells every problem, each with its JSON path."""
    dataset = document.metadata.get("definition", {}).get("hf_metadata")
    if not document.apps and dataset:
        message = f"the apps are not in the file but in the dataset {dataset!r}: export it with its apps"
        raise InputError(message, where=f"{document.where}: $.apps")
    work = Work(document, _start(document), is_foreign(document))
    if document.definition.start_time is None:
        path = "$.metadata.definition.start_time"
        work.report.add("time", path, "the file gives no start: it is 1970-01-01T00:00:00Z")
    redacted = redactions(document)
    if redacted:
        message = f"{redacted} texts were replaced: calls and checks may fail that name what is gone"
        work.report.add("redacted", "$.metadata.pare_runner.redacted", message)
    importer = AppImporter(work, classes or app_classes())
    apps = importer.apps(rebuilt_states(document, work.report))
    ids = short_ids(document.events)
    broken = frozenset(app.name for app in document.apps) - apps.keys()
    calls = CallReader(work, {**importer.reserved(apps), **apps}, broken, ids)
    events = FlowImporter(work, calls, ids).events()
    if work.problems:
        raise ScenarioError(told(work.problems, document.where))
    events = _reachable(events, work)
    return ImportedScenario(document, _data(work, apps, events), list(apps.values()), events, work.report)


def _start(document: HfDocument) -> float:
    start = document.definition.start_time or 0.0
    try:
        to_datetime(start)
    except ValueError as error:
        raise InputError(str(error), where=f"{document.where}: $.metadata.definition.start_time") from None
    return start


def _reachable(events: list[ImportedEvent], work: Work) -> list[ImportedEvent]:
    gone = unreachable(events, work.start, work.document.definition.duration)
    for event in events:
        if event.entry["id"] in gone:
            message = f"{event.entry['id']} never runs: the episode is over before it"
            work.report.add("left_out", event.source.path, message)
    return [event for event in events if event.entry["id"] not in gone]


def _data(work: Work, apps: Mapping[str, ImportedApp], events: Sequence[ImportedEvent]) -> dict[str, Any]:
    data = _head(work.document, work.start, work.report)
    sections = _sections(apps)
    if sections:
        data["apps"] = sections
    if events:
        data["events"] = [event.entry for event in events]
    front = _app_in_front(events, work.report)
    if front is not None:
        data["open_app"] = front
    data |= _judgement(events, work.report)
    if work.document.definition.hints:
        ids = {event.source.event_id: event.entry["id"] for event in events}
        data["hints"] = _hints(work.document, ids, work.report)
    return data


def _head(document: HfDocument, start: float, report: ImportReport) -> dict[str, Any]:
    definition, path = document.definition, "$.metadata.definition"
    scenario_id = plain_scenario_id(definition.scenario_id)
    if scenario_id != definition.scenario_id:
        message = f"{definition.scenario_id!r} is called {scenario_id!r}: an id is the letters A to Z, digits, _ and -"
        report.add("scenario_id", f"{path}.scenario_id", message)
    if definition.time_increment_in_seconds not in (None, 1):
        message = "time moves from event to event here, not in steps"
        report.add("left_out", f"{path}.time_increment_in_seconds", message)
    data: dict[str, Any] = {"id": scenario_id}
    if definition.tags:
        data["tags"] = list(definition.tags)
    data["start_time"] = written_time(start)
    if definition.duration is not None:
        data["duration"] = written_duration(definition.duration)
    if definition.seed:
        data["seed"] = definition.seed
    data["scoring"] = "derived"
    return data | _extras(document)


def _extras(document: HfDocument) -> dict[str, Any]:
    """Settings that the layout has no place for, as `pare scenarios export-from-pare` writes them."""
    extras = document.metadata.get("pare_runner")
    if not isinstance(extras, dict):
        return {}
    data: dict[str, Any] = {}
    turns, prompt, tags = (extras.get(name) for name in ("nb_turns", "additional_system_prompt", "tags"))
    place = f"{document.where}: $.metadata.pare_runner"
    if turns is not None:
        if type(turns) is not int or turns < 1:
            raise InputError("must be a whole number above 0", where=f"{place}.nb_turns")
        data["max_turns"] = turns
    if prompt is not None:
        if not isinstance(prompt, str):
            raise InputError("must be text", where=f"{place}.additional_system_prompt")
        data["user"] = {"additional_system_prompt": prompt}
    if tags is not None and not document.definition.tags:
        if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
            raise InputError("must be a list of texts", where=f"{place}.tags")
        data |= {"tags": tags} if tags else {}
    return data


def _hints(document: HfDocument, ids: Mapping[str, str], report: ImportReport) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for number, hint in enumerate(document.definition.hints):
        path = f"$.metadata.definition.hints[{number}]"
        kind = hint.hint_type.upper()
        entry: dict[str, Any] = {"type": kind} if kind in HINT_TYPES[1:] else {}
        entry["content"] = hint.content
        if kind not in HINT_TYPES:
            report.add("left_out", f"{path}.hint_type", f"{hint.hint_type!r} is none of {', '.join(HINT_TYPES)}")
        event = hint.associated_event_id
        if event is not None and event in ids:
            entry["event"] = ids[event]
        elif event is not None:
            report.add("left_out", f"{path}.associated_event_id", f"there is no event {event!r}")
        found.append(entry)
    return found


def _sections(apps: Mapping[str, ImportedApp]) -> dict[str, Any]:
    """Handle → section; the agent interface and the home screen stand last of themselves, and need no words there."""
    listed = list(apps.values())
    for cls in (HomeScreenSystemApp, PAREAgentUserInterface):
        if listed and type(listed[-1].app) is cls and set(listed[-1].section) <= {"type"}:
            listed.pop()
    return {app.handle: app.section for app in listed}


def _app_in_front(events: Sequence[ImportedEvent], report: ImportReport) -> str | None:
    """Handle of the app the user is in from the start: the first one used without being opened."""
    for event in events:
        if event.call is None or event.call.kind != "user":
            continue
        if event.call.tool in ("system.open_app", "system.switch_app"):
            return None
        if isinstance(event.call.app.app, StatefulApp):
            handle = event.call.app.handle
            message = f"the file does not say which app is in front; rebuilt from the first tap: {handle}"
            report.add("lost_state", event.source.path, message)
            return handle
    return None


def _judgement(events: Sequence[ImportedEvent], report: ImportReport) -> dict[str, Any]:
    """Checks that can be derived from the oracle."""
    derived: dict[str, Any] = {}
    if any(event.is_oracle_write for event in events):
        derived["checks"] = [{"oracle_writes": True}]
    elif any(event.call is not None and event.call.tool == "aui.send_message_to_user" for event in events):
        derived["checks"] = [{"proposed": True}]
        report.add("checks", "$.events", "the oracle writes nothing outside the agent interface: it must propose")
    elif not any(event.call is not None and event.call.kind == "agent" for event in events):
        derived["silence"] = True
        report.add("checks", "$.events", "the oracle's agent does nothing: the right thing is to be silent")
    else:
        report.add("checks", "$.events", "the oracle only reads: there is nothing to check")
    unaccepted = unaccepted_writes(events)
    if unaccepted:
        derived["side_effects"] = "report"
        names = ", ".join(event.entry["id"] for event in unaccepted)
        message = f"no accepted proposal stands above {names}: side effects are reported, they fail no run"
        report.add("side_effects", unaccepted[0].source.path, message)
    return derived
