"""A diff as one page that needs no network, for light and dark screens and for paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from html import escape
from itertools import zip_longest
from typing import TYPE_CHECKING

from pare_runner.analysis.diff import values, words
from pare_runner.analysis.diff.conclusion import conclusion
from pare_runner.analysis.diff.divergence import SAME, Divergence
from pare_runner.analysis.diff.keys import shown

if TYPE_CHECKING:
    from pare_runner.analysis.diff.contents import TextDiff
    from pare_runner.analysis.diff.model import Diff, Finding
    from pare_runner.analysis.diff.steps import Step

NUMBERS = "numbers"
"""Kind of a table whose columns but the first hold numbers."""
STYLE = """
.pare-diff{--ink:#1c2024;--dim:#5b646e;--line:#d7dce1;--back:#fff;--soft:#f4f6f8;--gain:#0a6b3d;--loss:#a3201c;
--mark:#fff3c9;font:15px/1.5 system-ui,sans-serif;color:var(--ink);background:var(--back);max-width:72rem;margin:0 auto;
padding:1.5rem}
@media (prefers-color-scheme:dark){.pare-diff{--ink:#e4e8ec;--dim:#9aa5b0;--line:#3a424b;--back:#15181b;--soft:#1e2328;
--gain:#5cc98f;--loss:#f08a83;--mark:#4a3f16}}
.pare-diff h1{font-size:1.35rem;margin:0 0 .6rem}.pare-diff h2{font-size:1.08rem;margin:1.8rem 0 .4rem}
.pare-diff h3{font-size:1rem;margin:1.2rem 0 .3rem}.pare-diff p{margin:.25rem 0}
.pare-diff .table{overflow-x:auto}
.pare-diff table{border-collapse:collapse;margin:.4rem 0;width:100%;font-variant-numeric:tabular-nums}
.pare-diff th,.pare-diff td{text-align:left;vertical-align:top;padding:.25rem .6rem;border-bottom:1px solid var(--line);
overflow-wrap:anywhere}
.pare-diff th{color:var(--dim);font-weight:600;vertical-align:bottom}
.pare-diff code,.pare-diff pre{font:13px/1.45 ui-monospace,monospace}
.pare-diff pre{background:var(--soft);padding:.6rem .8rem;overflow-x:auto;margin:.4rem 0;white-space:pre-wrap}
.pare-diff .dim{color:var(--dim)}.pare-diff .warning{border-left:4px solid var(--loss);padding-left:.7rem}
.pare-diff ins{color:var(--gain);text-decoration:none}.pare-diff del{color:var(--loss);text-decoration:none}
.pare-diff tr.here td{background:var(--mark)}.pare-diff details{margin:.3rem 0}
.pare-diff .numbers td+td,.pare-diff .numbers th+th{text-align:right}.pare-diff .numbers td+td{white-space:nowrap}
.pare-diff .table td:first-child{min-width:8rem}.pare-diff .steps td{width:50%}
@media print{.pare-diff{max-width:none;padding:0;--ink:#000;--back:#fff;--soft:#f4f6f8;--dim:#444;--line:#bbb;
--gain:#064d2b;--loss:#7c1512;--mark:#fff3c9}.pare-diff h1,.pare-diff h2,.pare-diff h3{break-after:avoid}
.pare-diff tr,.pare-diff .steps,.pare-diff .warning{break-inside:avoid}.pare-diff .before{break-after:avoid}
.pare-diff .table{overflow:visible}.pare-diff table{font-size:9pt}}
"""

POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""What the page may load: nothing."""


def page(diff: Diff) -> str:
    """The diff as a whole HTML document."""
    title = f"{escape(diff.a)} and {escape(diff.b)}"
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}"><title>Diff: {title}</title>'
    )
    body = (
        "<style>html{color-scheme:light dark}body{margin:0}@media (prefers-color-scheme:dark){body{background:#15181b}}"
    )
    body += "@media print{body{background:#fff}}</style>"
    return f'<!doctype html>\n<html lang="en"><head>{head}{body}</head><body>\n{fragment(diff)}\n</body></html>\n'


def fragment(diff: Diff) -> str:
    """The diff as a part of a page, with its own style."""
    parts = [f'<p class="warning">{escape(line)}</p>' for line in words.warnings(diff)]
    parts.append(f"<h1>{escape(conclusion(diff))}</h1>")
    parts.append(f'<p class="dim">A: <code>{escape(diff.a)}</code><br>B: <code>{escape(diff.b)}</code></p>')
    if not diff.identical:
        parts += _sections(diff)
    return f'<style>{STYLE}</style><div class="pare-diff">{"".join(parts)}</div>'


def _sections(diff: Diff) -> list[str]:
    return [
        _section("Scenarios whose success rate moved", "".join(_finding(diff, item) for item in diff.moved)),
        _section(
            "Scenarios that differ at the same success rate", "".join(_finding(diff, item) for item in diff.changed)
        ),
        _section(
            "First different decisions",
            _table(("kind", "pairs"), [(k, str(n)) for k, n in diff.kinds.items()], NUMBERS),
        ),
        _section("Success", _lines([] if diff.success is None else words.statistics(diff.success))),
        _section("Cells", _cells(diff)),
        _section("Other figures, means over scenarios with 95% t intervals", _metrics(diff)),
        _section("Configuration", _config(diff)),
        _section("Code", _table(("", "A", "B"), [(i.what, ", ".join(i.a), ", ".join(i.b)) for i in diff.code])),
        _section("Scenarios", _contents(diff)),
        _section("Prompts and tools", _texts(diff.prompts)),
        _section("Matching", _lines(words.matching(diff))),
        _section("Notes", _lines(map(str, diff.notes))),
    ]


def _section(title: str, body: str) -> str:
    return f"<section><h2>{escape(title)}</h2>{body}</section>" if body else ""


def _lines(lines: Iterable[str], kind: str = "") -> str:
    start = f'<p class="{kind}">' if kind else "<p>"
    return "".join(f"{start}{escape(line)}</p>" for line in lines)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]], kind: str = "") -> str:
    if not rows:
        return ""
    cells = "".join(f'<th scope="col">{escape(name)}</th>' for name in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
    table = f"<table><thead><tr>{cells}</tr></thead><tbody>{body}</tbody></table>"
    return f'<div class="table {kind}">{table}</div>' if kind else f'<div class="table">{table}</div>'


def _finding(diff: Diff, item: Finding) -> str:
    parts = [f"<h3>{escape(item.scenario)}</h3>"]
    if item.moved is None:
        parts.append(_lines([words.other_ways(item)]))
    else:
        parts.append(_lines([words.rates(item.moved), words.evidence(item.moved, diff.moved_family.size)]))
    if item.change is not None:
        said = words.change(item.change) + ("" if item.change.texts else words.NO_TEXT)
        parts.append(_lines([said]) + _texts(item.change.texts))
    parts.append(_lines(f"check held, {words.check(share)}" for share in item.checks))
    if item.examined is not None:
        parts.append(_lines([f"first different decision: {words.where(diff, item.examined)}"]))
        if item.examined.shown is not None:
            parts.append(_divergence(item.examined.shown.divergence))
    return "".join(parts)


def _divergence(found: Divergence) -> str:
    if found.kind == SAME:
        return _lines([words.headline(found)])
    rows = [*_rows(found.before), _row(found.a, found.b, ' class="here"', found.arguments), *_rows(found.after)]
    table = f'<table class="steps"><thead><tr><th>A</th><th>B</th></tr></thead><tbody>{"".join(rows)}</tbody></table>'
    return _lines([words.headline(found), words.world(found)], "before") + table


def _rows(pair: tuple[tuple[Step, ...], tuple[Step, ...]]) -> list[str]:
    return [_row(one, two, "") for one, two in zip_longest(*pair)]


def _row(one: Step | None, two: Step | None, mark: str, differing: Collection[str] = ()) -> str:
    said = (values.step(one, two, differing), values.step(two, one, differing))
    return f"<tr{mark}>{''.join(f'<td><code>{escape(text)}</code></td>' for text in said)}</tr>"


def _cells(diff: Diff) -> str:
    rows = [
        (
            shown(diff.matching.keys, item.cell),
            values.percent(item.rates[0]),
            values.percent(item.rates[1]),
            f"{values.points(item.rates[1] - item.rates[0])} {values.interval(item.interval)}",
            *("unknown" if chance is None else values.p_value(chance) for chance in (item.p_value, item.adjusted)),
        )
        for item in diff.cells
    ]
    tested = "p" if any(item.interval.estimand == "benchmark" for item in diff.cells) else "mid-p"
    head = ("cell", "A", "B", "difference", tested, f"{tested}, corrected for {diff.cell_family.size} cells")
    return _table(head, rows, NUMBERS) if len(rows) > 1 else ""


def _metrics(diff: Diff) -> str:
    rows = []
    for item in diff.metrics:
        change = values.change_of(*item.means, item.interval.low, item.interval.high)
        rows.append((values.metric_name(item.name), f"{item.means[0]:.4g}", f"{item.means[1]:.4g}", change))
    return _table(("metric", "A", "B", "difference, B less A"), rows, NUMBERS)


def _config(diff: Diff) -> str:
    rows = [
        (
            item.key,
            " | ".join(map(values.value, item.a)) or "not there",
            " | ".join(map(values.value, item.b)) or "not there",
            "yes" if item.identity else "chooses what runs" if item.chooses else "no",
        )
        for item in diff.config
    ]
    return _table(("key", "A", "B", "can change a result"), rows)


def _contents(diff: Diff) -> str:
    lines = [
        f"only {label} has {', '.join(names)}" for label, names in zip("AB", diff.contents.only, strict=True) if names
    ]
    lines += [f"{item.scenario}: {words.change(item)}" for item in diff.contents.changed]
    return _lines(lines)


def _texts(texts: Iterable[TextDiff]) -> str:
    parts = []
    for item in texts:
        lines = "\n".join(_marked(line) for line in item.lines)
        parts.append(f"<details open><summary>{escape(item.name)}</summary><pre>{lines}</pre></details>")
    return "".join(parts)


def _marked(line: str) -> str:
    tag = {"+": "ins", "-": "del"}.get(line[:1])
    return escape(line) if tag is None else f"<{tag}>{escape(line)}</{tag}>"
