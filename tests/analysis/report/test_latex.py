"""Reports in LaTeX."""

from __future__ import annotations

import re

from pare_runner.analysis.report.latex import TALLEST, latex
from tests.analysis.report.made import grid, reported, row


def test_environments_and_braces_close_and_rows_are_as_long_as_their_tables() -> None:
    said = latex(reported(grid(), margin=0.05))
    assert said.count(r"\begin{table}") == said.count(r"\end{table}") >= 6
    bare = re.sub(r"\\[{}\\]", "", said)
    assert bare.count("{") == bare.count("}")
    for columns, body in re.findall(r"\\begin\{tabular\}\{([lr]+)\}(.*?)\\end\{tabular\}", said, re.DOTALL):
        rows = [line for line in body.splitlines() if line.endswith(r" \\")]
        assert {len(re.findall(r"(?<!\\)&", line)) for line in rows} == {len(columns) - 1}


def test_a_paragraph_says_how() -> None:
    said = latex(reported(grid(), margin=0.05))
    paragraph = said[said.index(r"\paragraph{Methods}") :]
    for words in ("6 configurations ran 6 scenarios", "sign-flip", "Holm's correction", "two one-sided tests"):
        assert words in paragraph


def test_messages_stay_in_their_comment() -> None:
    report = reported([row("s", True, model="a\nb"), row("t", None, model="a\nb", exception_type="E")])
    assert all(line.startswith("%") for line in latex(report).splitlines()[:2])


def test_labels_are_unique() -> None:
    labels = re.findall(r"\\label\{(.*?)\}", latex(reported(grid())))
    assert len(labels) == len(set(labels))


def tables(said: str) -> list[tuple[str, list[str]]]:
    """Kinds of the columns and the rows, heads first, of each tabular."""
    found = re.findall(r"\\begin\{tabular\}\{([^\n]*)\}\n(.*?)\\end\{tabular\}", said, re.DOTALL)
    return [(kinds, [line for line in body.splitlines() if line.endswith(r" \\")]) for kinds, body in found]


def test_a_table_that_is_too_wide_is_in_pieces_that_say_what_their_rows_are_about() -> None:
    longer = {model: f"a-model-with-a-name-{model}" for model in ("a", "b")}
    rows = [{**item, "observe_model": longer[item["observe_model"]]} for item in grid()]
    said = latex(reported(rows, margin=0.05))
    float_ = said[said.index(r"\caption[{Comparisons}]") :]
    main, details = tables(float_[: float_.index(r"\end{table}")])
    assert main[1][0].split(" & ")[:4] == ["    \\#", "configuration", "points", r"95\% interval"]
    assert details[1][0].split(" & ")[:3] == ["    \\#", "configuration", "exact p"]
    assert [line.split(" & ")[0] for line in main[1]] == [line.split(" & ")[0] for line in details[1]]


def test_a_table_that_is_too_tall_goes_on_under_its_number() -> None:
    said = latex(reported([row(f"s{number}", True, tags=[f"t{number:02d}"]) for number in range(70)]))
    floats = [part for part in said.split(r"\begin{table}") if "Success by tag" in part]
    assert len(floats) == 2
    assert r"\addtocounter{table}{-1}" not in floats[0]
    assert r"\addtocounter{table}{-1}" in floats[1]
    assert r"{Success by tag, continued.}" in floats[1]
    rows = [len(tables(part)[0][1]) for part in floats]
    assert sum(rows) == 70 + 2
    assert max(rows) < TALLEST


def test_a_long_name_is_in_a_column_with_lines() -> None:
    said = latex(reported([row("s", True, model="an/organisation/with-a-long-name-and-a-version"), row("s", False)]))
    kinds, rows = tables(said)[0]
    assert kinds.startswith("lp{15em}r")
    assert r"an\allowbreak{}/\allowbreak{}organisation" in rows[1]


def test_short_ids_are_explained_and_long_ones_are_looked_up() -> None:
    short, long = (
        latex(reported([row("s", True, model=f"{name}{number}", tags=["t"]) for number in range(8)]))
        for name in ("m", "m" * 80)
    )
    assert "c1: m0; c2: m1" in short
    assert r"Table~\ref{tab:headline}" not in short
    assert r"Configurations are called by their ids in Table~\ref{tab:headline}." in long


def test_a_caption_that_ends_in_a_question_has_no_stop_after_it() -> None:
    said = latex(reported(grid(), margin=0.05))
    assert "equivalent within the margin?}" in said
    assert "?." not in said
