"""Runs inside somebody's PARE, by `pare scenarios export-from-pare`, and tells over a pipe what its scenarios are.

Only the standard library, PARE and Meta-ARE are imported, and nothing of this package: the interpreter is the user's.
What is said is one JSON object a line on the standard output this process was started with; whatever PARE itself prints
goes to standard error.

- `{"said": "absent", "reason": text}`: there is no PARE that can be used; the end.
- `{"said": "scenarios", "ids": [...]}`: the ids of the registered scenarios. One line
  `{"ids": [...], "limit": seconds}` is then read from standard input, and these scenarios are run in PARE's oracle
  mode, one after the other:
- `{"said": "begun", "id": text}`, and then either `{"said": "exported", "id": text, "document": {...}}` with the hf
  trace, or `{"said": "failed", "id": text, "error": text}`.

To the trace is added what PARE's exporter leaves out: `metadata.pare_runner` holds `additional_system_prompt`, `tags`
and `nb_turns`; states get the reminders, the ride that is on, and the contents of files.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

MAX_FILE = 2**20
"""Bytes of a file whose contents are exported; of a larger one only the name is."""

HUNG = 70
"""Exit status after a scenario that did not end: its thread cannot be stopped in any other way."""


def main() -> int:
    """The conversation described above; the exit status."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    try:
        from pare.scenarios.utils.registry import registry

        scenarios = registry.get_all_scenarios()
        import pare.data_handler.exporter
        import pare.environment
        import pare.notification_system  # noqa: F401
    except BaseException as error:  # an import may raise anything, even SystemExit
        _tell(out, said="absent", reason=_described(error))
        return 0
    _tell(out, said="scenarios", ids=sorted(scenarios))
    wanted = json.loads(sys.stdin.readline() or "{}")
    for scenario_id in wanted.get("ids", ()):
        _tell(out, said="begun", id=scenario_id)
        answer: dict[str, Any] = {}
        worker = threading.Thread(target=_attempt, args=(scenarios[scenario_id], scenario_id, answer), daemon=True)
        worker.start()
        worker.join(wanted["limit"])
        if worker.is_alive():
            _tell(out, said="failed", id=scenario_id, error=f"it did not end within {wanted['limit']:g} s")
            os._exit(HUNG)
        _tell(out, id=scenario_id, **answer)
    return 0


def _attempt(kind: Any, scenario_id: str, answer: dict[str, Any]) -> None:
    try:
        answer.update(said="exported", document=_exported(kind, scenario_id))
    except BaseException as error:  # whatever a scenario raises is its own failure
        answer.clear()
        answer.update(said="failed", error=_described(error))


def _exported(kind: Any, scenario_id: str) -> dict[str, Any]:
    """The hf trace of a run in oracle mode, with what PARE's exporter leaves out."""
    from are.simulation.environment import EnvironmentConfig
    from are.simulation.notification_system import VerbosityLevel
    from are.simulation.types import EnvironmentType
    from pare.data_handler.exporter import PAREJsonScenarioExporter
    from pare.environment import StateAwareEnvironmentWrapper
    from pare.notification_system import PARENotificationSystem

    scenario = kind()
    scenario.initialize()
    missing = {app.name: _left_out(app) for app in scenario.apps or ()}
    env = StateAwareEnvironmentWrapper(
        environment_type=EnvironmentType.CLI,
        config=EnvironmentConfig(
            oracle_mode=True,
            queue_based_loop=True,
            exit_when_no_events=True,
            time_increment_in_seconds=scenario.time_increment_in_seconds,
            start_time=scenario.start_time,
        ),
        notification_system=PARENotificationSystem(verbosity_level=VerbosityLevel.HIGH),
    )
    env.run(scenario, wait_for_end=True)
    result = scenario.validate(env)
    text = PAREJsonScenarioExporter().export_to_json(
        env,
        scenario,
        scenario_id,
        validation_decision=None if result.success is None else "Valid" if result.success else "Invalid",
        scenario_exception=result.exception,
        comment=getattr(result, "rationale", None),
        world_logs=env.get_world_logs(),
    )
    ended = env.current_time
    env.stop()
    document: dict[str, Any] = json.loads(text)
    for app in document["apps"]:
        if missing.get(app["name"]):
            app["app_state"] = _merged(app.get("app_state") or {}, missing[app["name"]])
    metadata = document["metadata"]
    metadata["annotation"]["date"] = float(round(ended))  # PARE writes when it was exported
    metadata["pare_runner"] = {
        "additional_system_prompt": scenario.additional_system_prompt,
        "tags": [str(getattr(tag, "value", tag)) for tag in scenario.tags or ()],
        "nb_turns": scenario.nb_turns,
    }
    return document


def _left_out(app: Any) -> dict[str, Any]:
    """What the state of an app lacks, in the form that state would have it."""
    classes = {cls.__name__ for cls in type(app).__mro__}
    if "ReminderApp" in classes:
        reminders = {key: _reminder(reminder) for key, reminder in app.reminders.items()}
        return {"reminders": reminders, "max_reminder_repetitions": app.max_reminder_repetitions}
    if "CabApp" in classes and app.on_going_ride is not None:
        return {"on_going_ride": app.on_going_ride.ride_id}
    if "SandboxLocalFileSystem" in classes:
        state = app.get_state()
        _fill(state["files"], Path(app.tmpdir))
        return {"files": state["files"]}
    return {}


def _reminder(reminder: Any) -> dict[str, Any]:
    return {
        "reminder_id": reminder.reminder_id,
        "title": reminder.title,
        "due_datetime": reminder.due_datetime.isoformat(),
        "description": reminder.description,
        "repetition_unit": reminder.repetition_unit,
        "repetition_value": reminder.repetition_value,
        "time_notified": reminder.time_notified,
    }


def _fill(node: dict[str, Any], path: Path) -> None:
    """Give the files at and below `node`, which is `path` on disk, their contents as `text` or `base64`."""
    for child in node.get("children") or ():
        _fill(child, path / child["name"])
    if node["type"] == "file" and path.stat().st_size <= MAX_FILE:
        content = path.read_bytes()
        try:
            node["text"] = content.decode("utf-8")
        except UnicodeDecodeError:
            node["base64"] = base64.b64encode(content).decode("ascii")


def _merged(state: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    """`state` with the keys of `more` where it has none; the tree of files is the one of `more`."""
    return {**more, **state, **({"files": more["files"]} if "files" in more else {})}


def _described(error: BaseException) -> str:
    """The error on one line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _tell(out: TextIO, **said: Any) -> None:
    print(json.dumps(said), file=out, flush=True)


if __name__ == "__main__":
    sys.exit(main())
