"""The nodes of an expression that combine values: comparisons, arithmetic, logic, texts, lists and mappings.

Each function compiles one kind of node; `OPERATIONS` finds it by the class of the node.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from jinja2 import nodes

from pare_runner.scenarios.text.evaluation.higher_order import Code, Compiler, Context
from pare_runner.scenarios.text.evaluation.operators import ARITHMETIC, COMPARISONS, bounded, joined, negative, positive
from pare_runner.scenarios.text.evaluation.syntax import SURROGATE, Malformed
from pare_runner.scenarios.text.evaluation.values import Refused
from pare_runner.scenarios.text.views import MappingView


def const_code(compiler: Compiler, node: nodes.Const) -> Code:
    value = node.value
    if isinstance(value, str) and SURROGATE.search(value):
        raise Malformed("a text contains half of a surrogate pair")
    if isinstance(value, int | float):
        try:
            bounded(value)
        except Refused as error:
            raise Malformed(str(error)) from None
    return lambda context: value


def compare_code(compiler: Compiler, node: nodes.Compare) -> Code:
    first = compiler.code(node.expr)
    rest = [(COMPARISONS[operand.op], compiler.code(operand.expr)) for operand in node.ops]
    if len(rest) == 1:
        compare, second = rest[0]
        return lambda context: compare(first(context), second(context))

    def chain(context: Context) -> object:
        left = first(context)
        for compare, code in rest:
            right = code(context)
            if not compare(left, right):
                return False
            left = right
        return True

    return chain


def arithmetic_code(compiler: Compiler, node: nodes.BinExpr) -> Code:
    kind = type(node).__name__
    if kind != "Add" and any(_is_collection(operand) for operand in (node.left, node.right)):
        raise Malformed(f"'{node.operator}' is for numbers only")
    apply, left, right = ARITHMETIC[kind], compiler.code(node.left), compiler.code(node.right)
    return lambda context: apply(left(context), right(context))


def _is_collection(node: nodes.Expr) -> bool:
    """Whether a node is a text, list or mapping whatever the state is."""
    if isinstance(node, nodes.Const):
        return isinstance(node.value, str)
    return isinstance(node, nodes.List | nodes.Tuple | nodes.Dict | nodes.Concat)


def and_code(compiler: Compiler, node: nodes.And) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    return lambda context: left(context) and right(context)


def or_code(compiler: Compiler, node: nodes.Or) -> Code:
    left, right = compiler.code(node.left), compiler.code(node.right)
    return lambda context: left(context) or right(context)


def not_code(compiler: Compiler, node: nodes.Not) -> Code:
    source = compiler.code(node.node)
    return lambda context: not source(context)


def neg_code(compiler: Compiler, node: nodes.Neg) -> Code:
    source = compiler.code(node.node)
    return lambda context: negative(source(context))


def pos_code(compiler: Compiler, node: nodes.Pos) -> Code:
    source = compiler.code(node.node)
    return lambda context: positive(source(context))


def concat_code(compiler: Compiler, node: nodes.Concat) -> Code:
    parts = [compiler.code(part) for part in node.nodes]
    return lambda context: joined(*(part(context) for part in parts))


def condexpr_code(compiler: Compiler, node: nodes.CondExpr) -> Code:
    if node.expr2 is None:
        raise Malformed("'a if condition' needs an 'else'")
    condition, then, otherwise = compiler.code(node.test), compiler.code(node.expr1), compiler.code(node.expr2)
    return lambda context: then(context) if condition(context) else otherwise(context)


def list_code(compiler: Compiler, node: nodes.List | nodes.Tuple) -> Code:
    parts = [compiler.code(part) for part in node.items]
    return lambda context: tuple(part(context) for part in parts)


def dict_code(compiler: Compiler, node: nodes.Dict) -> Code:
    pairs = [(compiler.code(pair.key), compiler.code(pair.value)) for pair in node.items]

    def make(context: Context) -> object:
        made: dict[object, object] = {}
        for key_code, value_code in pairs:
            key = key_code(context)
            if not isinstance(key, str | int | float | None):
                raise Refused("the key of a mapping must be a text or a number")
            made[key] = value_code(context)
        return MappingView(made)

    return make


OPERATIONS: Final[dict[str, Callable[[Compiler, Any], Code]]] = {
    **dict.fromkeys(ARITHMETIC, arithmetic_code),
    "And": and_code,
    "Compare": compare_code,
    "Concat": concat_code,
    "CondExpr": condexpr_code,
    "Const": const_code,
    "Dict": dict_code,
    "List": list_code,
    "Neg": neg_code,
    "Not": not_code,
    "Or": or_code,
    "Pos": pos_code,
    "Tuple": list_code,
}
