"""A report as one page that needs nothing else: no network, no further files, and no script to be read."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from pare_runner.analysis.report.charts import charts, named, short
from pare_runner.analysis.report.links import link
from pare_runner.analysis.report.methods import counts
from pare_runner.analysis.report.model import Report
from pare_runner.analysis.report.sections import sections
from pare_runner.analysis.report.svg import draw
from pare_runner.analysis.report.tables import legend

HERE = Path(__file__).parent


def html(report: Report, *, folder: str = "") -> str:
    """The page; links to traces and logs count from `folder`, where the file is going to be."""
    found, laid_out = charts(report), sections(report)
    problems = [str(problem).replace("warning: ", "", 1) for problem in (*report.warnings, *report.notes)]
    return _template().render(
        report=report,
        counts=counts(report),
        problems=problems,
        sections=laid_out,
        figures={item.key: Markup(draw(found[item.key])) if item.key in found else "" for item in laid_out},
        legend=legend,
        heading=lambda key, label: short(named(key, label)),
        link=lambda path: link(path, folder),
        style=Markup(_text("page.css")),
        script=Markup(_text("page.js")),
    )


@cache
def _text(name: str) -> str:
    return (HERE / name).read_text(encoding="utf-8").strip()


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    return environment.get_template("page.html.j2")
