"""Objects in texts that PARE wrote with `str()`: data taken out of Python reprs, without running anything."""

from __future__ import annotations

import ast
import re
from datetime import UTC, datetime
from typing import Any

_FIELD = re.compile(r"^\s*([A-Z][A-Za-z ]*?):\s*(.+?)\s*$", re.MULTILINE)


def objects_in(text: str, name: str) -> list[dict[str, Any]]:
    """The objects of class `name` in a repr like `[Reminder(title='x', due_datetime=datetime.datetime(…))]`.

    Values that are neither literals nor datetimes are left out; a text that is no repr holds no objects.
    """
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return []
    found: list[dict[str, Any]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name:
            pairs = ((item.arg, _value(item.value)) for item in node.keywords if item.arg is not None)
            found.append({key: value for key, value in pairs if value is not ...})
    return found


def shown_fields(text: str) -> dict[str, str]:
    """The lines `Ride ID: x` of a text as `{ride_id: x}`."""
    return {name.lower().replace(" ", "_"): value for name, value in _FIELD.findall(text)}


def _value(node: ast.expr) -> Any:
    if isinstance(node, ast.Call):
        return _datetime(node)
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, MemoryError, RecursionError):
        return ...


def _datetime(node: ast.Call) -> Any:
    """`datetime.datetime(2025, 11, 18, 9, 1, tzinfo=datetime.timezone.utc)` as ISO text; PARE's are in UTC."""
    if not isinstance(node.func, ast.Attribute) or node.func.attr != "datetime":
        return ...
    try:
        numbers = [int(ast.literal_eval(argument)) for argument in node.args]
    except (ValueError, TypeError):
        return ...
    if len(numbers) < 3:
        return ...
    hour, minute, second, microsecond = (*numbers[3:7], 0, 0, 0, 0)[:4]
    try:
        return datetime(numbers[0], numbers[1], numbers[2], hour, minute, second, microsecond, UTC).isoformat()
    except ValueError:
        return ...
