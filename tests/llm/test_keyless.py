"""Keys do not get into configurations, and what is refused is not repeated."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from pare_runner.llm.config import OFFLINE_ASSISTANTS, LLMEngineConfig
from pare_runner.llm.keyless import is_key, masked
from pare_runner.llm.offline.registry import ASSISTANTS

KEY = "sk-proj-4f9a0c77d1e24b6e8a"
TOKEN = "9f86d081884c7d659a2feaa0c55ad015"


@pytest.mark.parametrize(
    "fields",
    [
        {"api_key_env": KEY},
        {"api_key_env": "AIzaSyD4f9a0c77d1e24b6e8a"},
        {"api_key_env": ""},
        {"extra_headers": {"Authorization": f"Bearer {KEY}"}},
        {"extra_headers": {"X-Api-Key": "hunter2"}},
        {"extra_headers": {"X-Api-Key": "$MY_KEY-hunter2"}},
        {"extra_headers": {"X-Title": KEY}},
        {"extra_headers": {"X-Title": TOKEN}},
        {"extra_body": {"api_key": "hunter2"}},
        {"extra_body": {"options": [{"note": KEY}]}},
        {"endpoint": f"https://user:{TOKEN}@example.org/v1"},
        {"endpoint": f"https://example.org/v1?key={TOKEN}"},
    ],
    ids=str,
)
def test_keys_are_refused_and_not_repeated(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as caught:
        LLMEngineConfig.model_validate(fields)

    assert not any(secret in str(caught.value) for secret in (KEY, TOKEN, "hunter2", "AIza"))


@pytest.mark.parametrize(
    "fields",
    [
        {"api_key_env": "OPENAI_API_KEY"},
        {"extra_headers": {"Authorization": "Bearer $MY_KEY", "X-Org": "${MY_ORG}", "X-Token": "$A_B"}},
        {"extra_headers": {"anthropic-beta": "interleaved-thinking-2025-05-14", "X-Title": "a study"}},
        {"extra_body": {"thinking": {"type": "enabled"}, "top_k": 20, "max_tokens_total": 5, "stop_token": None}},
    ],
    ids=str,
)
def test_names_of_variables_and_plain_values_are_taken(fields: dict[str, Any]) -> None:
    dumped = LLMEngineConfig.model_validate(fields).model_dump()

    assert {name: dumped[name] for name in fields} == fields


@pytest.mark.parametrize("text", [KEY, f"a,{KEY}", "hf_Aa0Bb1Cc2Dd3", "AIzaSyD4f9a0c77d1e24b6e8a", f"x={KEY}"])
def test_a_key_is_known_by_how_it_begins(text: str) -> None:
    assert is_key(text)
    assert "***" in masked(text)


@pytest.mark.parametrize(
    "text", ["risk_assessment_2026_11", "task-list-for-2026-11-20", "hf_export_of_my_calendar", "sk-1", f"out/{TOKEN}"]
)
def test_names_of_scenarios_and_folders_are_no_keys(text: str) -> None:
    assert not is_key(text)


def test_what_may_be_a_key_is_masked_and_the_rest_stays() -> None:
    assert masked(f"http://localhost/v1?key={TOKEN}&a=1") == "http://localhost/v1?key=***&a=1"


@pytest.mark.parametrize("url", ["localhost:8000", "ftp://example.org", "http://", "http://x:99999/v1", "", "x y"])
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="must be an address like"):
        LLMEngineConfig(endpoint=url)


def test_an_address_loses_its_last_slash() -> None:
    assert LLMEngineConfig(endpoint="http://[::1]:8000/v1/").endpoint == "http://[::1]:8000/v1"


@pytest.mark.parametrize("name", ["temperature", "stop"])
def test_what_a_model_does_not_take_cannot_be_set(name: str) -> None:
    fields: dict[str, Any] = {"temperature": 0.0, "stop": ["x"]}
    quirks = {"omit": ["temperature", "stop", "tool_choice"]}

    with pytest.raises(ValidationError, match=f"{name} is set, but gpt-5 does not take it"):
        LLMEngineConfig.model_validate({"model_name": "gpt-5", "quirks": quirks, name: fields[name]})
    assert LLMEngineConfig.model_validate({"quirks": quirks, "seed": 1}).seed == 1


def test_the_offline_assistants_are_those_there_are() -> None:
    assert set(OFFLINE_ASSISTANTS) == set(ASSISTANTS)
