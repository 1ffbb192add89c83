"""Compile-time templates: values and types, raw text, problems with their places, limits."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.errors import Problem, ScenarioError
from pare_runner.scenarios.text.templates import render, render_variables
from pare_runner.scenarios.text.yaml_text import Document, load

VARIABLES: dict[str, object] = {
    "guest": "Priya Raman",
    "n": 5,
    "half": 0.5,
    "yes": True,
    "nothing": None,
    "names": ["Tom", "Ann"],
    "person": {"name": "Bo", "tags": ["a", "b"]},
}
MADE = Document({}, "made")


def rendered(text: str) -> Any:
    return render(text, VARIABLES, MADE)


def problems(text: str) -> list[str]:
    document = load(text, "s.yaml")
    found: list[Problem] = []
    variables = render_variables(document.data.get("vars", {}), document, problems=found)
    render(document.data.get("body"), variables, document, ["body"], found)
    assert all(problem.code == "template" for problem in found)
    return [str(problem) for problem in found]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{{ guest }}", "Priya Raman"),
        ("{{guest}}", "Priya Raman"),
        ("{{ n }}", 5),
        ("{{ n + 1 }}", 6),
        ("{{ half }}", 0.5),
        ("{{ yes }}", True),
        ("{{ nothing }}", None),
        ("{{ names }}", ["Tom", "Ann"]),
        ("{{ person }}", {"name": "Bo", "tags": ["a", "b"]}),
        ("{{ person.tags[0] }}", "a"),
        ("{{ names | map('upper') | list }}", ["TOM", "ANN"]),
        ("{{ [n, {'k': (1, 2)}] }}", [5, {"k": [1, 2]}]),
        ("{{ guest }} comes at {{ n }}:{{ half }}", "Priya Raman comes at 5:0.5"),
        ("{{ guest.split(' ')[0] }}!", "Priya!"),
        ("{{ yes }}.", "True."),
        (" {{ n }}", " 5"),
        ("{{ n }}\n", "5\n"),
        ("{{ n }}{{ n }}", "55"),
        ("{{ names | join(', ') }} and {{ guest }}", "Tom, Ann and Priya Raman"),
        ("{{ '}}' }}{{ '{{' }}", "}}{{"),
        ('{{ "}}" ~ n }}', "}}5"),
        ("{{ {'a': {'b': n}} }}", {"a": {"b": 5}}),
        ("{{ {'a': {'b': n}}['a']['b'] }}", 5),
        ("{{\n  guest\n  | upper\n}}", "PRIYA RAMAN"),
        ("{{ 'maybe' if n > 6 else 'no' }}", "no"),
        ("{% raw %}{{ guest }}{% endraw %}", "{{ guest }}"),
        ("a {%raw%}{% if x %} {# c #}{%  endraw  %} {{ n }}", "a {% if x %} {# c #} 5"),
        ("{% raw %}{{ x }}{% endraw %} {% raw %}{{ y }}{% endraw %}", "{{ x }} {{ y }}"),
        ("{% raw %}{% endraw %}{{ n }}", 5),
        ("{% raw %}{% endraw %}", ""),
    ],
)
def test_values(text: str, expected: object) -> None:
    found = rendered(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("text", ["", "plain", "{ x }", "}}", "a { b } c", "{", "100 %} off", "#}", "{ {x} }"])
def test_text_without_templates_is_the_same_object(text: str) -> None:
    assert rendered(text) is text


def test_parts_without_templates_are_the_same_objects() -> None:
    quiet: dict[str, Any] = {"a": [1, "x", {"b": None}], "c": {"d": "text"}}
    data: dict[str, Any] = {"quiet": quiet, "loud": [quiet, "{{ n }}"]}
    assert render(quiet, VARIABLES, MADE) is quiet
    made: Any = render(data, VARIABLES, MADE)
    assert made == {"quiet": quiet, "loud": [quiet, 5]}
    assert made["quiet"] is quiet
    assert made["loud"][0] is quiet
    assert data["loud"][1] == "{{ n }}"


def test_values_are_copies() -> None:
    made: Any = render(["{{ names }}", "{{ names }}"], VARIABLES, MADE)
    made[0].append("new")
    assert made[1] == VARIABLES["names"] == ["Tom", "Ann"]


def test_variables_may_use_those_above() -> None:
    text = "vars:\n  a: 2\n  b: '{{ a + 1 }}'\n  c: ['{{ b }}', {d: 'x{{ a }}{{ b }}'}]\n  e: '{{ c[1].d }}'\n"
    document = load(text, "s")
    assert render_variables(document.data["vars"], document) == {"a": 2, "b": 3, "c": [3, {"d": "x23"}], "e": "x23"}


def test_a_value_is_not_rendered_twice() -> None:
    document = load("vars: {a: '{% raw %}{{ n }}{% endraw %}', b: '{{ a }}'}", "s")
    variables = render_variables(document.data["vars"], document)
    assert variables == {"a": "{{ n }}", "b": "{{ n }}"}
    assert render("<{{ b }}>", variables, document) == "<{{ n }}>"


USE_RAW = "(write {% raw %}...{% endraw %} around text that contains it)"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("{{ gest }}", "unknown name 'gest' (did you mean 'guest'?)"),
        ("{{ guest | uper }}", "unknown filter 'uper' (did you mean 'upper'?)"),
        ("{{ guest.name }}", "{{ guest.name }}: a text has no attribute 'name'"),
        ("{{ person.nme }}", "{{ person.nme }}: the mapping has no field 'nme' (did you mean 'name'?)"),
        ("{{ 1 / 0 }}", "{{ 1 / 0 }}: division by zero"),
        ("{{ }}", "the expression is empty"),
        ("{{ guest", "'{{' is never closed (it needs a '}}' after the expression; " + USE_RAW[1:]),
        ("{{ 'a }} it's", "'{{' is never closed (it needs a '}}' after the expression; " + USE_RAW[1:]),
        ("{{- guest }}", "'{{-' does not exist in scenarios (write '{{' and put the blanks where they belong)"),
        ("{% if guest %}x{% endif %}", "statements '{% ... %}' are not allowed in a scenario " + USE_RAW),
        ("{% for n in names %}", "statements '{% ... %}' are not allowed in a scenario " + USE_RAW),
        ("{% raw %}x", "statements '{% ... %}' are not allowed in a scenario " + USE_RAW),
        ("a {# note #}", "template comments '{# ... #}' are not allowed in a scenario " + USE_RAW),
        (
            "{{ {'a': 1}}}.",
            "{{ {'a': 1} }} cannot turn a mapping into a text",
        ),
        ("x {{ [1] }}", "{{ [1] }} cannot turn a list into a text (join it: {{ names | join(', ') }})"),
        (
            "x {{ none }}",
            "{{ none }} cannot turn null into a text",
        ),
        ("{{ 'a' * 1000000000 }}", "'*' is for numbers only"),
        ("{{ guest.__class__ }}", "names that begin with '_' cannot be read: '__class__'"),
        (
            "{{ range(3) }}",
            "range() cannot be called (filters do the work of functions: x | length, x | sort, …)",
        ),
        ("{{ guest = 1 }}", "syntax error: unexpected '=' after the expression (write '==' to compare)"),
    ],
)
def test_problems_stand_where_the_string_stands(value: str, expected: str) -> None:
    quoted = value.replace("'", "''")
    text = f"vars: {{guest: Priya, person: {{name: Bo}}}}\nbody:\n  - ok\n  - {{k: '{quoted}'}}\n"
    assert problems(text) == [f"s.yaml:4:9: {expected}"]


def test_all_problems_are_collected() -> None:
    text = """\
