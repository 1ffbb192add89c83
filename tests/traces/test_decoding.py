"""Values of hf traces: JSON and Python's notation read alike, and nothing else is taken for a value."""

from __future__ import annotations

import json
import random
from typing import Any

import pytest

from pare_runner.kernel.references import Ref
from pare_runner.traces.decoding import base_type, decode, decode_returned, reference
from pare_runner.traces.values import argument, plain


@pytest.mark.parametrize(
    ("value", "value_type", "expected"),
    [
        (None, None, None),
        ("None", "NoneType", None),
        ("None", "str", "None"),
        ("text", None, "text"),
        ("", "str", ""),
        ("7", "int", 7),
        ("-0.5", "float", -0.5),
        ("True", "bool", True),
        ("true", "Optional[bool]", True),
        ("no", "bool", False),
        ("['a', \"b\"]", "list", ["a", "b"]),
        ('["a"]', "list[str]", ["a"]),
        ("{'a': None, 'b': (1, 2)}", "dict", {"a": None, "b": [1, 2]}),
        ("{1: 'x'}", "dict", {"1": "x"}),
        ("('a', 'b')", "tuple", ["a", "b"]),
        ("{'b', 'a'}", "set", ["a", "b"]),
        ("[]", "list | None", []),
        ("[123456789012345678901234567890]", "list", [123456789012345678901234567890]),
        ("{{reads.items}}", "list", "{{reads.items}}"),
        ("Gender.MALE", "Gender", "Gender.MALE"),
    ],
)
def test_values(value: str | None, value_type: str | None, expected: Any) -> None:
    assert decode(value, value_type) == expected


@pytest.mark.parametrize(
    ("value", "value_type"),
    [
        ("x", "int"),
        ("1.5", "int"),
        ("maybe", "bool"),
        ("[Note(title='x')]", "list"),
        ("{'a': 1}", "list"),
        ("[1", "list"),
        ("__import__('os')", "list"),
        ("[" * 100_000, "list"),
        ("3", "dict"),
        ("{[]: 1}", "dict"),
    ],
)
def test_a_text_that_is_none_of_its_type(value: str, value_type: str) -> None:
    with pytest.raises(ValueError, match="is no "):
        decode(value, value_type)
    assert decode_returned(value, value_type) == value


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("list[str]", "list"),
        ("Optional[list[str]]", "list"),
        ("Union[str, None]", "str"),
        ("typing.Optional[typing.Dict[str, int]]", "Dict"),
        ("str | None", "str"),
        ("NoneType", "NoneType"),
    ],
)
def test_the_first_type_counts(text: str, name: str) -> None:
    assert base_type(text) == name


def test_references_name_the_longest_id_that_fits() -> None:
    ids = {"reads", "ENV-Notes.create_note-1", "ENV-Notes"}
    assert reference("{{reads}}", ids) == Ref("reads")
    assert reference("{{ reads.items[0].id }}", ids) == Ref("reads", "items[0].id")
    assert reference("{{reads[0]}}", ids) == Ref("reads", "[0]")
    assert reference("{{ENV-Notes.create_note-1.id}}", ids) == Ref("ENV-Notes.create_note-1", "id")
    assert reference("{{readsx}}", ids) is None
    assert reference("see {{reads}}", ids) is None


def some_value(random_: random.Random, depth: int = 0) -> Any:
    """A JSON value."""
    kind = random_.randrange(7 if depth < 3 else 5)
    if kind == 5:
        return [some_value(random_, depth + 1) for _ in range(random_.randrange(4))]
    if kind == 6:
        return {some_text(random_): some_value(random_, depth + 1) for _ in range(random_.randrange(4))}
    return [
        None,
        random_.random() < 0.5,
        random_.randrange(-(10**25), 10**25),
        random_.gauss(0, 1e6),
        some_text(random_),
    ][kind]


def some_text(random_: random.Random) -> str:
    """Text with all that could be taken for something else."""
    return "".join(random_.choice("a '\"\\\n{}[]:,Nnone\u00e4\U0001f600\x00") for _ in range(random_.randrange(12)))


@pytest.mark.parametrize("seed", range(200))
def test_what_any_exporter_writes_is_read_back(seed: int) -> None:
    value = some_value(random.Random(seed))
    ours = argument("x", value)
    reprs = (None, None) if value is None else (str(value), type(value).__name__)
    jsons = (json.dumps(value) if isinstance(value, list | dict) else str(value), type(value).__name__)
    for text, kind in ((ours["value"], ours["value_type"]), reprs, jsons):
        assert decode(text, kind) == plain(value)
