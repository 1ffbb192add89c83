"""Figures as files."""

from __future__ import annotations

import pytest

from pare_runner.analysis.figure_files import METADATA, figure_bytes, stable_style


@pytest.mark.parametrize("kind", METADATA)
def test_a_file_says_nothing_of_when_and_by_what_it_was_made(kind: str) -> None:
    with stable_style():
        from matplotlib.figure import Figure

        figures = [Figure(figsize=(2, 2)) for _ in range(2)]
        for figure in figures:
            figure.add_subplot().plot([1, 2], [3, 4], label="a $ b")
        first, second = (figure_bytes(figure, kind) for figure in figures)
    assert first == second
    for word in (b"Matplotlib", b"CreationDate", b"<dc:date>"):
        assert word not in first
