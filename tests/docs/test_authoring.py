"""The page on writing scenarios: its examples run, its tables are those of the language."""

from __future__ import annotations

from typing import Any

import pytest

from pare_runner.apps.registry import ALL_APPS, app_classes
from pare_runner.episode.oracle import run_oracle
from pare_runner.prove.proof import prove
from pare_runner.scenarios import language
from pare_runner.scenarios.checks.matchers import OPERATORS
from pare_runner.scenarios.compiler.compile import compile_document, compile_scenario
from pare_runner.scenarios.json_schema import scenario_schema
from pare_runner.scenarios.text.yaml_text import Document, load
from tests.docs.pages import blocks, key_table, page, section_table
from tests.scenarios.json_validator import Validator

PAGE = page("authoring.md")
(EXAMPLE,) = blocks(PAGE, "yaml scenario")
(SILENCE,) = blocks(PAGE, "yaml silence")
ADDITIONS = blocks(PAGE, "yaml with")


def with_addition(text: str) -> dict[str, Any]:
    """The example's data with what a later block adds to it."""
    data = load(EXAMPLE, "example").data
    for key, value in load(text, "addition").data.items():
        if isinstance(value, list):
            data[key] = [*data.get(key, []), *value]
        elif isinstance(value, dict):
            data[key] = {**data.get(key, {}), **value}
        else:
            data[key] = value
    return data


@pytest.mark.parametrize("text", [EXAMPLE, SILENCE], ids=["complete", "silence"])
def test_complete_examples_prove(text: str) -> None:
    proof = prove(compile_scenario(text, "page.yaml"))
    assert proof.holds, proof.failing


@pytest.mark.parametrize("text", ADDITIONS, ids=range(len(ADDITIONS)))
def test_what_a_block_adds_to_the_example_runs(text: str) -> None:
    data = with_addition(text)
    outcome = run_oracle(compile_document(Document(data, "page.yaml")))
    assert outcome.result.success is True, outcome.result
    assert not outcome.failed_events, outcome.failed_events
    assert Validator(scenario_schema(app_classes())).problems(data) == []


def test_every_block_is_run() -> None:
    assert PAGE.count("```") == 2 * (2 + len(ADDITIONS))


@pytest.mark.parametrize("name", ["ScenarioFile", "EventEntry", "CheckEntry", "MessageMatch", "AllowEntry"])
def test_the_tables_of_keys_are_those_of_the_language(name: str) -> None:
    assert key_table(getattr(language, name)) in PAGE


@pytest.mark.parametrize(
    ("name", "head"), [("UserEntry", "`user`"), ("RulesEntry", "`rules`"), ("RuleStepEntry", "a step")]
)
def test_the_tables_of_the_user_are_those_of_the_language(name: str, head: str) -> None:
    assert key_table(getattr(language, name), f"key of {head}") in PAGE


def test_the_table_of_apps_is_that_of_the_registry() -> None:
    assert section_table(ALL_APPS) in PAGE


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_matcher_is_explained(operator: str) -> None:
    assert f"`{operator}: " in PAGE


def test_the_first_check_keys_are_the_kinds() -> None:
    from pare_runner.scenarios.checks.builder import KINDS

    assert len(KINDS) == 10
