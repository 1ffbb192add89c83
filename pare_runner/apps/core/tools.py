"""Tools: methods of apps and screens that agents, users and the environment may call.

A decorator says who may call a tool, whether it writes, and which arguments are free text; signature and docstring say
the rest. `specs_of(cls)` is the registry of a class, built once from these.
"""

from __future__ import annotations

import enum
import functools
import inspect
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pare_runner.apps.core.capture import captured, is_capturing
from pare_runner.apps.core.codec import to_json
from pare_runner.apps.core.docstrings import Docstring, parse_docstring
from pare_runner.apps.core.shapes import Conversion, Shape, shape_of
from pare_runner.apps.core.transitions import Transition
from pare_runner.errors import bracketed_hint
from pare_runner.kernel.events import Action, EventType, OperationType

READ = OperationType.READ
WRITE = OperationType.WRITE
F = TypeVar("F", bound=Callable[..., Any])


class ToolKind(enum.Enum):
    """Who may call a tool: agents (`app`), the simulated user, the environment, population code (`data`)."""

    AGENT = "app"
    USER = "user"
    ENV = "env"
    DATA = "data"


@dataclass(frozen=True, slots=True)
class Declaration:
    """What a decorator said about a method."""

    operation: OperationType
    kinds: frozenset[ToolKind]
    free_text: frozenset[str]
    transitions: tuple[Transition, ...] = ()
    opens: bool = False


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a tool. `free_text`: wording that no check compares."""

    name: str
    shape: Shape
    required: bool
    default: Any
    description: str
    free_text: bool


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """Everything known about a tool."""

    name: str
    owner: str
    function: Callable[..., Any]
    operation: OperationType
    kinds: frozenset[ToolKind]
    arguments: tuple[Argument, ...]
    returns: str
    description: str
    returns_description: str
    transitions: tuple[Transition, ...]
    opens: bool = False
    """A tap made to get somewhere: planned taps may use it on their way."""
    by_name: dict[str, Argument] = field(repr=False, default_factory=dict)

    @property
    def event_type(self) -> EventType:
        """Type of the event a call logs when nobody else is named as its actor."""
        if ToolKind.AGENT in self.kinds:
            return EventType.AGENT
        return EventType.USER if ToolKind.USER in self.kinds else EventType.ENV

    @property
    def identifying(self) -> tuple[Argument, ...]:
        """The arguments that are not free text."""
        return tuple(argument for argument in self.arguments if not argument.free_text)

    def bind(self, given: Mapping[str, Any], called: str | None = None) -> dict[str, Any]:
        """`given` checked, converted and completed with defaults, in signature order.

        Raises TypeError naming the argument (unknown, missing or of a wrong type) and the tool, as it is `called`.
        """
        tool = called or self.name
        bound: dict[str, Any] = {}
        for argument in self.arguments:
            name = argument.name
            if name in given:
                value = given[name]
                if type(value) not in argument.shape.exact:
                    conversion = Conversion()
                    value = argument.shape.convert(value, conversion, (name,))
                    if conversion.problems:
                        path, message, hint = conversion.problems[0]
                        where = "".join(f"[{step!r}]" for step in path[1:])
                        raise TypeError(f"argument {name!r}{where} of {tool} {message}{f' ({hint})' if hint else ''}")
                bound[name] = value
            elif argument.required:
                raise TypeError(f"{tool} needs the argument {name!r}")
            else:
                bound[name] = argument.default
        for name in given:
            if name not in self.by_name:
                raise TypeError(f"{tool} has no argument {name!r}{bracketed_hint(name, self.by_name)}")
        return bound

    def parameters_schema(self) -> dict[str, Any]:
        """JSON Schema of the arguments as one object."""
        properties: dict[str, Any] = {}
        for argument in self.arguments:
            schema = dict(argument.shape.schema())
            if argument.description:
                schema["description"] = argument.description
            if not argument.required:
                schema["default"] = to_json(argument.default)
            properties[argument.name] = schema
        result: dict[str, Any] = {"type": "object", "properties": properties, "additionalProperties": False}
        required = [argument.name for argument in self.arguments if argument.required]
        return result | ({"required": required} if required else {})


def agent_tool(
    operation: OperationType,
    *,
    env: bool = False,
    data: bool = False,
    user: bool = False,
    text: Iterable[str] = (),
) -> Callable[[F], F]:
    """A tool of the flat API that agents see; `env`, `data` and `user` name who else may call it."""
    others = {ToolKind.ENV: env, ToolKind.DATA: data, ToolKind.USER: user}
    kinds = {ToolKind.AGENT} | {kind for kind, wanted in others.items() if wanted}
    return _declare(Declaration(operation, frozenset(kinds), frozenset(text)))


def env_tool(operation: OperationType, *, data: bool = False, text: Iterable[str] = ()) -> Callable[[F], F]:
    """Something that happens to the phone from outside."""
    kinds = {ToolKind.ENV} | ({ToolKind.DATA} if data else set())
    return _declare(Declaration(operation, frozenset(kinds), frozenset(text)))


def data_tool(operation: OperationType, *, text: Iterable[str] = ()) -> Callable[[F], F]:
    """A helper that populates an app before the run."""
    return _declare(Declaration(operation, frozenset({ToolKind.DATA}), frozenset(text)))


def user_tool(
    operation: OperationType,
    *,
    to: Transition | tuple[Transition, ...] = (),
    text: Iterable[str] = (),
    opens: bool | None = None,
) -> Callable[[F], F]:
    """A tap of the simulated user; `to` is where it leads (the first transition that applies).

    `opens` says that people make this tap to get somewhere, so planned taps may pass through it: READ taps do, a WRITE
    only when declared (opening a mail marks it read).
    """
    transitions = (to,) if isinstance(to, Transition) else to
    leads = operation is READ if opens is None else opens
    return _declare(Declaration(operation, frozenset({ToolKind.USER}), frozenset(text), transitions, leads))


def _declare(declaration: Declaration) -> Callable[[F], F]:
    def decorate(function: F) -> F:
        signature = inspect.signature(function)

        def describe_action(app: Any, given: Mapping[str, Any]) -> Action:
            return Action(
                app.name,
                type(app).__name__,
                function.__name__,
                dict(given),
                declaration.operation,
                EventType.USER if declaration.kinds == {ToolKind.USER} else EventType.AGENT,
            )

        @functools.wraps(function)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            if is_capturing():
                bound = signature.bind(self, *args, **kwargs)
                bound.apply_defaults()
                given = {name: value for name, value in bound.arguments.items() if name != "self"}
                return captured(describe_action(self, given))
            return function(self, *args, **kwargs)

        call.__tool__ = declaration  # type: ignore[attr-defined]
        call.describe_action = describe_action  # type: ignore[attr-defined]
        return typing.cast(F, call)

    return decorate


_SPECS: dict[type, dict[str, ToolSpec]] = {}


def specs_of(cls: type) -> dict[str, ToolSpec]:
    """Name → tool of a class, base classes first, in the order of definition."""
    if cls in _SPECS:
        return _SPECS[cls]
    found: dict[str, ToolSpec] = {}
    for owner in reversed(cls.__mro__):
        for name, member in vars(owner).items():
            declaration = getattr(member, "__tool__", None)
            if declaration is not None:
                found[name] = _spec(name, owner, member, declaration)
            elif name in found:
                del found[name]
    _SPECS[cls] = found
    return found


def _spec(name: str, owner: type, member: Any, declaration: Declaration) -> ToolSpec:
    function = member.__wrapped__
    hints = typing.get_type_hints(function, include_extras=True)
    document: Docstring = parse_docstring(function.__doc__ or "")
    arguments: list[Argument] = []
    for parameter in list(inspect.signature(function).parameters.values())[1:]:
        shape = shape_of(hints[parameter.name])
        required = parameter.default is inspect.Parameter.empty
        arguments.append(
            Argument(
                name=parameter.name,
                shape=shape,
                required=required,
                default=None if required else parameter.default,
                description=document.arguments.get(parameter.name, ""),
                free_text=parameter.name in declaration.free_text,
            )
        )
    unknown = declaration.free_text - {argument.name for argument in arguments}
    if unknown:
        raise TypeError(f"{owner.__name__}.{name}: free text {sorted(unknown)} is no argument")
    return ToolSpec(
        name=name,
        owner=owner.__name__,
        function=function,
        operation=declaration.operation,
        kinds=declaration.kinds,
        arguments=tuple(arguments),
        returns=_type_text(hints.get("return")),
        description=document.description,
        returns_description=document.returns,
        transitions=declaration.transitions,
        opens=declaration.opens,
        by_name={argument.name: argument for argument in arguments},
    )


def _type_text(annotation: Any) -> str:
    if annotation is None or annotation is type(None):
        return "NoneType"
    return shape_of(annotation).text
