"""Which cell of the native tables keeps a run from being restored."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pare_runner.kernel.events import EventType, OperationType
from pare_runner.scenarios.result import STATUSES
from pare_runner.traces.native.rows import Row, RunRows
from pare_runner.traces.native.texts import json_restored


def _json(kind: type, *, null: bool = False) -> Callable[[Any], bool]:
    """Whether a text holds JSON of this kind."""

    def holds(text: Any) -> bool:
        value = json_restored(text)
        return isinstance(value, kind) or (null and value is None)

    return holds


def _some_json(text: Any) -> bool:
    json_restored(text)
    return True


CELLS: Mapping[str, Mapping[str, Callable[[Any], bool]]] = {
    "runs": {"status": STATUSES.__contains__, "checks": _json(dict), "details": _json(dict)},
    "calls": {"tool_calls": _json(list, null=True), "told": _json(list, null=True)},
    "events": {
        "event_type": EventType.__members__.__contains__,
        "operation": lambda name: name is None or name in OperationType.__members__,
        "args": _json(dict, null=True),
        "return_value": _some_json,
    },
    "messages": {"tool_calls": _json(list, null=True)},
}
"""Table → column → whether what stands in a cell can be used."""


def fault(rows: RunRows) -> str:
    """The first cell of a run that cannot be used, as `column 'x' of the table y, row n`; empty if none is found.

    Rows count from 0 among those of the run; for the pool, which has no runs, the message is named.
    """
    documents = {name for run in rows["runs"] for name in run["documents"]}
    for table, columns in CELLS.items():
        for number, row in enumerate(rows[table]):
            for column, usable in columns.items():
                if not _usable(usable, row[column]):
                    return f"column {column!r} of the table {table}, {_which(table, number, row)}"
            if table == "messages" and row["message_id"] in documents and not _usable(_some_json, row["content"]):
                return f"column 'content' of the table {table}, {_which(table, number, row)}"
    return ""


def _usable(usable: Callable[[Any], bool], value: Any) -> bool:
    try:
        return usable(value)
    except (TypeError, ValueError):
        return False


def _which(table: str, number: int, row: Row) -> str:
    return f"message {row['message_id']}" if table == "messages" else f"row {number}"
