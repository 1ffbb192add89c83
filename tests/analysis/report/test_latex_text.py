"""Text and numbers for LaTeX."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report.latex_text import breakable, cell, escaped


def test_special_characters_are_text() -> None:
    assert escaped(r"a_b 5% #1 {x} \n ^2 ~ <y> $ & |") == (
        r"a\_b 5\% \#1 \{x\} \textbackslash{}n \textasciicircum{}2 \textasciitilde{} \textless{}y\textgreater{} \$ \& "
        r"\textbar{}"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zoë, Łódź", "Zoë, Łódź"),
        ("e\u0301", "é"),
        ("ą", r"\parechar{0105}{ą}"),
        ("你🎉", r"\parechar{4F60}{你}\parechar{1F389}{🎉}"),
        ("a\x00b\x1b", r"a\parechar{FFFD}{�}b\parechar{FFFD}{�}"),
        ("0.5 +/- 0.1", r"0.5 $\pm$ 0.1"),
        ("a--b---c", "a-{}-b-{}-{}-c"),
        ("two\nlines\u00a0here", "two lines here"),
    ],
)
def test_letters_that_pdflatex_may_lack_are_guarded(text: str, expected: str) -> None:
    assert escaped(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-2.6", "$-$2.6"),
        ("[-18.7, +12.0]", "[$-$18.7, +12.0]"),
        ("4 / 7 / 3", "4 / 7 / 3"),
        ("2026-11-30", "2026-11-30"),
        ("-", r"\textendash{}"),
    ],
)
def test_numbers_have_a_minus_sign(text: str, expected: str) -> None:
    assert cell(text, words=False) == expected


def test_words_keep_their_hyphens() -> None:
    assert cell("gpt -5", words=True) == "gpt -5"


def test_a_long_name_can_be_broken_after_marks_and_within_words() -> None:
    assert breakable("ab/c_d e").split(r"\allowbreak{}") == ["ab", "/", "c", r"\_", "d ", "e"]
    assert breakable("x" * 40).count(r"\allowbreak{}") == 2
