"""`pare report`."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.analysis.given import names
from pare_runner.analysis.report.document import ReportDocument, report
from pare_runner.analysis.report.text import text
from pare_runner.atomic import json_bytes, write_atomic, writing
from pare_runner.cli.console import mark, plural, say
from pare_runner.cli.progress.busy import busy
from pare_runner.cli.results import RESERVED, UNREAD
from pare_runner.errors import ConfigError, did_you_mean

EPOCH = "SOURCE_DATE_EPOCH"
STEM = "report"
ENDINGS = {"text": "txt", "json": "json", "markdown": "md", "latex": "tex", "html": "html"}
"""Format → ending of its files."""


def report_command(
    directories: Annotated[
        list[str], typer.Argument(metavar="DIR", help="Jobs, sweeps, folders of them, files of results.")
    ],
    form: Annotated[
        str | None, typer.Option("--format", metavar="FORMAT", help="text (default), json, markdown, latex or html.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, as --format json.")] = False,
    out: Annotated[
        str | None,
        typer.Option(
            "--out", metavar="FILE|DIR", help="Write to FILE, or into DIR: report.md and report.html, or --format."
        ),
    ] = None,
    figures: Annotated[
        str | None, typer.Option("--figures", metavar="DIR", help="Write every figure into DIR, as PDF, SVG and PNG.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by", metavar="A,B", help="Columns that make a configuration; otherwise all settings that differ."
        ),
    ] = None,
    margin: Annotated[
        float | None, typer.Option("--margin", metavar="M", help="Say what is equal within M: 0.03 is three points.")
    ] = None,
    estimand: Annotated[
        str,
        typer.Option(
            "--estimand", metavar="NAME", help="What rates are about: situations like these, or this benchmark."
        ),
    ] = "situations",
    baseline: Annotated[
        str | None,
        typer.Option(
            "--baseline", metavar="NAME", help="What all are compared with: a configuration's id or label, or best."
        ),
    ] = None,
    mix: Annotated[bool, typer.Option("--mix", help="Report runs of several protocols side by side.")] = False,
    timestamp: Annotated[
        str | None,
        typer.Option("--timestamp", metavar="TIME", help=f"The time that the report bears; else {EPOCH}, else now."),
    ] = None,
) -> None:
    """Report on experiments, running ones too: success, comparisons, noise, timing, cost, and why runs failed.

    What could mislead stands first. Exit status 2 for bad input, runs of several protocols without --mix included, and
    if a file could not be read: the report is about the others.

    \b
    pare report outputs/my_sweep
    pare report outputs/my_sweep --format html --out report.html --figures figures
    pare report outputs/a outputs/b --by observe_model --margin 0.03
    """
    place = None if out is None else Path(out)
    forms = _forms(form, as_json, place)
    columns, time = () if by is None else _names(by), _timestamp(timestamp)
    with busy("reading and comparing results"):
        found = report(
            *directories, by=columns, estimand=estimand, margin=margin, mix=mix, baseline=baseline, timestamp=time
        )
    if place is not None:
        folder = place.parent if _is_file(place) else place
        for name in forms:
            path = place if _is_file(place) else place / f"{STEM}.{ENDINGS[name]}"
            with writing(folder), busy(f"writing {path.name}"):
                write_atomic(path, encoded(found, name, str(folder)))
            say(str(path))
    elif figures is None or form is not None or as_json:
        _print(found, forms[0])
    if figures is not None:
        _draw(found, Path(figures))
    if found.unread:
        raise typer.Exit(UNREAD)


def encoded(found: ReportDocument, form: str, folder: str = "") -> bytes:
    """The report in a format of `ENDINGS`; links count from `folder`."""
    forms: Mapping[str, Callable[[], str]] = {
        "text": found.text,
        "markdown": lambda: found.markdown(folder),
        "latex": found.latex,
        "html": lambda: found.html(folder),
    }
    return json_bytes(found.json(), indent=True) + b"\n" if form == "json" else forms[form]().encode()


def _print(found: ReportDocument, form: str) -> None:
    if form == "text":
        said = text(found.report, mark=mark)
    else:
        with busy(f"laying out {form}"):
            said = encoded(found, form).decode()
    print(said, end="")


def _draw(found: ReportDocument, folder: Path) -> None:
    drawn = 0
    with writing(folder), busy("drawing figures"):
        for name, data in found.figures():
            write_atomic(folder / name, data)
            drawn += 1
    say(f"{plural(drawn, 'figure file')} in {folder}")


def _is_file(place: Path) -> bool:
    return bool(place.suffix) and not place.is_dir()


def _forms(form: str | None, as_json: bool, place: Path | None) -> list[str]:
    """The formats that are asked for, one way or another; ConfigError if one is none, or cannot go where it is to."""
    if form is not None and form not in ENDINGS:
        raise ConfigError(f"there is no format {form!r}", hint=did_you_mean(form, ENDINGS))
    if as_json:
        if form not in (None, "json"):
            raise ConfigError(f"--json is not --format {form}", hint="leave out one of them")
        form = "json"
    if place is None:
        return [form or "text"]
    if not _is_file(place):
        return ["markdown", "html"] if form is None else [form]
    if place.name in RESERVED and place.exists():
        raise ConfigError(f"{place} is a file of results: it is not written over", hint="choose another name")
    ending = place.suffix.removeprefix(".")
    known = {ending: name for name, ending in ENDINGS.items()}
    if form is not None:
        if known.get(ending, form) != form:
            raise ConfigError(f"{place} would hold {form}", hint=f"end it in .{ENDINGS[form]}, or leave out --format")
        return [form]
    if ending not in known:
        raise ConfigError(
            f"{place} does not say its format", hint=f"end it in {', '.join(f'.{item}' for item in known)}"
        )
    return [known[ending]]


def _names(by: str) -> list[str]:
    """The columns of --by; ConfigError if there are none."""
    found = names(by)
    if not found:
        raise ConfigError("--by names no column", hint="--by observe_model,seed")
    return found


def _timestamp(given: str | None) -> str:
    """ISO 8601, local unless it is given."""
    if given is not None:
        try:
            return datetime.fromisoformat(given).isoformat()
        except ValueError as error:
            raise ConfigError(f"--timestamp {given}: no time", hint="like 2026-11-29T12:00:00+00:00") from error
    epoch = os.environ.get(EPOCH)
    if epoch:
        try:
            return datetime.fromtimestamp(int(epoch), UTC).isoformat()
        except (ValueError, OverflowError, OSError) as error:
            raise ConfigError(f"{EPOCH}={epoch}: seconds since 1970 are wanted") from error
    return datetime.now().astimezone().isoformat(timespec="seconds")
