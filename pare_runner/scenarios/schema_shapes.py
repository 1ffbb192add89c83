"""JSON Schema of shapes as a scenario file writes them.

A file may write `{{ … }}` for any value, and in arguments `{from: EVENT}` for any value at any depth; a data model
takes its fields by alias or by documented name. `Shape.schema` knows nothing of this: it describes plain JSON.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from pare_runner.apps.core.shapes import Enumerated, ListOf, MapOf, Model, Scalar, Shape, TupleOf, Union

Schema = dict[str, Any]

TEMPLATE: Schema = {"type": "string", "pattern": r"\{\{"}
RESULT: Schema = {
    "type": "object",
    "description": "The result of an event, or what stands at `path` in it.",
    "properties": {
        "from": {"type": "string", "description": "Id of the event."},
        "path": {"type": "string", "description": "Where in its result: `a.b[0].c`."},
    },
    "required": ["from"],
    "additionalProperties": False,
}


def ref(name: str) -> Schema:
    """A reference to a definition."""
    return {"$ref": f"#/$defs/{name}"}


def any_of(options: list[Schema]) -> Schema:
    """One of `options`, duplicates removed."""
    unique: list[Schema] = []
    for option in options:
        if option not in unique:
            unique.append(option)
    return unique[0] if len(unique) == 1 else {"anyOf": unique}


class ShapeSchemas:
    """Makes schemas of shapes; those of data models go to `defs`. With `results` a value may be `{from: EVENT}`."""

    def __init__(self, defs: dict[str, Any], *, results: bool) -> None:
        self._defs = defs
        self._results = results
        self._names: dict[type, str] = {}

    def of(self, shape: Shape) -> Schema:
        """The schema of what may be written for `shape`."""
        options = [self._plain(option) for option in _flat(shape)]
        if any(not option for option in options):
            return {}
        if not any("string" in option.get("type", ()) for option in options):
            options.append(ref("template"))
        if self._results:
            options.append(ref("result"))
        schema = any_of(options)
        if any(set(option) - {"type", "$ref"} for option in options):
            return schema
        # Plain types come hundreds of times: each combination is one definition.
        name = "_or_".join(_name(option) for option in options)
        self._defs.setdefault(name, schema)
        return ref(name)

    def model(self, model: type) -> Schema:
        """A reference to the definition of a data model."""
        if model not in self._names:
            name = model.__name__ + ("Argument" if self._results else "")
            while name in self._defs:
                name += "_"
            self._names[model] = name
            self._defs[name] = {}  # a model may contain itself
            self._defs[name] = self.properties(model)
        return ref(self._names[model])

    def properties(self, model: type, described: Mapping[str, str] | None = None) -> Schema:
        """The object a data model is written as."""
        found: Schema = {}
        needed: list[Schema] = []
        shapes = {name: (shape, required) for name, shape, required in Model(model).fields.values()}
        for item in dataclasses.fields(model):
            if item.metadata.get("hidden"):
                continue
            shape, required = shapes[item.name]
            schema = self.of(shape)
            doc = item.metadata.get("doc") or (described or {}).get(item.name)
            if doc:
                schema = {"description": doc, **schema}
            alias = item.metadata.get("alias")
            keys = [alias, item.name] if alias and not item.name.endswith("_") else [alias or item.name]
            found |= dict.fromkeys(keys, schema)
            if required:
                needed.append({"required": keys} if len(keys) == 1 else any_of([{"required": [key]} for key in keys]))
        schema = {"type": "object", "properties": found, "additionalProperties": False}
        return schema | ({"allOf": needed} if needed else {})

    def _plain(self, shape: Shape) -> Schema:
        if isinstance(shape, Model):
            return self.model(shape.model)
        if isinstance(shape, ListOf):
            return {"type": "array", "items": self.of(shape.item)}
        if isinstance(shape, TupleOf):
            return {"type": "array", "items": any_of([self.of(item) for item in shape.items])}
        if isinstance(shape, MapOf):
            return {"type": "object", "additionalProperties": self.of(shape.value)}
        if isinstance(shape, Enumerated):
            return any_of([shape.schema(), {"enum": _spellings(shape)}])
        schema = shape.schema()
        if type(shape) is Scalar:
            return schema
        return {key: value for key, value in schema.items() if key != "description"}


def _name(option: Schema) -> str:
    kind = option.get("$ref", "").rpartition("/")[2] or option["type"]
    return kind if isinstance(kind, str) else "_or_".join(kind)


def _flat(shape: Shape) -> list[Shape]:
    return [part for option in shape.options for part in _flat(option)] if isinstance(shape, Union) else [shape]


def _spellings(shape: Enumerated) -> list[str]:
    """Other ways to write a member: its name, and any case people use."""
    given = [text for member in shape.members for text in (str(member.value), member.name)]
    spelled = [form for text in given for form in (text, text.lower(), text.upper(), text.capitalize())]
    return sorted(set(spelled) - {str(member.value) for member in shape.members})