vars:
  guest: Priya
  early: "{{ late }}"
  late: "{{ gest }}"
  after: "{{ late }} and {{ early }}"
  true: 1
  my-name: 2
  "{{ x }}": 3
body:
  - "{{ guest }}"
  - "{{ guset }}"
  - {a: "{{ x", "k {{ guest }}": 1}
"""
    name_hint = "(use letters, digits and '_', not beginning with a digit)"
    assert problems(text) == [
        "s.yaml:3:10: the variable 'late' stands further below (a variable may use those above it)",
        "s.yaml:4:9: unknown name 'gest' (did you mean 'guest'?)",
        f"s.yaml:6:3: 'true' cannot be the name of a variable {name_hint}",
        f"s.yaml:7:3: 'my-name' cannot be the name of a variable {name_hint}",
        f"s.yaml:8:3: '{{{{ x }}}}' cannot be the name of a variable {name_hint}",
        "s.yaml:11:5: unknown name 'guset' (did you mean 'guest'?)",
        f"s.yaml:12:9: '{{{{' is never closed (it needs a '}}}}' after the expression; {USE_RAW[1:]}",
        "s.yaml:12:17: a key cannot contain a template: 'k {{ guest }}'",
    ]


def test_without_a_list_the_problems_are_raised_together() -> None:
    document = load("a: '{{ x }}'\nb: ['{{ y }}']", "s")
    with pytest.raises(ScenarioError) as caught:
        render(document.data, {}, document)
    assert [problem.where for problem in caught.value.problems] == ["s:1:4", "s:2:5"]
    with pytest.raises(ScenarioError, match="s:1:4: unknown name 'x'"):
        render_variables({"a": "{{ x }}"}, document, [])


def test_with_a_list_the_data_stays_as_it_is() -> None:
    found: list[Problem] = []
    data = ["{{ x }}", "{{ n }}"]
    assert render(data, VARIABLES, MADE, problems=found) is data
    assert [problem.where for problem in found] == ["made: [0]"]


def test_what_templates_make_is_bounded() -> None:
    lists = ["vars:", "  v0: [x, x, x, x, x, x, x, x, x, x]"]
    lists += [f"  v{n}: [" + ", ".join([f"'{{{{ v{n - 1} }}}}'"] * 10) + "]" for n in range(1, 30)]
    started = time.perf_counter()
    (problem,) = problems("\n".join(lists))
    assert problem.endswith("templates make more than 200,000 values or 2,097,152 characters in all")
    texts = "vars:\n  t: " + "x" * 1000 + "\nbody: '" + "{{ t }}" * 3000 + "'\n"
    (problem,) = problems(texts)
    assert problem.endswith("templates make more than 200,000 values or 2,097,152 characters in all")
    deep = "vars:\n  v0: 1\n" + "".join(f"  v{n}: [['{{{{ v{n - 1} }}}}']]\n" for n in range(1, 1000))
    assert problems(deep)[0].endswith("values are nested more than 64 levels deep")
    # Without a limit the first of these would make 10 to the power of 30 values.
    assert time.perf_counter() - started < 30


def test_a_value_that_cannot_be_shown_is_a_problem() -> None:
    with pytest.raises(ScenarioError, match=r"^made: \[0\]: a value of type object cannot be seen by expressions$"):
        render(["{{ x }}"], {"x": object()}, MADE)


def test_searching_for_the_end_of_an_expression_is_bounded() -> None:
    started = time.perf_counter()
    for text in ('{{ "' + '\\"' * 500_000, "{{ " + "'x" * 500_000, "{{ " + "{" * 900_000, "{{ '" * 200_000):
        with pytest.raises(ScenarioError, match=r"is never closed|at most 4,000|syntax error"):
            rendered(text)
    assert time.perf_counter() - started < 10


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(), st.text("{}%#'\" nraweguest|+-\\\n[]()", max_size=40)))
def test_any_string_is_rendered_or_refused(text: str) -> None:
    found: list[Problem] = []
    made = render({"k": [text]}, VARIABLES, MADE, problems=found)
    assert found or isinstance(made, dict)
    if not any(opening in text for opening in ("{{", "{%", "{#")):
        assert made == {"k": [text]}
