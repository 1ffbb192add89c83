"""Out and in again: the export of an import is the export it was made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.episode.oracle import run_oracle
from pare_runner.scenarios.compiler.compile import compile_scenario
from pare_runner.scenarios.scenario import PAREScenario
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.documents import parse_hf, read_hf
from pare_runner.traces.hf import hf_document
from pare_runner.traces.importing.running import run_imported
from pare_runner.traces.importing.scenario import import_document
from pare_runner.traces.record import record_of

SHIPPED = sorted((Path(__file__).parents[3] / "scenarios").glob("*.yaml"))
CONDITIONAL = {"camping_cart_code", "consent_form_left_behind", "expense_report_due"}


def exported(scenario: PAREScenario) -> dict[str, Any]:
    """The hf document of an oracle run, as it is read from its file."""
    document: dict[str, Any] = orjson.loads(
        orjson.dumps(hf_document(record_of(run_oracle(scenario), TraceContext(scenario.scenario_id))))
    )
    return document


def calls(document: dict[str, Any]) -> list[Any]:
    """What was called when with which result, without conditions and what waits for what."""
    left_out = ("dependencies",)
    events = [event for event in document["completed_events"] if event["event_type"] != "CONDITION"]
    return [{key: value for key, value in event.items() if key not in left_out} for event in events]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_scenario_comes_back(path: Path) -> None:
    first = exported(compile_scenario(path.read_text(), path.name))
    imported = import_document(parse_hf(orjson.dumps(first), path.name))
    again = imported.compile()
    assert " state:" not in imported.text()  # every state has a tidy section
    assert again.file.scoring == "derived"
    second = exported(again)
    assert orjson.dumps(second["apps"]) == orjson.dumps(first["apps"])
    assert second["metadata"]["definition"] == first["metadata"]["definition"]
    if path.stem in CONDITIONAL:
        conditions = [event for event in first["events"] if event["event_type"] == "CONDITION"]
        assert len(imported.report.of("condition")) == len(conditions) > 0
        names = [event["event_id"] for event in first["events"] if event not in conditions]
        assert [event["event_id"] for event in second["events"]] == names
        assert calls(second) == calls(first)
    else:
        assert second["events"] == first["events"]
        assert second["completed_events"] == first["completed_events"]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_second_import_gives_the_same_file(path: Path) -> None:
    first = import_document(parse_hf(orjson.dumps(exported(compile_scenario(path.read_text(), "s"))), path.name))
    second = import_document(parse_hf(orjson.dumps(exported(first.compile())), path.name))
    assert second.text() == first.text()


def test_references_come_back_and_are_told() -> None:
    path = next(path for path in SHIPPED if path.stem == "undeliverable_grinder")
    first = exported(compile_scenario(path.read_text(), path.name))
    imported = import_document(parse_hf(orjson.dumps(first), path.name))
    args = [argument for event in first["events"] for argument in event["action"]["args"]]
    references = [argument for argument in args if str(argument["value"]).startswith("{{")]
    assert len(imported.report.of("reference")) == len(references) > 0
    assert "{from: shop_writes}" in imported.text()


def test_the_samples_are_imported_run_and_exported_under_their_old_ids(shared: Path) -> None:
    for path in sorted((shared / "samples" / "traces").glob("*.json")):
        document = read_hf(path)
        run = run_imported(import_document(document))
        assert run.is_good, (path.name, run.unexplained, run.outcome.result.rationale)
        assert set(run.counts) == {"same"}
        second = hf_document(record_of(run.outcome, TraceContext("id")))
        kept = {event.event_id for event in document.events if event.event_type != "CONDITION"}
        assert {event["event_id"] for event in second["events"]} == kept
        assert {event["event_id"] for event in second["completed_events"]} == kept
        assert " state:" not in run.scenario.text()
