"""Models in a composition: who plays which role, what reaches whom, and what is wrong with it."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from omegaconf import DictConfig, OmegaConf

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.cli.body import roles, runner_config
from pare_runner.cli.compose import Composer
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.flags import parse
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.nodes import BASE_URL, ENDPOINT, MODEL_KEYS
from pare_runner.cli.resolvers import user_model
from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig, Quirks

LOCAL = "model.base_url=http://localhost:8000/v1"
KEY = "sk-proj-4f9a0c77d1e24b6e8a"
TOKEN = "9f86d081884c7d659a2feaa0c55ad015"


def composed(line: str) -> MultiScenarioRunnerConfig:
    """What a command line composes to, as the validated configuration."""
    composer = Composer.for_line(parse(line.split()))
    with composer._explained():
        return runner_config(composer._compose(multirun=False))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("", "user=scripted, observe=scripted, execute=scripted"),
        ("model=gpt5", "user=gpt-5-mini, observe=gpt-5, execute=gpt-5"),
        ("model@observe=gpt5 model@user=rules", "user=rules, observe=gpt-5, execute=scripted"),
        ("model=eager model@judge=gpt5", "user=scripted, observe=eager, execute=eager, judge=gpt-5"),
        (f"model=local {LOCAL} model@user=same", "user=local, observe=local, execute=local"),
        ("protocol=pare_2026 model=gpt5 model@user=scripted", "user=scripted, observe=gpt-5, execute=gpt-5"),
        ("oracle=true model=local", "oracle, no agents"),
    ],
)
def test_who_plays_which_role(line: str, expected: str) -> None:
    assert roles(composed(line)) == expected


@pytest.mark.parametrize(
    ("model", "observe", "execute", "user"),
    [
        ("scripted", "same", "same", "scripted"),
        ("gpt5", "random", "eager", "scripted"),
        ("gpt5", "same", "eager", "fixed"),
        ("random", "same", "my_own", "fixed"),
    ],
)
def test_the_user_follows_the_roles_not_the_model(model: str, observe: str, execute: str, user: str) -> None:
    assert user_model(model, observe, execute, "fixed") == user


def test_values_reach_the_roles_that_follow_the_model() -> None:
    line = "model=qwen3_max model.temperature=0.3 model.quirks.omit=[seed] observe.max_tokens=7 user.seed=4"
    config = composed(f"{line} model@execute=gpt5 +model.extra_body.top_k=5")
    observe, execute, user = config.observe_engine_config, config.execute_engine_config, config.user_engine_config

    assert (observe.model_name, observe.temperature, observe.max_tokens) == ("qwen3-max", 0.3, 7)
    assert (observe.quirks.omit, observe.extra_body) == (("seed",), {"top_k": 5})
    assert (execute.model_name, execute.temperature, execute.extra_body) == ("gpt-5", None, {})
    assert (user.model_name, user.seed) == ("gpt-5-mini", 4)
    assert (config.user_model_alias, config.observe_model_alias, config.execute_model_alias) == (
        "gpt-5-mini",
        "qwen3-max",
        "gpt-5",
    )


def test_a_protocol_holds_the_rules_and_the_command_line_wins() -> None:
    config = composed("protocol=pare_2026 max_turns=3 time=tokens time.idle=poll:5 limits=none timeout_seconds=9")

    assert (config.protocol, config.message_protocol, config.suite.runs) == ("pare_2026", "react", 4)
    assert (config.max_turns, config.max_turns_fixed) == (3, True)
    assert (config.simulated_generation_time_mode, config.poll_seconds) == ("tokens", 5.0)
    assert (config.max_tokens_per_run, config.timeout_seconds, config.max_scenario_duration) == (None, 9, None)


def test_without_a_word_from_the_command_line_the_protocol_decides() -> None:
    config = composed("protocol=pare_2026")

    assert (config.max_turns, config.max_turns_fixed) == (10, False)
    assert config.simulated_generation_time_mode == "measured"
    assert (config.max_tokens_per_run, config.timeout_seconds) == (5_000_000, 7200)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("model@usr=gpt5", "model@usr: there is no such role (did you mean 'user'?)"),
        ("model@observe=gpt55", "model@observe has no option 'gpt55' (did you mean 'gpt5'?)"),
        ("model=none", "model=none: only the judge can do without a model"),
        ("model=same", "model=same: `same` follows model="),
        ("model=always_accept", "model@observe: 'always_accept' is a user and cannot play"),
        ("model=local", "observe: the address of the server is missing (add model.base_url="),
        ("model@user=local", "user: the address of the server is missing (add user.base_url="),
        ("model=gpt5 model.temperature=0.3", "observe: temperature is set, but gpt-5 does not take it"),
        ("user.temprature=1", "unknown key 'user.temprature' (did you mean 'user.temperature'?)"),
        ("model.api_key=x", "unknown key 'model.api_key' (did you mean 'model.api_key_env'?)"),
        ("api_key=x", "unknown key 'api_key' (did you mean 'model.api_key_env'?)"),
        (LOCAL, "observe: base_url is set, but scripted works offline and does not use it (add model=local)"),
        ("user.base_url=http://x/v1", "user: base_url is set, but scripted works offline and does not use it (add mod"),
        ("model.api_key_env=MY_KEY", "observe: api_key_env is set, but scripted works offline"),
        ("model=eager model.quirks.tool_choice=none", "observe: quirks is set, but eager works offline"),
        (
            "model=gpt5 model.model_name=gpt-5-nano",
            "model.model_name=gpt-5-nano: alias and prices of the chosen option would stay "
            "(add what is true of it, or null where that is unknown: model.alias=null model.prices=null)",
        ),
        (
            "model=gpt5 user.model_name=gpt-5-nano user.alias=nano",
            "user.model_name=gpt-5-nano: prices of the chosen option would stay",
        ),
        ("judge.temperature=1", "judge.temperature: there is no judge (choose its model first: model@judge=)"),
        ("model@judge=gpt5 judge.temprature=1", "unknown key 'judge.temprature' (did you mean 'judge.temperature'?)"),
        ("model=gpt5 model.prices.inptu=1", "unknown key 'model.prices.inptu' (did you mean 'model.prices.input'?)"),
        ("model=llama4_scout model.prices.input=1", "model.prices.input: this model has no prices yet (give all: "),
        ("model=gpt5 model.extra_body.top_k=2", "model.extra_body.top_k is not there yet (a new member needs a +: +mo"),
        ("observe_engine_config.model_name=x", "observe_engine_config.model_name cannot be set itself (choose with"),
    ],
)
def test_bad_choices(line: str, message: str) -> None:
    with pytest.raises(ConfigError) as caught:
        composed(line)

    assert str(caught.value).startswith(message)


@pytest.mark.parametrize("line", [KEY, f"model={KEY}", f"{LOCAL}?key={KEY}", f"experiment_name={KEY}", f"+{KEY}=1"])
def test_a_command_line_that_holds_a_key_is_refused(line: str) -> None:
    with pytest.raises(ConfigError, match="looks like a key, which would be written to files") as caught:
        composed(line)

    assert KEY not in str(caught.value)


@pytest.mark.parametrize(
    "line", ["TOKEN", "model=TOKEN", f"{LOCAL}?key=TOKEN", "seed=TOKEN", "seed=1,TOKEN", "TOKEN=1", "log_level=TOKEN"]
)
def test_what_may_be_a_key_is_masked(line: str) -> None:
    with pytest.raises(ConfigError, match=r"\*\*\*") as caught:
        composed(line.replace("TOKEN", TOKEN))

    assert TOKEN not in str(caught.value)


def test_an_empty_value_is_none_where_there_may_be_none() -> None:
    line = "max_turns= proposal_timeout= limits.max_tokens_per_run= suite.limit= model=gpt5 model.prices.cached_input="
    config = composed(f"{line} model.reasoning_effort= model.quirks.tool_choice= user.alias= user.prices=")

    engine, user = config.observe_engine_config, config.user_engine_config
    assert (config.max_turns, config.proposal_timeout, config.max_tokens_per_run, config.suite.limit) == (None,) * 4
    assert (engine.reasoning_effort, engine.quirks.tool_choice, user.alias, user.prices) == (None,) * 4
    assert engine.prices is not None
    assert engine.prices.cached_input is None
    assert (config.user_model_alias, config.max_turns_fixed) == (None, True)


def test_another_model_name_below_an_option_with_its_own_alias_and_prices() -> None:
    line = "model=gpt5 model.model_name=gpt-5-nano model.alias=null model.prices.input=0.05 model.prices.output=0.4"
    engine = composed(line).observe_engine_config

    assert (engine.model_name, engine.label) == ("gpt-5-nano", "gpt-5-nano")
    assert engine.prices is not None
    assert (engine.prices.input, engine.prices.output) == (0.05, 0.4)


def test_a_user_of_rules_without_rules_is_warned_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    line = ["suite.limit=1", "export=none", "log_to_file=false"]

    assert main([*line, "model@user=rules"]) == 0
    assert "model@user=rules: 1 of 1 scenarios have no user.rules, scripted plays there" in capsys.readouterr().err
    assert main(line) == 0
    assert "user.rules" not in capsys.readouterr().err


@pytest.fixture(scope="module")
def usual() -> DictConfig:
    """The composition without overrides; it is slow to make."""
    return Composer.for_line(parse([]))._compose(multirun=False)


def changed(usual: DictConfig, key: str, value: object) -> DictConfig:
    """A copy of a composition with one more value."""
    copied = copy.deepcopy(usual)
    OmegaConf.update(copied, key, value, force_add=True)
    return copied


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("model.base_url", "localhost:8000", "model.base_url: must be an address like"),
        ("observe.base_url", "localhost:8000", "observe.base_url: must be an address like"),
        ("model.max_retries", "x", "model.max_retries: must be a whole number, got 'x'"),
        ("execute.max_retries", -1, "execute.max_retries: must be greater than or equal to 0, got -1"),
        ("model.quirks.system_role", "sytem", "model.quirks.system_role: must be one of system, developer, user"),
        ("model.temprature", 1, "unknown key 'model.temprature' (did you mean 'model.temperature'?)"),
        ("user.quirks.omitt", [], "unknown key 'user.quirks.omitt' (did you mean 'user.quirks.omit'?)"),
        ("model.alias", "${nope}", "model.alias: Interpolation key 'nope' not found"),
        ("model.model_name", "eagre", "model@observe: there is no offline policy 'eagre'"),
        ("user", None, "user must be a model"),
        ("observe_model_alias", "x", "observe_model_alias cannot be set itself (set observe.alias)"),
        ("executor_type", "asinc", "executor_type: must be one of "),
        ("time.mode", "fixd", "time.mode: must be one of fixed, tokens, measured, got 'fixd' (did you mean 'fixed'?)"),
        ("simulated_generation_time_mode", "fixd", "simulated_generation_time_mode: must be one of fixed,"),
        ("time.idle", "poll", "time.idle: must be jump, or poll:<seconds>"),
        ("time.ilde", "jump", "unknown key 'time.ilde' (did you mean 'time.idle'?)"),
        ("limits.max_tokens", 0, "limits.max_tokens: must be greater than or equal to 1, got 0"),
    ],
)
def test_bad_values(key: str, value: object, message: str, usual: DictConfig) -> None:
    with pytest.raises(ConfigError) as caught:
        runner_config(changed(usual, key, value))

    assert str(caught.value).startswith(message)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("model.api_key", KEY),
        ("model.api_key_env", KEY),
        ("model.api_key_env", "${oc.env:MY_KEY}"),
        ("model.extra_headers", {"X-Title": KEY}),
        ("user.extra_headers", {"X-Title": "${oc.env:MY_KEY}"}),
        ("model.extra_headers", KEY),
        ("model.extra_body", {"note": [KEY]}),
        ("model.base_url", f"https://me:{KEY}@example.org/v1"),
    ],
)
def test_no_message_repeats_a_key(key: str, value: object, usual: DictConfig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", KEY)

    with pytest.raises(ConfigError) as caught:
        runner_config(changed(usual, key, value))

    assert KEY not in str(caught.value)


def test_the_files_name_every_key_of_a_model() -> None:
    folder = packaged_conf_dir() / "model"
    base: dict[str, Any] = yaml.safe_load((folder / "base/engine.yaml").read_text(encoding="utf-8"))
    same: dict[str, Any] = yaml.safe_load((folder / "same.yaml").read_text(encoding="utf-8"))
    quirks = {name: f"${{model.quirks.{name}}}" for name in Quirks.model_fields}

    fields = {ENDPOINT if key == BASE_URL else key: value for key, value in base.items()}
    assert LLMEngineConfig.model_validate(fields) == LLMEngineConfig()
    assert set(base) == set(MODEL_KEYS)
    assert set(base["quirks"]) == set(quirks)
    assert same == {key: quirks if key == "quirks" else f"${{model.{key}}}" for key in MODEL_KEYS}


def test_options_of_ones_own_are_models_like_ours(tmp_path: Path) -> None:
    (tmp_path / "model").mkdir()
    (tmp_path / "model/mine.yaml").write_text(
        "# mine\ndefaults: [base@_here_: engine, _self_]\nmodel_name: big\nbase_url: http://mine/v1\nalias: mine\n"
    )

    config = composed(f"--config-dir {tmp_path} model=mine model@user=mine")

    assert roles(config) == "user=mine, observe=mine, execute=mine"
    assert config.user_engine_config.endpoint == "http://mine/v1"


def test_nothing_of_a_composition_is_lost() -> None:
    """The quick way of following `model` gives what OmegaConf gives."""
    composer = Composer.for_line(parse(["model=gpt6_sol", "model.max_tokens=9", "+model.extra_headers.X=$HOME"]))
    node = composer._compose(multirun=False)
    slow = OmegaConf.to_container(node.observe, resolve=True)
    assert isinstance(slow, dict)
    slow[ENDPOINT] = slow.pop(BASE_URL)

    assert runner_config(node).observe_engine_config == LLMEngineConfig.model_validate(slow)
