"""At which prices the runs of a job were made.

Prices are no part of a result's identity, so a job may go on at other ones than it began with. Finished runs keep what
they cost; the manifest, whose configuration has the prices of the first start, notes those of later ones beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from pare_runner.batch.agents import engines
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.metrics import COST, row_cost
from pare_runner.errors import InputError
from pare_runner.llm.config import LLMEngineConfig, Prices
from pare_runner.policy.request import Role

FURTHER = "further_prices"
"""Key of the manifest: of each start that had other prices than all before it, role → prices; absent without one."""

Models = Mapping[Role, LLMEngineConfig]
Row = Mapping[str, Any]


def price_lists(manifest: Mapping[str, Any], config: MultiScenarioRunnerConfig) -> list[Models]:
    """The models of `config`, which is that of the `manifest`, at the prices of each start; InputError for bad ones."""
    models = engines(config)
    try:
        further = [{role: _at(model, prices.get(role)) for role, model in models.items()} for prices in _of(manifest)]
        return [models, *further]
    except (AttributeError, TypeError, ValidationError) as error:
        raise InputError(f"{FURTHER} of the manifest cannot be used: {str(error).splitlines()[0]}") from error


def note_prices(manifest: dict[str, Any], config: MultiScenarioRunnerConfig) -> bool:
    """Note in the manifest of a job that it goes on at the prices of `config`; whether it began at others."""
    now: dict[str, Any] = {}
    for role, engine in engines(config).items():
        now[role] = None if engine.prices is None else engine.prices.model_dump()
    engine_of = {role: manifest["config"].get(f"{role}_engine_config") or {} for role in now}
    began = {role: engine.get("prices") for role, engine in engine_of.items()}
    if not any(_same(known, now) for known in (began, *_of(manifest))):
        manifest[FURTHER] = [*_of(manifest), now]
    return not _same(began, now)


def paid_at(row: Row, lists: Sequence[Models]) -> Models:
    """The first of `lists` at which the tokens of a run cost what its line says; the first of all if there is none."""
    return next((models for models in lists if row_cost(row, models) == row.get(COST)), lists[0])


def _of(manifest: Mapping[str, Any]) -> list[dict[str, Any]]:
    return list(manifest.get(FURTHER) or ())


def _at(model: LLMEngineConfig, prices: object) -> LLMEngineConfig:
    return model.model_copy(update={"prices": None if prices is None else Prices.model_validate(prices)})


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether runs cost the same at two lists, wherever and whenever these were read."""
    return {role: _numbers(prices) for role, prices in one.items()} == {
        role: _numbers(prices) for role, prices in other.items()
    }


def _numbers(prices: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return None if prices is None else tuple(prices.get(name) for name in ("input", "output", "cached_input"))
