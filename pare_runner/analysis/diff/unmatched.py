"""Which runs have no partner on the other side, in words."""

from __future__ import annotations

import numpy as np

from pare_runner.analysis.diff.cells import Cells
from pare_runner.analysis.diff.keys import shown
from pare_runner.analysis.diff.model import Unmatched
from pare_runner.analysis.notes import listed


def unmatched(cells: Cells, side: int) -> Unmatched:
    """The runs of a side without a partner, by what the other side lacks."""
    mine, theirs = cells.present[side], cells.present[1 - side]
    left = mine * (theirs == 0)
    runs = int(left.sum())
    if not runs:
        return Unmatched(0)
    why = []
    names: tuple[str, ...] = cells.scenarios
    axes: tuple[tuple[str, tuple[str, ...], int], ...] = (
        ("scenarios", names, 1),
        ("cells", tuple(shown(cells.keys.matched, cell) for cell in cells.keys.cells), 0),
        ("run numbers", tuple(str(number) for number in cells.run_numbers), 2),
    )
    for what, labels, axis in axes:
        others = tuple(number for number in range(3) if number != axis)
        gone = np.flatnonzero((left.sum(axis=others) > 0) & ((theirs > 0).sum(axis=others) == 0))
        if gone.size:
            # a cell has commas of its own
            said = listed([labels[number] for number in gone], "; " if what == "cells" else ", ")
            why.append(f"{what} that the other side does not have: {said}")
            index: list[slice | np.ndarray[tuple[int, ...], np.dtype[np.int64]]] = [slice(None)] * 3
            index[axis] = gone
            left[tuple(index)] = 0
    if rest := int(left.sum()):
        place = np.argwhere(left > 0)[0]
        cell, scenario, run = (int(number) for number in place)
        first = f"{names[scenario]} run {cells.run_numbers[run]}"
        where = shown(cells.keys.matched, cells.keys.cells[cell])
        single = "1 single run" if rest == 1 else f"{rest} single runs, the first"
        why.append(f"{single}: {first}{f' with {where}' if where else ''}")
    return Unmatched(runs, tuple(why))
