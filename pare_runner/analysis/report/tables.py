"""Tables before they are printed: cells with their text, and what they are sorted by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from pare_runner.analysis.statistics.intervals import Interval

NOTHING = "-"


@dataclass(frozen=True)
class Cell:
    """`value` sorts it, `shade` (0 to 1) colours it, `files` are what it is about: a name, and kind and path of each
    file that there is of it."""

    text: str
    value: float | None = None
    shade: float | None = None
    files: tuple[tuple[str, tuple[tuple[str, str], ...]], ...] = ()


@dataclass(frozen=True)
class Column:
    """`title` says in full what `name` abbreviates; a `detail` is left out where there is little room. Columns that say
    what a row is `about` stand in each piece of a table that is too wide."""

    name: str
    title: str = ""
    left: bool = False
    detail: bool = False
    about: bool = False


ID, LABEL = Column("#", left=True, about=True), Column("configuration", left=True, about=True)
"""What tables with a row for each configuration begin with."""


@dataclass(frozen=True)
class Table:
    """`long` tables have a row for each scenario or run: only their first rows are printed on a terminal. In a `matrix`
    columns are configurations, called by their ids. `title` tells a table from those above it in its section."""

    key: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    long: bool = False
    matrix: bool = False
    title: str = ""


@dataclass(frozen=True)
class Section:
    """A heading with what is said below it; `key` names its figure as well."""

    key: str
    title: str
    intro: str
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()


def legend(table: Table, *, details: bool = True) -> str:
    """What the columns mean whose names do not say it: `accepted: acceptances a proposal; ...`."""
    return "; ".join(
        f"{column.name}: {column.title}"
        for column in table.columns
        if column.title and column.title != column.name and (details or not column.detail)
    )


def app_name(name: str) -> str:
    """`Calendar` for `StatefulCalendarApp`."""
    return name.removeprefix("Stateful").removesuffix("App") or name


def together(pairs: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Notes on configurations, (id, text) each, one for each text: `c1, c3: all scenarios agree`."""
    ids: dict[str, list[str]] = {}
    for name, text in pairs:
        if text:
            ids.setdefault(text, []).append(name)
    return tuple(f"{', '.join(names)}: {text}" for text, names in ids.items())


def words(text: str) -> Cell:
    return Cell(printable(text))


def printable(text: str) -> str:
    """`text` with a mark for each character that is none to be seen: names may come from anywhere, and a terminal obeys
    some of them."""
    return text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def count(number: int | None) -> Cell:
    """A whole number, with commas from 10,000 on."""
    if number is None:
        return Cell(NOTHING)
    return Cell(f"{number:,}" if abs(number) >= 10_000 else str(number), float(number))


def number(value: float | None, digits: int = 1) -> Cell:
    return Cell(NOTHING) if value is None else Cell(f"{value:,.{digits}f}", value)


def percent(value: float | None, digits: int = 1) -> Cell:
    """A fraction in per cent."""
    return Cell(NOTHING) if value is None else Cell(f"{100 * value:.{digits}f}%", value)


def points(value: float | None) -> Cell:
    """A difference of rates, in points."""
    return Cell(NOTHING) if value is None else Cell(signed(value), value)


def signed(value: float) -> str:
    text = f"{100 * value:+.1f}"
    return "0.0" if text in ("+0.0", "-0.0") else text


def span(found: Interval, *, signs: bool = False) -> Cell:
    """Both ends of an interval of rates, in per cent, or of a difference, in points."""
    if found.low is None or found.high is None:
        return Cell(NOTHING)
    ends = [signed(end) if signs else f"{100 * end:.1f}" for end in (found.low, found.high)]
    return Cell(f"[{ends[0]}, {ends[1]}]", found.low)


def p_value(value: float | None) -> Cell:
    """A p-value to three digits behind the point; below that only how small it is at least."""
    if value is None:
        return Cell(NOTHING)
    return Cell("<0.001" if value < 0.001 else f"{value:.3f}", value)


def dollars(value: float | None) -> Cell:
    return Cell(NOTHING) if value is None else Cell(f"${value:,.4f}", value)
