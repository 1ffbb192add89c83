"""The first section of a report: each configuration by itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pare_runner.analysis.report.headline import headline_k
from pare_runner.analysis.report.methods import estimand
from pare_runner.analysis.report.model import Configuration, Report
from pare_runner.analysis.report.tables import (
    ID,
    LABEL,
    Cell,
    Column,
    Section,
    Table,
    count,
    dollars,
    number,
    percent,
    span,
    together,
    words,
)


def overview(report: Report) -> Section:
    """Rates with intervals and passes, exceptions if there are any, and what the agents did."""
    found = report.configurations
    head = f"{report.level:.0%} interval"
    ks = sorted({item.k for config in found for item in config.passes})
    columns = [ID, LABEL, Column("scenarios"), Column("runs"), Column("success"), Column(head)]
    if any(item.bootstrap for item in found):
        columns.append(Column("bootstrap", "interval of the cluster bootstrap", detail=True))
    shown = headline_k(found)
    for k in ks:
        detail = k != shown
        columns.append(
            Column(f"pass@{k}", f"at least one of {k} runs succeeds" if k > 1 else "one run succeeds", detail=detail)
        )
        if k > 1:
            columns.append(Column(f"pass^{k}", f"all of {k} runs succeed", detail=detail))
    rows = [
        (
            words(item.id),
            words(item.label),
            count(item.scenarios),
            count(item.runs),
            percent(item.rate.estimate),
            span(item.rate),
            *([] if item.bootstrap is None else [span(item.bootstrap)]),
            *_passes(item, ks),
        )
        for item in found
    ]
    tables = [Table("headline", tuple(columns), tuple(rows))]
    if any(item.statuses["exception"] or item.statuses["no_validation"] for item in found):
        tables.append(_exceptions(found))
    tables.append(_conduct(found))
    return Section(
        "headline",
        "Success",
        f"Estimand: {estimand(report)}. A rate is the mean over scenarios of the share of successes among judged runs.",
        tuple(tables),
        (*together((item.id, item.rate.note) for item in found), *together(_left_out(found))),
    )


def _left_out(found: Sequence[Configuration]) -> Iterator[tuple[str, str]]:
    """What pass@k and pass^k are not about, where that is other scenarios than those of the rate."""
    for item in found:
        judged = max((passed.scenarios for passed in item.passes), default=0)
        short = [f"k = {passed.k}: {judged - passed.scenarios}" for passed in item.passes if passed.scenarios < judged]
        if short:
            yield (
                item.id,
                "pass@k and pass^k leave out scenarios with fewer than k judged runs, so columns are not about "
                f"the same ones: {', '.join(short)} of {judged}",
            )


def _passes(item: Configuration, ks: Sequence[int]) -> Iterator[Cell]:
    known = {found.k: found for found in item.passes}
    for k in ks:
        found = known.get(k)
        yield percent(None if found is None else found.pass_at_k.estimate)
        if k > 1:
            yield percent(None if found is None else found.pass_hat_k.estimate)


def _exceptions(found: Sequence[Configuration]) -> Table:
    rows = []
    for item in found:
        bounds = item.exceptions
        share = None if bounds is None or bounds.share is None else float(bounds.share)
        rows.append(
            (
                words(item.id),
                words(item.label),
                count(item.statuses["exception"]),
                percent(share),
                percent(None if bounds is None else bounds.low),
                percent(item.rate.estimate),
                percent(None if bounds is None else bounds.high),
                count(item.statuses["no_validation"]),
            )
        )
    columns = (
        ID,
        LABEL,
        Column("exceptions"),
        Column("share", "of all runs that ended in success, failure or exception"),
        Column("if failed", "success rate if all exceptions had failed"),
        Column("success", "exceptions left out"),
        Column("if passed", "success rate if all exceptions had succeeded"),
        Column("unjudged", "runs without a verdict: their scenario has no check"),
    )
    return Table("exceptions", columns, tuple(rows), title="Exceptions, and the bounds that they set")


def _conduct(found: Sequence[Configuration]) -> Table:
    tokens = any(item.means.tokens for item in found)
    cost = tokens and any(item.means.cost is not None for item in found)
    columns = [
        ID,
        LABEL,
        Column("proposals"),
        Column("accepted", "acceptances a proposal"),
        Column("a turn", "proposals a turn"),
        Column("turns", "turns of a run, idle ones not counted"),
        Column("calls", "model calls of a run"),
        *([Column("tokens", "tokens of a run")] if tokens else []),
        *([Column("cost", "of a run")] if cost else []),
        Column("unseen", "scripted events of a run that the assistant was never told of", detail=not _unseen(found)),
    ]
    rows = [
        (
            words(item.id),
            words(item.label),
            count(item.proposals),
            percent(item.acceptance_rate),
            number(item.proposal_rate, 3),
            number(item.means.turns),
            number(item.means.model_calls),
            *([number(item.means.tokens, 0)] if tokens else []),
            *([dollars(item.means.cost)] if cost else []),
            number(item.means.unseen_events, 2),
        )
        for item in found
    ]
    return Table("conduct", tuple(columns), tuple(rows), title="Proposals, and what a run takes")


def _unseen(found: Sequence[Configuration]) -> bool:
    return any(item.means.unseen_events for item in found)
