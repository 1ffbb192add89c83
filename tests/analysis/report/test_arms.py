"""Which rows are one configuration, and its label."""

from __future__ import annotations

import pytest

from pare_runner.analysis.report.arms import find_arms
from pare_runner.errors import ConfigError
from tests.analysis.report.made import frame, grid, row


def test_one_configuration_is_called_by_its_model() -> None:
    arms = find_arms(frame([row("s", True), row("t", False)]))
    assert arms.labels == ("m",)
    assert arms.keys == ()
    assert arms.constants["user_model"] == "u"


def test_settings_that_differ_make_configurations_in_the_order_of_the_rows() -> None:
    arms = find_arms(frame(grid()))
    assert arms.keys == ("observe_model", "execute_model", "tool_failure_probability")
    assert arms.labels == ("a, no noise", "a, tfp 0.1", "a, tfp 0.4", "b, no noise", "b, tfp 0.1", "b, tfp 0.4")
    assert set(arms.series) == {"a", "b"}


def test_two_models_in_one_assistant_are_both_named() -> None:
    rows = [row("s", True, execute_model="x"), row("s", True)]
    assert find_arms(frame(rows)).labels == ("m+x", "m")


def test_settings_of_noise_that_are_null_without_it_make_no_difference() -> None:
    rows = [row("s", True), row("s", True, tool_failure_probability=0.1, failure_pattern="iid", outage_seconds=60.0)]
    assert find_arms(frame(rows)).keys == ("tool_failure_probability",)
    rows.append(row("s", True, tool_failure_probability=0.1, failure_pattern="outages", outage_seconds=60.0))
    labels = find_arms(frame(rows)).labels
    assert labels == ("m, no noise", "m, tfp 0.1, failures iid", "m, tfp 0.1, failures outages")


def test_what_no_column_tells_apart_the_hash_of_the_configuration_does() -> None:
    rows = [row("s", True, config_hash="aaaaaaaabbbb"), row("s", True, config_hash="ccccccccdddd")]
    assert find_arms(frame(rows)).labels == ("m, config aaaaaaaa", "m, config cccccccc")
    rows = [row("s", True, seed=seed, config_hash=f"hash{seed}") for seed in (1, 2)]
    assert find_arms(frame(rows)).labels == ("m, seed 1", "m, seed 2")


def test_columns_may_be_chosen() -> None:
    arms = find_arms(frame(grid()), ["observe_model"])
    assert arms.labels == ("a", "b")
    with pytest.raises(ConfigError, match="did you mean 'observe_model'"):
        find_arms(frame(grid()), ["observ_model"])
    with pytest.raises(ConfigError, match="values are lists"):
        find_arms(frame(grid()), ["tags"])


def test_a_setting_that_only_some_files_know_is_a_question_mark() -> None:
    labels = find_arms(frame([row("s", True, seed=None), row("s", True, seed=3)])).labels
    assert labels == ("m, seed ?", "m, seed 3")


def test_no_two_configurations_have_one_label() -> None:
    rows = [row("s", True, oracle=value) for value in (False, None)]
    labels = find_arms(frame(rows)).labels
    assert len(set(labels)) == len(labels) == 2


def test_what_is_null_in_some_runs_is_not_the_same_everywhere() -> None:
    rows = [row("s", True), row("s", True, tool_failure_probability=0.2, failure_pattern="iid")]
    assert "failure_pattern" not in find_arms(frame(rows)).constants
    assert find_arms(frame(rows[1:])).constants["failure_pattern"] == "iid"


def test_settings_that_are_pooled_are_known() -> None:
    arms = find_arms(frame(grid()), ["observe_model"])
    assert arms.pooled == {"tool_failure_probability": (0.0, 0.1, 0.4)}
    assert (arms.idle, find_arms(frame(grid())).pooled) == ((), {})
    assert find_arms(frame(grid()), ["suite"]).idle == ("suite",)


@pytest.mark.parametrize("name", ["status", "base_scenario_id", "checks_passed", "cost_usd"])
def test_what_came_of_runs_makes_no_configurations(name: str) -> None:
    with pytest.raises(ConfigError, match=f"--by {name} makes no configurations"):
        find_arms(frame(grid()), [name])


def test_one_seed_draws_the_same_noise() -> None:
    rows = [row("s", True, seed=1), row("s", True, model="n", seed=1)]
    assert find_arms(frame(rows)).same_draws
    assert not find_arms(frame(grid())).same_draws  # no seed is known
    patterns = [{**rows[0], "failure_pattern": "iid"}, {**rows[1], "failure_pattern": "outage"}]
    assert not find_arms(frame(patterns)).same_draws
    assert find_arms(frame([patterns[0], rows[1]])).same_draws  # without failures there is no pattern
    assert not find_arms(frame([*rows, row("s", True, seed=2)])).same_draws
    assert not find_arms(frame([{**rows[0], "env_events_seed": 1}, {**rows[1], "env_events_seed": 2}])).same_draws


def test_a_column_that_is_called_like_a_count_is_refused() -> None:
    own = frame(grid()).with_columns(runs=3)
    assert len(find_arms(own).labels) == 6
    with pytest.raises(ConfigError, match="--by runs: reports use this name"):
        find_arms(own, ["runs"])
