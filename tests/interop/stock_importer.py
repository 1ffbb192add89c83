"""Reads hf files with Meta-ARE's own importer and prints what it says, as JSON.

Runs in the interpreter of `.venv-interop` and imports nothing of this package: `python stock_importer.py FILE ...`. One
object a file: `file`, and for each way of reading a `{"error": text or null, "log": [lines]}`, where the log holds what
Meta-ARE's loggers said at level WARNING or above:

- `plain`: `import_from_json(text, load_completed_events=False)`;
- `completed`: the same with the completed events;
- `initialize`: `initialize()` of the scenario that was read, which builds its apps and events.

`tags` and `world_logs` (their number) are what the scenario has then; `arguments` is each argument of `events` and
`completed_events` in file order as `{"value": parsed}` or `{"error": text}`, `tag_names` Meta-ARE's CapabilityTag.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from are.simulation.data_handler.importer import JsonScenarioImporter
from are.simulation.scenarios.scenario import Scenario
from are.simulation.types import CapabilityTag


class _Heard(logging.Handler):
    """Keeps the lines of loggers at WARNING or above."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


def _tried(attempt: Callable[[], Any]) -> tuple[Any, dict[str, Any]]:
    heard = _Heard()
    logging.getLogger().addHandler(heard)
    result, error = None, None
    try:
        result = attempt()
    except Exception as raised:  # whatever the importer raises is what is asked for
        error = f"{type(raised).__name__}: {raised}"
    finally:
        logging.getLogger().removeHandler(heard)
    return result, {"error": error, "log": heard.lines}


def _arguments(document: dict[str, Any]) -> list[dict[str, Any]]:
    parsed = []
    for event in [*document["events"], *document["completed_events"]]:
        for arg in (event.get("action") or {}).get("args") or ():
            try:
                parsed.append({"value": Scenario._parse_parameter_value(arg["value"], arg["value_type"])})
            except ValueError as refusal:
                parsed.append({"error": str(refusal)})
    return parsed


def read(path: Path) -> dict[str, Any]:
    """What the stock importer says about one file."""
    text = path.read_text(encoding="utf-8")
    importer = JsonScenarioImporter()
    imported, plain = _tried(lambda: importer.import_from_json(text, load_completed_events=False))
    _, completed = _tried(lambda: importer.import_from_json(text, load_completed_events=True))
    said = {
        "file": str(path),
        "plain": plain,
        "completed": completed,
        "initialize": None,
        "world_logs": 0,
        "tags": [],
        "arguments": _arguments(json.loads(text)),
        "tag_names": [tag.name for tag in CapabilityTag],
    }
    if imported is not None:
        scenario, _, world_logs = imported
        said["world_logs"] = len(world_logs)
        said["tags"] = [tag.name for tag in scenario.tags]
        said["initialize"] = _tried(scenario.initialize)[1]
    return said


if __name__ == "__main__":
    logging.getLogger("are").propagate = True
    json.dump([read(Path(name)) for name in sys.argv[1:]], sys.stdout)
