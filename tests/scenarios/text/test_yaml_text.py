"""What `load` makes of YAML: types, keys, anchors, positions, limits."""

from __future__ import annotations

import json
import string
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.errors import Problem, ScenarioError
from pare_runner.scenarios.text.limits import MAX_BYTES, MAX_DEPTH, MAX_NODES
from pare_runner.scenarios.text.yaml_text import Document, load


def value(text: str) -> Any:
    return load(f"x: {text}", "s.yaml").data["x"]


def refused(text: str) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        load(text, "s.yaml")
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("true", True),
        ("True", True),
        ("TRUE", True),
        ("false", False),
        ("FALSE", False),
        ("null", None),
        ("Null", None),
        ("NULL", None),
        ("~", None),
        ("", None),
        ("0", 0),
        ("-12", -12),
        ("+3", 3),
        ("0777", 777),
        ("0o17", 15),
        ("0xFf", 255),
        (str(2**63 - 1), 2**63 - 1),
        (str(-(2**63)), -(2**63)),
        ("1.5", 1.5),
        ("-.5", -0.5),
        ("1.", 1.0),
        ("1e3", 1000.0),
        ("2E-2", 0.02),
        ("!!str 12", "12"),
        ("! 12", "12"),
        ("!!int '7'", 7),
        ("!!float 3", 3.0),
        ("!!float 3.5", 3.5),
        ("!!bool 'true'", True),
        ("!!seq [1]", [1]),
        ("!!map {a: 1}", {"a": 1}),
    ],
)
def test_core_schema_types(written: str, expected: object) -> None:
    found = value(written)
    assert (type(found), found) == (type(expected), expected)


# fmt: off
STRINGS = [
    "on", "off", "yes", "no", "y", "N", "On", "YES", "tRUE", "nULL", "10:30", "1:30:00", "2025-11-18", "٣", "+3d 19:00",
    "2025-11-18T09:00:00Z", "-2d4h", "10s", "1_000", "0b11", "0o8", "0xg", "-0x1", "-0o7", "1e", "e3", ".", "+",
    "1.2.3", "=", "inf", "nan", "NaN",
]
# fmt: on


@pytest.mark.parametrize("text", STRINGS)
def test_everything_else_is_a_string(text: str) -> None:
    assert value(text) == text


@pytest.mark.parametrize("quoted", ["'1'", '"true"', "'null'", "'.inf'", '"<<"', "'1e999'"])
def test_quotes_make_strings(quoted: str) -> None:
    assert value(quoted) == quoted[1:-1]


@pytest.mark.parametrize(
    ("written", "message"),
    [
        (".inf", ".inf is not a number a scenario can use (put it in quotes if it is a text)"),
        ("-.INF", "-.INF is not a number a scenario can use (put it in quotes if it is a text)"),
        (".nan", ".nan is not a number a scenario can use (put it in quotes if it is a text)"),
        ("1e999", "the number 1e999 is too large (put it in quotes if it is a text)"),
        (str(2**63), f"the number {2**63} is too large (put it in quotes if it is a text)"),
        ("9" * 5000, "the number " + "9" * 39 + "… is too large (put it in quotes if it is a text)"),
        ("!!int x", "'x' is not of the type that its tag !!int names"),
        ("!!int 1.5", "'1.5' is not of the type that its tag !!int names"),
        ("!!null ''", "'' is not of the type that its tag !!null names"),
        ("!!bool ''", "'' is not of the type that its tag !!bool names"),
    ],
)
def test_scalars_that_are_refused(written: str, message: str) -> None:
    assert refused(f"a: 1\nx: {written}") == [f"s.yaml:2:4: {message}"]


