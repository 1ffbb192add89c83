"""Filters and tests with their arguments: select, reject, selectattr, rejectattr, map, and those that take values only.

A filter is compiled to a function of the context that evaluates the arguments once and returns what is to be applied to
the value, or to every item: without this step nested arguments would be evaluated once for every item of every level.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from functools import cache, partial
from typing import Any, Final, Protocol

from jinja2 import nodes

from pare_runner.errors import did_you_mean
from pare_runner.scenarios.text.evaluation.filters import ATTRIBUTE_ARGUMENTS, FILTERS
from pare_runner.scenarios.text.evaluation.predicates import PREDICATES, PRESENCE
from pare_runner.scenarios.text.evaluation.syntax import Malformed
from pare_runner.scenarios.text.evaluation.values import Getter, Refused, getter, items_of

Context = Mapping[str, object]
Code = Callable[[Context], object]
Apply = Callable[[Any], object]
Bind = Callable[[Context], Apply]

_SELECTING: Final = {"select": True, "reject": False, "selectattr": True, "rejectattr": False}


class Compiler(Protocol):
    """What compiles the arguments."""

    def code(self, node: nodes.Node) -> Code: ...

    def refuse_unpacking(self, node: nodes.Filter) -> None: ...


def compile_filter(compiler: Compiler, name: str, node: nodes.Filter, skip: int = 0) -> Bind:
    """The filter `name` with the arguments of `node`, without the first `skip` of them."""
    compiler.refuse_unpacking(node)
    arguments = node.args[skip:]
    if name in _SELECTING:
        return _selecting(compiler, name, arguments, node)
    if name == "map":
        return _mapping(compiler, arguments, node, skip)
    if name not in FILTERS:
        raise Malformed(f"unknown filter {name!r}", did_you_mean(name, [*FILTERS, *_SELECTING, "map"]))
    named = named_arguments(node)
    _check_arguments("filter", name, FILTERS[name], len(arguments), tuple(named))
    _check_attribute_argument(name, arguments, named)
    if not arguments and not named:
        plain: Apply = FILTERS[name]
        return lambda context: plain
    codes = [compiler.code(argument) for argument in arguments]
    named_codes = {key: compiler.code(value) for key, value in named.items()}

    def bind(context: Context) -> Apply:
        values = [code(context) for code in codes]
        named_values = {key: code(context) for key, code in named_codes.items()}
        function = FILTERS[name]
        return lambda value: function(value, *values, **named_values)

    return bind


def named_arguments(node: nodes.Filter) -> dict[str, nodes.Expr]:
    """The named arguments of a filter, as a dict."""
    return {str(pair.key): pair.value for pair in node.kwargs}


def compile_test(compiler: Compiler, name: str, arguments: list[Code]) -> Bind:
    """The test `name` with compiled arguments."""
    if name not in PREDICATES:
        raise Malformed(f"unknown test {name!r}", did_you_mean(name, [*PREDICATES, *PRESENCE]))
    predicate = PREDICATES[name]
    _check_arguments("test", name, predicate, len(arguments), ())
    if not arguments:
        return lambda context: predicate
    (only,) = arguments  # no test takes more

    def bind(context: Context) -> Apply:
        operand = only(context)
        return lambda value: predicate(value, operand)

    return bind


def _selecting(compiler: Compiler, name: str, arguments: list[nodes.Expr], node: nodes.Filter) -> Bind:
    """`select('test', ...)`, `selectattr('attribute', 'test', ...)` and their opposites; without a test: truth."""
    if node.kwargs:
        raise Malformed(f"the filter {name} takes no named arguments")
    keep, read = _SELECTING[name], None
    if name.endswith("attr"):
        if not arguments:
            raise Malformed(f"the filter {name} needs the name of an attribute")
        read, arguments = _attribute(arguments[0], name), arguments[1:]
    if not arguments:
        return lambda context: _selector(name, keep, read, bool)
    test = _constant(arguments[0], f"the test of {name}")
    if test in PRESENCE:
        if len(arguments) > 1:
            raise Malformed(f"the test {test} takes no arguments")
        there = PRESENCE[test]
        return lambda context: _presence_selector(name, keep is there, read)
    bind = compile_test(compiler, test, [compiler.code(argument) for argument in arguments[1:]])
    return lambda context: _selector(name, keep, read, bind(context))


def _selector(name: str, keep: bool, read: Getter | None, test: Apply) -> Apply:
    if read is None:
        return lambda value: tuple(item for item in items_of(value, name) if bool(test(item)) is keep)
    return lambda value: tuple(item for item in items_of(value, name) if bool(test(read(item))) is keep)


def _presence_selector(name: str, keep: bool, read: Getter | None) -> Apply:
    def is_there(item: object) -> bool:
        if read is not None:
            try:
                read(item)
            except LookupError:
                return False
        return True

    return lambda value: tuple(item for item in items_of(value, name) if is_there(item) is keep)


def _mapping(compiler: Compiler, arguments: list[nodes.Expr], node: nodes.Filter, skip: int) -> Bind:
    """`map('filter', ...)` or `map(attribute='a.b', default=...)`."""
    named = named_arguments(node)
    if not arguments:
        if "attribute" not in named or named.keys() - {"attribute", "default"}:
            raise Malformed("the filter map needs the name of a filter, or attribute='...' and perhaps default=...")
        read = _attribute(named["attribute"], "map")
        if "default" not in named:
            return lambda context: lambda value: tuple(map(read, items_of(value, "map")))
        default = compiler.code(named["default"])

        def bind_default(context: Context) -> Apply:
            read_or = partial(_read_or, read, default(context))
            return lambda value: tuple(map(read_or, items_of(value, "map")))

        return bind_default
    inner = compile_filter(compiler, _constant(arguments[0], "the filter of map"), node, skip + 1)

    def bind(context: Context) -> Apply:
        apply = inner(context)
        return lambda value: tuple(map(apply, items_of(value, "map")))

    return bind


def _read_or(read: Getter, default: object, item: object) -> object:
    try:
        return read(item)
    except LookupError:
        return default


def _attribute(node: nodes.Expr, user: str) -> Getter:
    if isinstance(node, nodes.Const):
        try:
            return getter(node.value)
        except Refused as error:
            raise Malformed(str(error)) from None
    raise Malformed(f"the attribute of {user} must be written as a text in quotes")


def _constant(node: nodes.Expr, what: str) -> str:
    if isinstance(node, nodes.Const) and isinstance(node.value, str):
        return node.value
    raise Malformed(f"{what} must be a name in quotes")


def _check_attribute_argument(name: str, arguments: list[nodes.Expr], named: Mapping[str, nodes.Expr]) -> None:
    place = ATTRIBUTE_ARGUMENTS.get(name)
    if place is None:
        return
    given = arguments[place] if place < len(arguments) else named.get("attribute")
    if isinstance(given, nodes.Const) and isinstance(given.value, str):
        for part in given.value.split(",") if name == "sort" else [given.value]:
            _attribute(nodes.Const(part.strip()), name)
    elif given is not None and not isinstance(given, nodes.Const):
        raise Malformed(f"the attribute of {name} must be written as a text in quotes")


def _check_arguments(kind: str, name: str, function: Callable[..., Any], count: int, named: tuple[str, ...]) -> None:
    try:
        _signature(function).bind(None, *[None] * count, **dict.fromkeys(named))
    except TypeError as error:
        raise Malformed(f"the {kind} {name} cannot take these arguments: {error}") from None


@cache
def _signature(function: Callable[..., Any]) -> inspect.Signature:
    return inspect.signature(function)
