"""Jobs that go on at other prices: finished runs keep what they cost, and come out of their recording like that."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.manifest import read_manifest
from pare_runner.batch.price_lists import FURTHER, price_lists
from pare_runner.batch.rescoring import rescore
from pare_runner.batch.verification import Difference, recorded_job
from pare_runner.errors import InputError
from tests.batch.cache.jobs import edit, run, verified
from tests.faults.jobs import job_config, rows_of
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer

WORDS = ("bread", "honey", "plums")
PRICES: list[dict[str, Any] | None] = [
    {"input": 10_000.0, "output": 30_000.0, "source": "here", "date": "2026-01-01"},
    {"input": 100.0, "output": 300.0, "cached_input": 10.0, "source": "there", "date": "2026-02-01"},
    None,
]


@pytest.fixture
def server() -> Iterator[FaultServer]:
    with FaultServer(playing()).in_thread() as running:
        yield running


@pytest.fixture
def picnics(tmp_path: Path) -> Path:
    return write_picnics(tmp_path / "picnics", WORDS)


@pytest.fixture
def mixed(server: FaultServer, picnics: Path, tmp_path: Path) -> Path:
    """A job of three runs, each made at other prices."""
    for count, prices in enumerate(PRICES, start=1):
        run(priced(server, picnics, prices, count), tmp_path / "job", resume=count > 1)
    return tmp_path / "job"


def priced(server: FaultServer, picnics: Path, prices: dict[str, Any] | None, count: int) -> MultiScenarioRunnerConfig:
    config = job_config(server, picnics, engine={"prices": prices})
    return config.model_copy(update={"scenarios": tuple(map(str, sorted(picnics.iterdir())[:count]))})


def costs(job: Path) -> list[float | None]:
    return [rows_of(job)[f"picnic_{word}"]["cost_usd"] for word in WORDS]


def test_finished_runs_keep_what_they_cost_and_are_verified(
    mixed: Path, server: FaultServer, picnics: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, second, third = costs(mixed)
    assert first is not None
    assert second == pytest.approx(first / 100)
    assert third is None
    said = [text for text in (record.getMessage() for record in caplog.get_records("setup")) if "prices" in text]
    assert said == 2 * [f"{mixed} began at other prices: runs that are finished keep what they cost"]
    assert [further["user"] for further in read_manifest(mixed)[FURTHER]] == PRICES[1:]
    assert verified(mixed) == 3

    caplog.clear()
    run(priced(server, picnics, PRICES[0], 3), mixed, resume=True)
    assert not [record for record in caplog.records if "prices" in record.getMessage()]
    assert len(read_manifest(mixed)[FURTHER]) == 2, "a list that is known is noted once"


def test_another_source_of_the_same_prices_is_no_other_list(
    server: FaultServer, picnics: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    run(priced(server, picnics, PRICES[0], 1), tmp_path / "job")
    elsewhere = {**(PRICES[0] or {}), "source": "elsewhere", "date": "2026-03-03"}
    run(priced(server, picnics, elsewhere, 2), tmp_path / "job", resume=True)

    assert FURTHER not in read_manifest(tmp_path / "job")
    assert not [record for record in caplog.records if "prices" in record.getMessage()]


def test_a_cost_that_no_list_gives_is_a_difference(mixed: Path) -> None:
    cost = str(costs(mixed)[0])
    text = (mixed / "results.jsonl").read_text()
    (mixed / "results.jsonl").write_text(text.replace(f'"cost_usd":{cost}', '"cost_usd":0.25'))

    with pytest.raises(Difference, match="cost_usd is not the recorded one"):
        verified(mixed)


def test_runs_that_are_judged_anew_keep_what_they_cost(mixed: Path, picnics: Path) -> None:
    before = costs(mixed)
    for word in WORDS:
        edit(picnics, word, f"contains: {word}", "contains: cake")
    (rescored,) = rescore(mixed)

    assert len(rescored.judged) == 3
    assert costs(mixed) == before
    assert verified(mixed) == 3


@pytest.mark.parametrize("further", [[5], [{"user": {"input": 1.0}}], [{"user": "dear"}]])
def test_prices_that_are_none(further: Any, mixed: Path) -> None:
    path = mixed / "manifest.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), FURTHER: further}))

    with pytest.raises(InputError, match=f"{FURTHER} of the manifest cannot be used"):
        price_lists(read_manifest(mixed), recorded_job(mixed)[0])