def test_keys_are_strings_as_written() -> None:
    text = "on: 1\n0x10: 2\ntrue: 3\n~: 4\n1.50: 5\n2025-11-18: 6\n? q\n: 7\n'': 8\n!!str 9: 9\n"
    keys = ["on", "0x10", "true", "~", "1.50", "2025-11-18", "q", "", "9"]
    assert load(text, "s").data == {key: number for number, key in enumerate(keys, 1)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a: 1\nb: 2\na: 3", ["s.yaml:3:1: the key 'a' stands twice in this mapping (first in line 1)"]),
        (
            "x:\n  - {}\n  - k: {q: 1,\n        q: 2}",
            ["s.yaml:4:9: the key 'q' stands twice in this mapping (first in line 3)"],
        ),
        ("a: 1\n'a': 2", ["s.yaml:2:1: the key 'a' stands twice in this mapping (first in line 1)"]),
        ("a: &k a\n*k : 2", ["s.yaml:2:1: the key 'a' stands twice in this mapping (first in line 1)"]),
        ("? [a]\n: b", ["s.yaml:1:3: a key must be a simple text, not a list or a mapping"]),
        ("? {a: b}\n: b", ["s.yaml:1:3: a key must be a simple text, not a list or a mapping"]),
        ("x: &l [1]\n*l : b", ["s.yaml:2:1: a key must be a simple text, not a list or a mapping"]),
        (
            "x: {<<: 1}",
            [
                "s.yaml:1:5: merge keys '<<' do not exist in YAML 1.2 "
                "(repeat the keys, or use *alias for the whole value)"
            ],
        ),
    ],
)
def test_keys_that_are_refused(text: str, expected: list[str]) -> None:
    assert refused(text) == expected


def test_problems_of_a_file_come_together_in_order() -> None:
    text = "a: .inf\nb: !x 1\n? [{c: .nan}]\n: {d: 1, d: 2}\ne: [\n"
    assert [problem.split(" ")[0] for problem in refused(text)] == [
        "s.yaml:1:4:",
        "s.yaml:2:4:",
        "s.yaml:3:3:",
        "s.yaml:3:8:",
        "s.yaml:4:10:",
        "s.yaml:6:1:",
    ]
    assert len(refused("a: [" + ".inf, " * 1000 + "]")) == 50


@pytest.mark.parametrize(
    "tag", ["!!python/object/apply:os.system", "!custom", "!!set", "!!binary", "!!timestamp", "!!omap", "!!python/none"]
)
@pytest.mark.parametrize("template", ["x: {} [ls]", "x: {} ls", "x: {} {{a: b}}", "{} x: 1", "x: [{} a]"])
def test_tags_are_refused_where_they_stand(tag: str, template: str) -> None:
    (problem,) = refused(template.format(tag))
    column = template.index("{}") + 1
    assert problem.startswith(f"s.yaml:1:{column}: the tag {tag} is not allowed (tags are not used in scenarios")


def test_merge_key_in_quotes_is_a_key() -> None:
    assert load('"<<": 1', "s").data == {"<<": 1}


def test_anchors_and_aliases() -> None:
    data = load("a: &x {n: [1, &y two]}\nb: *x\nc: [*x, *y]\n*y : &k 5\nd: *k\n", "s").data
    assert data == {
        "a": {"n": [1, "two"]},
        "b": {"n": [1, "two"]},
        "c": [{"n": [1, "two"]}, "two"],
        "two": 5,
        "d": 5,
    }
    assert data["a"] is not data["b"]
    assert data["a"]["n"] is not data["b"]["n"]


def test_an_anchor_may_be_used_again() -> None:
    assert load("a: &x 1\nb: &x {c: &x 2}\nd: *x", "s").data == {"a": 1, "b": {"c": 2}, "d": 2}
    assert load("&k 1: x\ny: *k", "s").data == {"1": "x", "y": 1}


