"""The JSON of a diff fits its schema, and the schema describes all of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pare_runner.analysis.diff.as_json import FORMAT
from pare_runner.analysis.diff.compare import diff
from tests.analysis.diff.conftest import EDITED, Rows, Sweeps

SCHEMA: dict[str, Any] = json.loads((Path(__file__).parents[3] / "docs" / "diff.schema.json").read_text())
TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,), "array": (list,), "string": (str,), "boolean": (bool,), "null": (type(None),),
    "integer": (int,), "number": (int, float),
}  # fmt: skip


def problems(value: Any, schema: dict[str, Any], at: str = "$") -> Iterator[str]:
    """What in `value` does not fit, for the keywords that the schema uses."""
    unknown = set(schema) - {
        "$schema", "$defs", "$ref", "title", "description", "type", "const", "enum", "anyOf", "properties", "required",
        "additionalProperties", "items",
    }  # fmt: skip
    assert not unknown, f"the schema uses {unknown}"
    if "$ref" in schema:
        yield from problems(value, SCHEMA["$defs"][schema["$ref"].rpartition("/")[2]], at)
    if "anyOf" in schema and all(list(problems(value, option)) for option in schema["anyOf"]):
        yield f"{at} fits none of {schema['anyOf']}"
    if "const" in schema and value != schema["const"]:
        yield f"{at} is {value!r}"
    if "enum" in schema and value not in schema["enum"]:
        yield f"{at} is {value!r}, not one of {schema['enum']}"
    names = schema.get("type", [])
    kinds = [kind for name in ([names] if isinstance(names, str) else names) for kind in TYPES[name]]
    if kinds and (type(value) not in kinds):
        yield f"{at} is a {type(value).__name__}"
    elif isinstance(value, dict):
        properties, extra = schema.get("properties", {}), schema.get("additionalProperties", True)
        yield from (f"{at} has no {name}" for name in schema.get("required", ()) if name not in value)
        for name, item in value.items():
            if name in properties:
                yield from problems(item, properties[name], f"{at}.{name}")
            elif extra is False:
                yield f"{at} has {name}"
            elif isinstance(extra, dict):
                yield from problems(item, extra, f"{at}.{name}")
    elif isinstance(value, list) and "items" in schema:
        for number, item in enumerate(value):
            yield from problems(item, schema["items"], f"{at}[{number}]")


def fits(value: Any) -> None:
    text = json.dumps(value, allow_nan=False)
    assert list(problems(json.loads(text), SCHEMA)) == []


def test_the_check_of_the_schema_finds_what_does_not_fit(sweeps: Sweeps) -> None:
    value = diff(sweeps.base, sweeps.edited).as_json()
    broken = value | {"moved": [{**value["moved"][0], "rate": {"a": "1"}}], "identical": None, "more": 1}
    assert list(problems(broken, SCHEMA)) == [
        "$.moved[0].rate has no b",
        "$.moved[0].rate.a is a str",
        "$.identical is a NoneType",
        "$ has more",
    ]


def test_moved_and_config_stand_first(sweeps: Sweeps) -> None:
    value = diff(sweeps.base, sweeps.edited).as_json()
    assert list(value)[:3] == ["moved", "config", "format"]
    assert list(SCHEMA["properties"])[:2] == ["moved", "config"]
    assert SCHEMA["properties"]["format"] == {"const": FORMAT}
    (item,) = value["moved"]
    assert item["base_scenario_id"] == EDITED
    assert item["first_decision"]["shown"]["b"]["arguments"]["event_id"] == "standup"


@pytest.mark.parametrize("side", ["same", "edited", "rechecked"])
def test_diffs_of_sweeps_fit(sweeps: Sweeps, side: str) -> None:
    fits(diff(sweeps.base, getattr(sweeps, side), margin=0.1).as_json())


def test_diffs_of_models_fit(sweeps: Sweeps) -> None:
    jobs = [next(sweeps.base.glob(f"model={model},noise=none*")) for model in ("scripted", "random")]
    fits(diff(*jobs, estimand="benchmark").as_json())


def test_diffs_of_rows_fit(rows: Rows) -> None:
    a = rows("a", [{"base_scenario_id": f"s{n}", "proposal_count": n} for n in range(5)])
    b = rows(
        "b", [{"base_scenario_id": f"s{n}", "ok": (True, False, None)[n % 3], "proposal_count": 1} for n in range(6)]
    )
    c = rows("c", [{"base_scenario_id": "t"}])
    for one, two in ((a, b), (b, a), (a, c), (c, c)):
        fits(diff(one, two, margin=0.1).as_json())
