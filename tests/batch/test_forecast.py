"""The forecast: what it says of runs that are known, half known, and not known at all."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.batch import past_runs as looking
from pare_runner.batch.budget import Budget
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.forecast import PLAYED, Ahead, forecast
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.past_runs import SAME, PastRuns, newest, past_runs
from pare_runner.batch.prompt_sizes import CHARACTERS, REPLY_TOKENS, PromptSizes
from pare_runner.batch.results import config_columns
from pare_runner.llm.config import LLMEngineConfig, Prices
from tests.batch.situations import NotesScenario
from tests.faults.jobs import job_config, rows_of
from tests.faults.picnic import playing, write_picnics
from tests.llm.fault_server import FaultServer

DAY = "2026-01-01"
PRICES = Prices(input=100.0, output=1100.0, source="here", date=DAY)
MODEL = LLMEngineConfig(model_name="m", provider="p", prices=PRICES)
OFFLINE = LLMEngineConfig(model_name="scripted", adapter="offline")


def config(model: LLMEngineConfig = MODEL, **fields: Any) -> MultiScenarioRunnerConfig:
    roles = dict.fromkeys(("user_engine_config", "observe_engine_config", "execute_engine_config"), model)
    return MultiScenarioRunnerConfig.model_validate({**roles, "execute_max_iterations": 5, "max_turns": 20, **fields})


def row(scenario: str = "notes", prompt: int = 9000, **more: Any) -> dict[str, Any]:
    """A run of 10 calls that costs 2 dollars now, and cost another sum when it was made."""
    columns = config_columns(config())
    tokens = {"prompt_tokens": prompt, "completion_tokens": 1000}
    counts = {"model_calls": 10, **tokens, "cost_usd": 77.0, "usage_by_role": {"observe": tokens}}
    kind = {name: columns[name] for name in SAME}
    return {**kind, "base_scenario_id": scenario, "status": "success", "oracle": False, **counts, **more}


def past(*rows: dict[str, Any]) -> PastRuns:
    found = PastRuns()
    found.add(rows)
    return found


def renamed(count: int) -> list[NotesScenario]:
    scenarios = [NotesScenario() for _ in range(count)]
    for place, scenario in enumerate(scenarios):
        scenario.scenario_id = f"notes_{place}"
    return scenarios


def test_jobs_without_models_need_nothing() -> None:
    found = forecast([Ahead("a", config(OFFLINE), [NotesScenario()]), Ahead("b", config(oracle=True), [])], past())

    assert list(found.lines()) == ["forecast: no model is going to be asked; that costs nothing"]


def test_earlier_runs_of_the_same_scenario_say_most() -> None:
    scenario = NotesScenario()
    evidence = past(row(prompt=8000), row(prompt=10_000), row("other", prompt=10**6))
    total = forecast([Ahead("a", config(), [scenario] * 4)], evidence).total

    assert (total.calls.expected, total.prompt.expected, total.completion.expected) == (40, 36_000, 4000)
    assert total.cost is not None
    assert total.cost.expected == pytest.approx(8.0)
    # Each of four runs varies by a tenth of 2 dollars (1,000 of 10,000 tokens), all of them may be off by a tenth.
    assert total.cost.low == pytest.approx(0.9 * 8 - 2 * (4 * 0.2**2) ** 0.5)
    assert total.cost.high == pytest.approx(1.1 * 8 + 2 * (4 * 0.2**2) ** 0.5)
    assert dict(total.based_on) == {"earlier runs of the same scenarios and models": 4}


def test_other_scenarios_of_the_same_models_stand_in_with_a_wider_range() -> None:
    evidence = past(row("other"), row("third"))
    total = forecast([Ahead("a", config(), [NotesScenario()])], evidence).total

    assert total.cost is not None
    assert (total.cost.low, total.cost.expected, total.cost.high) == pytest.approx((1.4, 2.0, 2.8))
    assert dict(total.based_on) == {"earlier runs of these models in other scenarios": 1}


@pytest.mark.parametrize(
    "other",
    [
        {"status": "exception"},
        {"oracle": True},
        {"model_calls": None},
        {"observe_model": "another"},
        {"message_protocol": "react"},
        {"protocol_version": 2},
    ],
)
def test_what_is_no_evidence(other: dict[str, Any]) -> None:
    assert past(row(**other)).of(config()) == {}


def test_earlier_runs_tell_tokens_and_the_configuration_tells_prices() -> None:
    job, scenario = config(), NotesScenario()
    for cost in (None, 0.5, 900.0):
        found = forecast([Ahead("a", job, [scenario])], past(row(cost_usd=cost), row(cost_usd=cost)))
        assert found.total.cost is not None
        assert found.total.cost.expected == pytest.approx(2.0)
        assert found.warning(Budget(max_cost_usd=1.0)) is not None

    unpriced = forecast([Ahead("a", config(MODEL.model_copy(update={"prices": None})), [scenario])], past(row()))
    assert unpriced.total.cost is None
    assert "cost unknown" in next(unpriced.lines())


def test_each_role_pays_its_own_price() -> None:
    """Exactly, or from lines of earlier versions as if all roles had read, written and cached alike."""
    user = {"prompt_tokens": 1000, "completion_tokens": 900, "cached_tokens": 0}
    observe = {"prompt_tokens": 8000, "completion_tokens": 100, "cached_tokens": 4000}
    dear = MODEL.model_copy(update={"prices": Prices(input=10.0, output=50.0, cached_input=1.0, source="x", date=DAY)})
    cheap = MODEL.model_copy(update={"prices": Prices(input=1.0, output=2.0, source="x", date=DAY)})
    job = config(dear, user_engine_config=cheap)
    run = row(cached_tokens=4000, usage_by_role={"user": user, "observe": observe})

    exact = forecast([Ahead("a", job, [NotesScenario()])], past(run)).total.cost
    assert exact is not None
    assert exact.expected == pytest.approx((1000 * 1 + 900 * 2 + 4000 * 10 + 4000 * 1 + 100 * 50) / 1e6)

    earlier = {name: value for name, value in run.items() if name != "usage_by_role"}
    shared = past({**earlier, "tokens_by_role": {"user": 1900, "observe": 8100}})
    about = forecast([Ahead("a", job, [NotesScenario()])], shared).total.cost
    assert about is not None
    of_user, of_model = 0.9 * 1 + 0.1 * 2, 0.5 * 10 + 0.4 * 1 + 0.1 * 50
    assert about.expected == pytest.approx((1900 * of_user + 8100 * of_model) / 1e6)
    assert forecast([Ahead("a", job, [NotesScenario()])], past(earlier)).total.cost is None


def test_what_runs_cost_is_what_a_forecast_at_their_prices_says(tmp_path: Path) -> None:
    with FaultServer(playing()).in_thread() as server:
        priced = {"prices": PRICES.model_dump()}
        experiment = job_config(server, write_picnics(tmp_path / "picnics", ["bread"]), engine=priced)
        run_job(experiment, tmp_path / "job")
    done = rows_of(tmp_path / "job")["picnic_bread"]
    (unit,) = job_units(experiment)
    found = forecast([Ahead("a", experiment, [unit.scenario])], past_runs([tmp_path / "job"])).total.cost
    assert found is not None
    assert found.expected == done["cost_usd"] > 0


def test_prompts_are_those_of_real_requests() -> None:
    scenario = NotesScenario()
    asked = PromptSizes().of(config(), scenario)
    assert asked is not None
    assert set(asked.calls) == {"user", "observe", "execute"}
    for role, usage in asked.usage.items():
        assert usage.completion_tokens == asked.calls[role] * REPLY_TOKENS
        assert usage.prompt_tokens > asked.calls[role] * 100

    total = forecast([Ahead("a", config(), [scenario] * 2)], past()).total
    prompt = sum(usage.prompt_tokens for usage in asked.usage.values())
    replies = REPLY_TOKENS * sum(asked.calls.values())
    assert (total.prompt.expected, total.completion.expected) == (2 * prompt, 2 * replies)
    assert total.cost is not None
    assert total.cost.expected == pytest.approx(2 * (prompt * 100.0 + replies * 1100.0) / 1e6)
    assert (total.cost.low, total.cost.high) == pytest.approx((total.cost.expected / 2, total.cost.expected * 3))


def test_a_role_without_a_model_costs_nothing() -> None:
    all_roles, assistant = config(), config(user_engine_config=OFFLINE)
    sizes = PromptSizes()
    whole, part = sizes.of(all_roles, NotesScenario()), sizes.of(assistant, NotesScenario())

    assert whole is not None
    assert part is not None
    assert set(part.calls) == {"observe", "execute"}
    assert part.calls["observe"] == whole.calls["observe"]
    assert part.cost(assistant) < whole.cost(all_roles)  # type: ignore[operator]


def test_prompts_are_what_a_server_receives(tmp_path: Path) -> None:
    """A model that acts as `scripted` would is asked about what was forecast."""
    with FaultServer(playing()).in_thread() as server:
        experiment = job_config(server, write_picnics(tmp_path / "picnics", ["bread"]))
        run_job(experiment, tmp_path / "job")
        sent = sum(len(str(body["messages"])) + len(str(body.get("tools", ""))) for body in server.bodies)
        done = rows_of(tmp_path / "job")["picnic_bread"]
    (unit,) = job_units(experiment)
    asked = PromptSizes().of(experiment, unit.scenario)
    assert asked is not None
    assert sum(asked.calls.values()) == pytest.approx(done["model_calls"], rel=0.5)
    forecast_prompt = sum(usage.prompt_tokens for usage in asked.usage.values())
    assert forecast_prompt == pytest.approx(sent / CHARACTERS, rel=0.5)


def test_few_scenarios_are_played_and_stand_for_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    played: list[str] = []
    original = PromptSizes.of

    def count(self: PromptSizes, given: MultiScenarioRunnerConfig, scenario: Any) -> Any:
        played.append(scenario.scenario_id)
        return original(self, given, scenario)

    monkeypatch.setattr(PromptSizes, "of", count)
    total = forecast([Ahead("a", config(), renamed(45))], past()).total

    assert played == [f"notes_{place}" for place in range(0, 45, 5)]
    assert len(played) <= PLAYED
    one = original(PromptSizes(), config(), NotesScenario())
    assert one is not None
    assert total.calls.expected == pytest.approx(45 * sum(one.calls.values()), rel=0.01)


def test_an_assistant_that_waits_cannot_be_played() -> None:
    experiment = config(agent_type="tests.batch.test_forecast:Waiting")
    found = forecast([Ahead("a", experiment, [NotesScenario()])], past())

    assert list(found.lines()) == [
        "forecast: 1 run to make",
        "forecast: based on nothing: these runs cannot be played without their models (1 runs)",
    ]


class Waiting(ObserveExecuteAssistant):
    """Waits for something that is no model."""

    async def observe(self, phase: Any) -> None:
        await asyncio.sleep(0)


class Broken(NotesScenario):
    """Cannot be set up."""

    scenario_id = "broken"

    def build_events_flow(self) -> None:
        raise ValueError("no flow")


def test_a_scenario_that_goes_wrong_is_taken_to_be_like_the_others() -> None:
    alone = forecast([Ahead("a", config(), [NotesScenario()])], past()).total
    both = forecast([Ahead("a", config(), [NotesScenario(), Broken()])], past()).total

    assert (both.runs, both.calls.expected) == (2, 2 * alone.calls.expected)


def test_a_budget_that_cannot_be_enough_is_a_warning() -> None:
    found = forecast([Ahead("a", config(), [NotesScenario()] * 10)], past(row(), row()))

    assert found.warning(Budget()) is None
    assert found.warning(Budget(max_cost_usd=18.0)) is None
    assert found.warning(Budget(max_cost_usd=17.0)) == (
        "the runs ahead will cost at least $18.00, and $17.00 of limits.max_cost_usd=17 are left"
    )
    used = Budget(max_cost_usd=18.0)
    used.count_row(row(cost_usd=2.0))
    assert "and $16.00 of limits.max_cost_usd=18 are left" in str(found.warning(used))
    assert found.warning(Budget(max_tokens=90_000)) is None
    assert "at least 90k tokens" in str(found.warning(Budget(max_tokens=89_999)))


def test_jobs_are_shown_one_by_one_and_together() -> None:
    jobs = [Ahead(f"job #{place}", config(), [NotesScenario()]) for place in range(22)]
    lines = list(forecast(jobs, past(row())).lines())

    assert lines[0].startswith("forecast: job #0: 1 run to make, about 10 model calls, 9000 prompt and 1000 completion")
    assert lines[20] == "forecast: ... and 2 more jobs"
    assert lines[21].startswith("forecast: in total 22 runs to make, about 220 model calls, 198k prompt")


def test_results_are_looked_for_in_the_newest_directories(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FaultServer(playing()).in_thread() as server:
        experiment = job_config(server, write_picnics(tmp_path / "picnics", ["bread"]))
        for place in range(3):
            run_job(experiment, tmp_path / "outputs" / "day" / str(place))
    broken = tmp_path / "outputs" / "broken"
    broken.mkdir()
    (broken / "plan.json").write_text("{")
    monkeypatch.setattr(looking, "DIRECTORIES", 3)

    found = newest(tmp_path / "outputs")
    assert [path.name for path in found] == ["broken", "2", "1"]
    assert len(past_runs(found).of(experiment)["picnic_bread"]) == 2
    monkeypatch.setattr(looking, "BYTES", 10)
    assert past_runs(found).of(experiment) == {}
