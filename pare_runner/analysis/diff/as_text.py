"""A diff to read in a terminal: the conclusion first, then what it rests on."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING, NamedTuple

from pare_runner.analysis.diff import values, words
from pare_runner.analysis.diff.conclusion import conclusion
from pare_runner.analysis.diff.divergence import SAME, Divergence
from pare_runner.analysis.diff.keys import shown
from pare_runner.analysis.notes import listed

if TYPE_CHECKING:
    from pare_runner.analysis.diff.contents import TextDiff
    from pare_runner.analysis.diff.model import Diff, Finding
    from pare_runner.analysis.diff.steps import Step

KEYS = 12
"""Keys of the configuration that are shown; JSON has all."""
SCENARIOS = 10
LINES = 30
"""Lines of one text that are shown."""


class Line(NamedTuple):
    """A line and how far it is moved in; one that is `kept` is part of a table or a text and is not folded."""

    text: str
    indent: int = 0
    kept: bool = False


def text(diff: Diff, width: int) -> str:
    """The diff in lines of about `width` columns; a single one if both sides are identical."""
    if diff.identical:
        return conclusion(diff)
    lines = [f"warning: {line}" for line in words.warnings(diff)]
    lines += [conclusion(diff), f"  A: {diff.a}", f"  B: {diff.b}"]
    for title, body in (
        ("Matching", words.matching(diff)),
        ("Configuration", _config(diff)),
        ("Code", (f"{item.what}: {', '.join(item.a) or 'none'} → {', '.join(item.b) or 'none'}" for item in diff.code)),
        ("Scenarios", _contents(diff)),
        ("Prompts and tools", _texts(diff.prompts)),
        ("Success", () if diff.success is None else words.statistics(diff.success)),
        ("Cells that differ", _cells(diff)),
        ("Scenarios whose success rate moved, strongest evidence first", _findings(diff, diff.moved, width)),
        ("Scenarios that differ at the same success rate", _findings(diff, diff.changed, width)),
        ("First different decisions", [words.kinds(diff.kinds)] if diff.kinds else ()),
        ("Other figures, means over scenarios with 95% t intervals", _metrics(diff)),
    ):
        found = list(_inside(body))
        if found:
            lines += ["", title, *(line for item in found for line in _folded(item, width))]
    return "\n".join(lines)


def _inside(lines: Iterable[str | Line], *, kept: bool = False) -> Iterator[Line]:
    """The lines moved in by one step."""
    for item in lines:
        yield Line(item, 2, kept) if isinstance(item, str) else item._replace(indent=item.indent + 2)


def _folded(line: Line, width: int) -> list[str]:
    margin = " " * line.indent
    if line.kept:
        return [f"{margin}{line.text}".rstrip()]
    return textwrap.wrap(
        line.text, max(width, 40), initial_indent=margin, subsequent_indent=f"{margin}  ", break_on_hyphens=False
    )


def _config(diff: Diff) -> Iterator[str]:
    for item in diff.config[:KEYS]:
        mark = "" if item.identity else " (chooses what runs)" if item.chooses else " (cannot change a result)"
        one, two = (" | ".join(map(values.value, side)) or "not there" for side in (item.a, item.b))
        yield f"{item.key}: {one} → {two}{mark}"
    if len(diff.config) > KEYS:
        yield f"and {len(diff.config) - KEYS} more keys, which --json shows"


def _contents(diff: Diff) -> Iterator[str]:
    for label, names in zip("AB", diff.contents.only, strict=True):
        if names:
            yield f"only {label} has {listed(list(names))}"
    for item in diff.contents.changed:
        yield f"{item.scenario}: {words.change(item)}"


def _texts(texts: Iterable[TextDiff]) -> Iterator[Line]:
    for item in texts:
        yield Line(f"{item.name}:")
        yield from _inside(item.lines[:LINES], kept=True)
        if len(item.lines) > LINES:
            yield Line(f"… {len(item.lines) - LINES} more lines, which --json shows", 2)


def _cells(diff: Diff) -> Iterator[str]:
    if len(diff.cells) < 2:
        return
    for item in diff.cells:
        if item.rates[0] != item.rates[1]:
            yield (
                f"{shown(diff.matching.keys, item.cell) or 'all'}: {values.percent(item.rates[0])} →"
                f" {values.percent(item.rates[1])}, {values.points(item.rates[1] - item.rates[0])}"
                f" {values.interval(item.interval)}, {words.cell_chance(item, diff.cell_family.size)}"
            )


def _findings(diff: Diff, findings: Sequence[Finding], width: int) -> Iterator[str | Line]:
    for item in findings[:SCENARIOS]:
        yield item.scenario
        yield from _inside(_finding(diff, item, width))
    if len(findings) > SCENARIOS:
        yield f"and {len(findings) - SCENARIOS} more: {', '.join(item.scenario for item in findings[SCENARIOS:])}"


def _finding(diff: Diff, item: Finding, width: int) -> Iterator[str | Line]:
    if item.moved is not None:
        yield words.rates(item.moved)
        yield words.evidence(item.moved, diff.moved_family.size)
    else:
        yield words.other_ways(item)
    if item.change is not None:
        yield f"{words.change(item.change)}{':' if item.change.texts else words.NO_TEXT}"
        yield from _inside(_texts(item.change.texts))
    for share in item.checks:
        yield f"check held, {words.check(share)}"
    if item.examined is not None:
        yield f"first different decision: {words.where(diff, item.examined)}"
        if item.examined.shown is not None:
            yield from _inside(_divergence(item.examined.shown.divergence, width - 8))


def _divergence(found: Divergence, width: int) -> Iterator[str | Line]:
    yield words.headline(found)
    if found.kind == SAME:
        return
    yield words.world(found)
    yield from (Line(line, kept=True) for line in _side_by_side(found, width))


def _side_by_side(found: Divergence, width: int) -> Iterator[str]:
    """The decisions around the first different one, which has a mark, A to the left and B to the right."""
    rows: list[tuple[str, Step | None, Step | None]] = []
    rows += [("  ", one, two) for one, two in zip_longest(*found.before)]
    rows.append(("> ", found.a, found.b))
    rows += [("  ", one, two) for one, two in zip_longest(*found.after)]
    column = max(30, (width - 7) // 2)
    yield f"  {'A':<{column}} | B"
    ended = [False, False]
    for mark, one, two in rows:
        cells = []
        differing = found.arguments if mark.strip() else ()
        for side, (step, other) in enumerate(((one, two), (two, one))):
            said = "" if step is None and ended[side] else values.step(step, other, differing)
            cells.append(textwrap.wrap(said, column) or [""])
            ended[side] = ended[side] or step is None
        for number, (left, right) in enumerate(zip_longest(*cells, fillvalue="")):
            yield f"{mark if not number else '  '}{left:<{column}} | {right}".rstrip()


def _metrics(diff: Diff) -> Iterator[str]:
    for item in diff.metrics:
        if item.same:
            continue
        one, two = item.means
        share = "" if one == 0 else f" ({values.signed(100 * (two - one) / one)}%)"
        change = values.change_of(one, two, item.interval.low, item.interval.high)
        yield f"{values.metric_name(item.name)}: {one:.4g} → {two:.4g}{share}, difference {change}"
