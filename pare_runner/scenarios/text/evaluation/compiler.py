"""From Jinja's tree of an expression to functions that evaluate it.

Whatever is not named here does not exist for an expression: no attribute of a Python object, no global function, no
filter, test or method beyond the tables. So the sandbox is closed by construction, and the parts that could grow
without bound (texts, lists, numbers) are bounded where they are made. Compilation checks names on the first two levels,
filters, tests, methods and their arguments; it takes a tenth of the time that Jinja's own compiler takes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any, Final

from jinja2 import nodes

from pare_runner.errors import did_you_mean
from pare_runner.scenarios.text.evaluation.higher_order import (
    Code,
    Context,
    compile_filter,
    compile_test,
    named_arguments,
)
from pare_runner.scenarios.text.evaluation.methods import ARGUMENTS, call
from pare_runner.scenarios.text.evaluation.operations import OPERATIONS
from pare_runner.scenarios.text.evaluation.predicates import PRESENCE
from pare_runner.scenarios.text.evaluation.syntax import Malformed
from pare_runner.scenarios.text.evaluation.values import Missing, attribute, cut, item
from pare_runner.scenarios.text.views import view

Names = Mapping[str, Collection[str] | None]

_JINJA_FUNCTIONS: Final = frozenset({"range", "dict", "lipsum", "cycler", "joiner", "namespace"})


def compile_tree(tree: nodes.Expr, names: Names) -> tuple[Code, frozenset[str]]:
    """The function that evaluates `tree`, and the first-level names it uses; raises `Malformed`.

    `names` maps each name that may be used to the attributes it has, or to None if that is not known.
    """
    compiler = _Compiler(names)
    return compiler.code(tree), frozenset(compiler.used)


class _Compiler:
    def __init__(self, names: Names) -> None:
        self.names = names
        self.used: set[str] = set()

    def code(self, node: nodes.Node) -> Code:
        """The function of one node."""
        kind = type(node).__name__
        build = _BUILDERS.get(kind) or OPERATIONS.get(kind)
        if build is None:
            raise Malformed(_NOT_SUPPORTED.get(kind, f"this is not supported in expressions: {kind}"))
        return build(self, node)

    def _name(self, node: nodes.Name) -> Code:
        name = node.name
        if name not in self.names:
            if name in _JINJA_FUNCTIONS:
                raise Malformed(f"{name} does not exist in expressions")
            raise Malformed(f"unknown name {name!r}", did_you_mean(name, self.names))
        self.used.add(name)

        def load(context: Context) -> object:
            try:
                value = context[name]
            except KeyError:
                raise Missing(f"{name} has no value here") from None
            return view(value)

        return load

    def _getattr(self, node: nodes.Getattr) -> Code:
        name = node.attr
        self._check_attribute(node.node, name)
        source = self.code(node.node)
        return lambda context: attribute(source(context), name)

    def _getitem(self, node: nodes.Getitem) -> Code:
        key = node.arg
        if isinstance(key, nodes.Slice):
            source = self.code(node.node)
            start, stop, step = (self._optional(part) for part in (key.start, key.stop, key.step))
            return lambda context: cut(source(context), start(context), stop(context), step(context))
        if isinstance(key, nodes.Const) and isinstance(key.value, str):
            self._check_attribute(node.node, key.value)
        source, index = self.code(node.node), self.code(key)
        return lambda context: item(source(context), index(context))

    def _check_attribute(self, owner: nodes.Node, name: str) -> None:
        if name.startswith("_"):
            raise Malformed(f"names that begin with '_' cannot be read: {name!r}")
        if isinstance(owner, nodes.Name):
            allowed = self.names.get(owner.name)
            if allowed is not None and name not in allowed:
                raise Malformed(f"{owner.name} has no {name!r}", did_you_mean(name, allowed))

    def _optional(self, node: nodes.Expr | None) -> Code:
        return (lambda context: None) if node is None else self.code(node)

    def _call(self, node: nodes.Call) -> Code:
        if not isinstance(node.node, nodes.Getattr):
            called = f"{node.node.name}()" if isinstance(node.node, nodes.Name) else "this"
            raise Malformed(f"{called} cannot be called", "filters do the work of functions: x | length, x | sort, …")
        owner, name = node.node.node, node.node.attr
        if isinstance(owner, nodes.Name) and self.names.get(owner.name) is not None:
            raise Malformed(f"{owner.name} has no method {name}()")
        if name not in ARGUMENTS:
            raise Malformed(f"the method {name}() cannot be called", did_you_mean(name, ARGUMENTS, limit=20))
        arguments = self.positional(node, f"{name}()")
        least, most = ARGUMENTS[name]
        if not least <= len(arguments) <= most:
            wanted = str(least) if least == most else f"{least} to {most}"
            raise Malformed(f"{name}() takes {wanted} arguments, not {len(arguments)}")
        source = self.code(owner)
        return lambda context: call(source(context), name, [argument(context) for argument in arguments])

    def positional(self, node: nodes.Call | nodes.Filter | nodes.Test, user: str) -> list[Code]:
        """The arguments of a call that takes no named ones."""
        if node.kwargs:
            raise Malformed(f"{user} takes no named arguments")
        self.refuse_unpacking(node)
        return [self.code(argument) for argument in node.args]

    def refuse_unpacking(self, node: nodes.Call | nodes.Filter | nodes.Test) -> None:
        """Refuse `*list` and `**mapping` as arguments: their number could not be checked."""
        if node.dyn_args is not None or node.dyn_kwargs is not None:
            raise Malformed("'*' and '**' cannot stand before arguments")

    def _filter(self, node: nodes.Filter) -> Code:
        if node.node is None:
            raise Malformed("a filter needs a value before it")
        source = self.code(node.node)
        if node.name in ("default", "d"):
            return self._default(node, source)
        bind = compile_filter(self, node.name, node)
        if all(isinstance(argument, nodes.Const) for argument in [*node.args, *(pair.value for pair in node.kwargs)]):
            apply = bind({})  # constant arguments need no context
            return lambda context: apply(source(context))
        return lambda context: bind(context)(source(context))

    def _default(self, node: nodes.Filter, source: Code) -> Code:
        """`x | default(value, boolean=false)`: `value` where x is missing, with `boolean` also where x is empty."""
        self.refuse_unpacking(node)
        given = dict(zip(("default_value", "boolean"), node.args, strict=False))
        named = named_arguments(node)
        if len(node.args) > 2 or named.keys() & given.keys() or named.keys() - {"default_value", "boolean"}:
            raise Malformed("the filter default takes a value and boolean=true")
        arguments = {name: self.code(argument) for name, argument in {**given, **named}.items()}
        value = arguments.get("default_value") or self.code(nodes.Const(""))
        boolean = arguments.get("boolean") or self.code(nodes.Const(False))

        def apply(context: Context) -> object:
            try:
                found = source(context)
            except LookupError:
                return value(context)
            return value(context) if boolean(context) and not found else found

        return apply

    def _test(self, node: nodes.Test) -> Code:
        source = self.code(node.node)
        arguments = self.positional(node, f"the test {node.name}")
        if node.name in PRESENCE:
            if arguments:
                raise Malformed(f"the test {node.name} takes no arguments")
            present = PRESENCE[node.name]

            def is_there(context: Context) -> object:
                try:
                    source(context)
                except LookupError:
                    return not present
                return present

            return is_there
        bind = compile_test(self, node.name, arguments)
        return lambda context: bool(bind(context)(source(context)))


# By the class of the node; the others are in OPERATIONS.
_BUILDERS: Final[dict[str, Callable[[_Compiler, Any], Code]]] = {
    "Call": _Compiler._call,
    "Filter": _Compiler._filter,
    "Getattr": _Compiler._getattr,
    "Getitem": _Compiler._getitem,
    "Name": _Compiler._name,
    "Test": _Compiler._test,
}
_NOT_SUPPORTED: Final = {
    "Pow": "powers ('**') are not supported in expressions",
    "Slice": "a slice cannot stand here",
    "Keyword": "a named argument cannot stand here",
}