def test_unknown_and_recursive_anchors() -> None:
    (unknown,) = refused("a: *nope\nnope: &nope 1")
    assert unknown.startswith("s.yaml:1:4: no anchor named 'nope' before this alias")
    assert refused("a: &l [1, *l]") == ["s.yaml:1:11: the anchor 'l' contains itself"]
    assert refused("a: &m {k: {q: *m}}") == ["s.yaml:1:15: the anchor 'm' contains itself"]
    assert refused("&t\na: *t") == ["s.yaml:2:4: the anchor 't' contains itself"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "s.yaml:1:1: the file is empty (a scenario begins with 'id: ...')"),
        ("# only a comment\n\n", "s.yaml:1:1: the file is empty (a scenario begins with 'id: ...')"),
        ("---\n", "s.yaml:2:1: a scenario must be a mapping of keys to values, this is nothing (begin with 'id: ...')"),
        ("\n- a", "s.yaml:2:1: a scenario must be a mapping of keys to values, this is a list (begin with 'id: ...')"),
        (
            "hello",
            "s.yaml:1:1: a scenario must be a mapping of keys to values, this is a single value (begin with 'id: ...')",
        ),
        (
            "a: 1\n---\nb: 2",
            "s.yaml:2:1: a second document begins here (a file holds one scenario: no '---' inside)",
        ),
    ],
)
def test_a_file_holds_one_mapping(text: str, expected: str) -> None:
    assert refused(text) == [expected]


def test_document_markers_directives_and_byte_order_mark() -> None:
    assert load("%YAML 1.2\n---\na: 1\n...\n", "s").data == {"a": 1}
    document = load("\ufeffa: 1\nb: 2", "s")
    assert document.data == {"a": 1, "b": 2}
    assert document.where(["a"], key=True) == "s:1:1"
    assert refused("%TAG ! tag:x,2000:\n---\na: !b 1")[0].startswith("s.yaml:1:1: %TAG lines are not allowed")
    assert refused("# c\n%TAG ! tag:x,2000:\n---\na: 1")[0].startswith("s.yaml:2:1: %TAG")


SCENARIO = """\
id: x
apps:
  calendar:
    events:
      - {id: table, title: Dinner}
      - id: "é"
        title: &t Lunch
events: [a, [b, {c: d}]]
again: *t
"5": {6: seven}
same: &s
  deep: [1, 2]
copy: *s
"""


@pytest.mark.parametrize(
    ("path", "value_at", "key_at"),
    [
        ((), "1:1", "1:1"),
        (("id",), "1:5", "1:1"),
        (("apps",), "3:3", "2:1"),
        (("apps", "calendar", "events"), "5:7", "4:5"),
        (("apps", "calendar", "events", 0), "5:9", "5:9"),
        (("apps", "calendar", "events", 0, "title"), "5:28", "5:21"),
        (("apps", "calendar", "events", 1, "id"), "6:13", "6:9"),
        (("apps", "calendar", "events", 1, "title"), "7:16", "7:9"),
        (("events", 1, 1, "c"), "8:21", "8:18"),
        (("again",), "9:8", "9:1"),
        (("5", "6"), "10:10", "10:7"),
        ((5, 6), "10:10", "10:7"),
        (("copy",), "13:7", "13:1"),
        (("copy", "deep", 1), "12:13", "12:13"),
        (("apps", "calendar", "events", 7), "5:7", "4:5"),
        (("apps", "nowhere", "else"), "3:3", "2:1"),
        (("id", "deeper"), "1:5", "1:1"),
        (("events", -1), "8:9", "8:1"),
        (("events", "a"), "8:9", "8:1"),
        (("missing",), "1:1", "1:1"),
    ],
)
def test_positions(path: tuple[str | int, ...], value_at: str, key_at: str) -> None:
    document = load(SCENARIO, "dir/s.yaml")
    assert document.where(path) == f"dir/s.yaml:{value_at}"
    assert document.where(path, key=True) == f"dir/s.yaml:{key_at}"


def test_positions_with_windows_line_ends() -> None:
    document = load("a: 1\r\nb:\r\n  - c: 2\r\n", "s")
    assert document.where(["b", 0, "c"]) == "s:3:8"


def test_a_problem_of_a_document() -> None:
    document = load("a:\n  b: 1\n", "s.yaml")
    assert document.problem(["a", "b"], "is odd", "try 2", "warning", "odd") == Problem(
        "is odd", "s.yaml:2:6", "try 2", "warning", "odd"
    )
    assert document.problem(["a", "b"], "unknown", key=True) == Problem("unknown", "s.yaml:2:3")


def test_a_document_without_text_names_paths() -> None:
    document = Document({"a": [{"b": 1}]}, "made")
    assert document.where(["a", 0, "b"]) == "made: a[0].b"
    assert document.where([]) == "made"


