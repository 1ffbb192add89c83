"""The JSON Schema of scenario files: what an editor completes and checks while a scenario is written.

Made from the dataclasses of `language` and the app classes, so it cannot disagree with the compiler about a key. It
cannot know everything the compiler knows: ids, handles of a file's own apps and taps are checked by the compiler only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from pare_runner.apps.core.app import App
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import ToolKind, ToolSpec, specs_of
from pare_runner.scenarios.checks.builder import KINDS as CHECK_KINDS
from pare_runner.scenarios.checks.matchers import OPERATORS
from pare_runner.scenarios.compiler.sections import MAX_NAME, RESERVED
from pare_runner.scenarios.compiler.steps import KINDS as EVENT_KINDS
from pare_runner.scenarios.language import AllowEntry, CheckEntry, EventEntry, RulesEntry, RuleStepEntry, ScenarioFile
from pare_runner.scenarios.schema_shapes import RESULT, TEMPLATE, Schema, ShapeSchemas, any_of, ref

DRAFT = "https://json-schema.org/draft/2020-12/schema"

_HANDLE = r"^[A-Za-z_][A-Za-z0-9_]*$"
_CALL = r"^[A-Za-z_][A-Za-z0-9_]*\.[A-Za-z_][A-Za-z0-9_]*$"
_ENV = (ToolKind.ENV, ToolKind.DATA, ToolKind.AGENT)
_LISTS = ("contains_any", "contains_all", "same_items")
_HANDLES = {"StatefulApartmentApp": "apartments"} | {cls.__name__: handle for handle, cls in RESERVED.items()}


def scenario_schema(classes: Mapping[str, type[App]]) -> Schema:
    """The schema (draft 2020-12) of a file that may use the app classes `classes`."""
    defs: dict[str, Any] = {"template": TEMPLATE, "result": RESULT, "matcher": _matcher(), "operators": _operators()}
    language = ShapeSchemas(defs, results=False)
    top = language.properties(ScenarioFile)
    top["properties"]["apps"] |= _apps(classes, defs)
    for entry, kinds in ((EventEntry, EVENT_KINDS), (CheckEntry, CHECK_KINDS)):
        defs[entry.__name__]["oneOf"] = [{"required": [kind]} for kind in kinds]
    _Calls(classes, defs).complete()
    rules = defs[RulesEntry.__name__]["properties"]
    for name in ("accept_when", "reject_when"):
        options: list[Schema] = [{"type": ["string", "null"]}, ref("operators")]
        rules[name] = {"description": rules[name]["description"], **any_of(options)}
    return {"$schema": DRAFT, "title": "A scenario of pare_runner", **top, "$defs": dict(sorted(defs.items()))}


def default_handle(cls: type[App]) -> str:
    """The handle an app usually has in a file: `messages` for StatefulMessagingApp."""
    return _HANDLES.get(cls.__name__) or (cls.name_in_benchmark or cls.__name__).casefold()


def _apps(classes: Mapping[str, type[App]], defs: dict[str, Any]) -> Schema:
    sections = ShapeSchemas(defs, results=False)
    branches: list[Schema] = []
    for name, cls in classes.items():
        empty: Schema = {"type": "object", "properties": {}}
        section = sections.properties(cls.section) if cls.section is not None else empty
        section["description"] = _summary(cls)
        section["properties"] = {
            "type": {"const": name},
            "name": {"type": "string", "minLength": 1, "maxLength": MAX_NAME, "description": "Name of the app."},
            "state": {"type": ["object", "null"], "description": "The raw state instead of the keys below."},
            **section["properties"],
        }
        section["additionalProperties"] = False
        defs[f"section_{name}"] = section
        branches.append(
            {"if": {"properties": {"type": {"const": name}}, "required": ["type"]}, "then": ref(f"section_{name}")}
        )
    return {
        "type": "object",
        "propertyNames": {"pattern": _HANDLE},
        "additionalProperties": {
            "type": "object",
            "required": ["type"],
            "properties": {"type": {"enum": list(classes), "description": "Class of the app."}},
            "allOf": branches,
        },
    }


def _matcher() -> Schema:
    """What `compile_matcher` takes: a value, or operators; a mapping without any operator is a value."""
    value = {"type": "object", "propertyNames": {"not": {"enum": list(OPERATORS)}}}
    return any_of([{"not": {"type": "object"}}, ref("operators"), value])


def _operators() -> Schema:
    listed = {"type": "array", "minItems": 1}
    bound = {"type": ["number", "string"]}
    near = {"type": "object", "properties": {"value": bound, "within": bound}, "additionalProperties": False}
    operands: dict[str, Schema] = {name: {} for name in OPERATORS}
    operands |= dict.fromkeys(_LISTS, listed) | dict.fromkeys(("min", "max"), bound)
    operands |= {
        "any_of": {**listed, "items": ref("matcher")},
        "not": ref("matcher"),
        "near": {**near, "required": ["value", "within"]},
        "empty": {"type": "boolean"},
        "regex": {"type": "string"},
    }
    return {"type": "object", "properties": operands, "additionalProperties": False, "minProperties": 1}


class _Calls:
    """Completion of `handle.tool`, and the arguments of each tool."""

    def __init__(self, classes: Mapping[str, type[App]], defs: dict[str, Any]) -> None:
        self._classes, self._defs = classes, defs
        self._arguments = ShapeSchemas(defs, results=True)
        self._known: dict[str, list[tuple[str, ToolSpec]]] = {
            "env": [(handle, spec) for handle, spec in self._tools(_ENV)],
            "agent": [(handle, spec) for handle, spec in self._tools((ToolKind.AGENT,))],
            "user": list(self._taps()),
        }
        self._known["called"] = self._known["attempted"] = [
            found for kind in ("agent", "user", "env") for found in self._known[kind]
        ]
        self._known["call"] = self._known["agent"]

    def complete(self) -> None:
        """Extend the entries of events, checks and `allow`."""
        event, check = self._defs[EventEntry.__name__], self._defs[CheckEntry.__name__]
        allow, rule = self._defs[AllowEntry.__name__], self._defs[RuleStepEntry.__name__]
        kinds_of = (
            (event, ("env", "agent", "user")),
            (check, ("called", "attempted")),
            (allow, ("call",)),
            (rule, ("user",)),
        )
        for entry, kinds in kinds_of:
            for kind in kinds:
                entry["properties"][kind] = self._call(kind, entry["properties"][kind]["description"])
        event["allOf"] = self._rules(("env", "agent", "user"), self._call_arguments)
        event["properties"]["match"] = _matchers_for(None, event["properties"]["match"]["description"])
        check["allOf"] = self._rules(("called", "attempted"), self._tested_arguments)
        check["properties"]["args"] = _matchers_for(None, check["properties"]["args"]["description"])
        rule["allOf"] = [*rule.get("allOf", ()), *self._rules(("user",), self._call_arguments)]
        allow["allOf"] = [*allow.get("allOf", ()), *self._rules(("call",), self._tested_arguments)]

    def _call(self, kind: str, description: str) -> Schema:
        names = list(dict.fromkeys(f"{handle}.{spec.name}" for handle, spec in self._known[kind]))
        return {
            "description": description,
            "type": "string",
            "anyOf": [{"enum": names}, {"pattern": _CALL}, ref("template")],
        }

    def _rules(self, kinds: Iterable[str], arguments: Callable[[str, str, list[ToolSpec]], Schema]) -> list[Schema]:
        """For each tool name: what stands in `args` when the call names it, whatever the handle is."""
        rules: list[Schema] = []
        for kind in kinds:
            by_name: dict[str, list[ToolSpec]] = {}
            for _, spec in self._known[kind]:
                specs = by_name.setdefault(spec.name, [])
                if spec not in specs:
                    specs.append(spec)
            for name, specs in sorted(by_name.items()):
                then = arguments(kind, name, specs)
                rules.append(
                    {"if": {"properties": {kind: {"pattern": rf"\.{name}$"}}, "required": [kind]}, "then": then}
                )
        return rules

    def _call_arguments(self, kind: str, name: str, specs: list[ToolSpec]) -> Schema:
        args = self._shared(f"args_{name}", kind, any_of([self._arguments_of(spec) for spec in specs]))
        needed = all(any(argument.required for argument in spec.arguments) for spec in specs)
        return {"properties": {"args": args}} | ({"required": ["args"]} if needed else {})

    def _tested_arguments(self, kind: str, name: str, specs: list[ToolSpec]) -> Schema:
        names = dict.fromkeys(argument.name for spec in specs for argument in spec.arguments)
        return {"properties": {"args": self._shared(f"match_{name}", kind, _matchers_for(names))}}

    def _shared(self, key: str, kind: str, schema: Schema) -> Schema:
        """A definition of `schema`, one for all kinds of call that take the same."""
        while self._defs.setdefault(key, schema) != schema:
            key += f"_{kind}"
        return ref(key)

    def _arguments_of(self, spec: ToolSpec) -> Schema:
        properties: Schema = {}
        for argument in spec.arguments:
            schema = self._arguments.of(argument.shape)
            properties[argument.name] = {"description": argument.description, **schema}
        result = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [argument.name for argument in spec.arguments if argument.required]
        described = {"description": spec.description} if spec.description else {}
        return described | result | ({"required": required} if required else {})

    def _tools(self, kinds: tuple[ToolKind, ...]) -> Iterable[tuple[str, ToolSpec]]:
        for cls in self._classes.values():
            tools = cls.tools(*kinds).values()
            for spec in sorted(tools, key=lambda spec: kinds[0] not in spec.kinds):
                yield default_handle(cls), spec

    def _taps(self) -> Iterable[tuple[str, ToolSpec]]:
        for cls in self._classes.values():
            tools = {name: spec for name, spec in specs_of(cls).items() if ToolKind.USER in spec.kinds}
            for spec in tools.values():
                yield default_handle(cls), spec
            for screen in cls.screens if issubclass(cls, StatefulApp) else ():
                for spec in screen.tools().values():
                    yield default_handle(cls), spec


def _matchers_for(names: Iterable[str] | None, description: str | None = None) -> Schema:
    """Argument → matcher, for some arguments or for any."""
    described = {"description": description} if description else {}
    if names is None:
        return described | {"type": ["object", "null"], "additionalProperties": ref("matcher")}
    properties = dict.fromkeys(names, ref("matcher"))
    return described | {"type": ["object", "null"], "properties": properties, "additionalProperties": False}


def _summary(cls: type[App]) -> str:
    return (cls.__doc__ or cls.__name__).strip().partition("\n")[0]