def test_problems_carry_a_code() -> None:
    with pytest.raises(ScenarioError) as caught:
        load("a: [", "s")
    assert [problem.code for problem in caught.value.problems] == ["yaml"]
    assert caught.value.exit_status == 2


def test_a_long_text_is_refused_before_it_is_parsed() -> None:
    assert load("x: " + "y" * (MAX_BYTES - 3), "s").data["x"][-1] == "y"
    message = ["s.yaml:1:1: the file is larger than 2 MiB"]
    assert refused("[" * (MAX_BYTES + 1)) == message
    assert refused("é" * (MAX_BYTES // 2 + 1)) == message


def test_nesting_is_limited() -> None:
    deepest = MAX_DEPTH - 1
    assert load("x: " + "[" * deepest + "]" * deepest, "s").data["x"]
    message = f"values are nested more than {MAX_DEPTH} levels deep"
    assert refused("x: " + "[" * MAX_DEPTH) == [f"s.yaml:1:{3 + MAX_DEPTH}: {message}"]
    assert refused("x: " + "{a: " * 100_000)[0].endswith(message)
    assert refused("x:\n" + "".join(" " * depth + "-\n" for depth in range(1, 500)))[0].endswith(message)
    assert refused("? " * 200_000)[-1].endswith("a key must be a simple text, not a list or a mapping")
    half = "[" * 40 + "1" + "]" * 40
    assert load(f"a: &a {half}\nb: {half.replace('1', 'x')}", "s")
    assert refused(f"a: &a {half}\nb: {half.replace('1', '*a')}") == [f"s.yaml:2:44: {message}"]


def test_nodes_are_counted_after_aliases_are_filled_in() -> None:
    bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"a{level}: &a{level} [{', '.join([f'*a{level - 1}'] * 10)}]\n" for level in range(1, 60)
    )
    started = time.perf_counter()
    (problem,) = refused(bomb)
    assert time.perf_counter() - started < 5
    assert problem.endswith("more than 200,000 values in one file once its aliases are filled in")
    wide = "x: [" + "a," * (MAX_NODES - 3) + "]"
    assert len(load(wide, "s").data["x"]) == MAX_NODES - 3
    assert refused(wide.replace("x", "x: 1\ny", 1))[0].endswith("more than 200,000 values in one file")


def test_loading_is_fast() -> None:
    lines = [
        f"      - {{id: e{n}, title: Dinner {n}, start_datetime: +3d 19:00, attendees: [tom, priya]}}"
        for n in range(96)
    ]
    text = "\n".join(["id: x", "apps:", "  calendar:", "    events:", *lines])
    load(text, "s")
    started = time.process_time()
    for _ in range(20):
        load(text, "s")
    # Measured: 0.03 s; dense lines like these make three times the nodes of a usual file.
    assert time.process_time() - started < 1.5


YAML_ALPHABET = "ab1-:?,[]{}#&*!|>'\"%@` \n\t\r.~<=\\0xéU\u2028\x85\x00\ufeff\ud800"


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text(YAML_ALPHABET, max_size=60), st.text(string.printable, max_size=40)))
def test_any_text_is_loaded_or_refused_in_words(text: str) -> None:
    try:
        document = load(text, "s.yaml")
    except ScenarioError as error:
        for problem in error.problems:
            name, line, column = problem.where.rsplit(":", 2)
            assert name == "s.yaml"
            assert int(line) >= 1
            assert int(column) >= 1
            assert problem.message
            assert "while parsing" not in problem.message
            assert "did not find expected" not in problem.message
    else:
        assert isinstance(document.data, dict)
        for key in document.data:
            assert document.where([key], key=True)


PLAIN_KEYS = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=8)
PLAIN_DATA = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\u2028\u2029\ufeff\ufffe\uffff")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(PLAIN_KEYS, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60, deadline=None)
@given(st.dictionaries(PLAIN_KEYS, PLAIN_DATA, min_size=1, max_size=5))
def test_json_is_yaml(data: dict[str, Any]) -> None:
    assert load(json.dumps(data, ensure_ascii=False), "s").data == data
