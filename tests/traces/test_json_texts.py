"""JSON as models and PARE write it."""

from __future__ import annotations

import json
import math

import pytest

from pare_runner.traces.documents import parse_hf, world_logs
from pare_runner.traces.json_texts import DEEPEST, parsed
from tests.traces.test_documents import DOCUMENT


def test_what_orjson_refuses() -> None:
    assert parsed(b'["bad \\ud800 text"]') == ["bad \ud800 text"]
    assert parsed('"bad \ud800 text"') == "bad \ud800 text"
    assert parsed(b"[Infinity, -Infinity]") == [math.inf, -math.inf]
    assert math.isnan(parsed("NaN"))


@pytest.mark.parametrize("text", ["", "{", "nan", "[1,]", b"\xff", '"\x01"'])
def test_what_is_no_json(text: str | bytes) -> None:
    with pytest.raises(json.JSONDecodeError):
        parsed(text)


def test_the_depth_is_that_of_orjson_whoever_reads() -> None:
    for inner in ("1", '"\\ud800"'):
        parsed("[" * 500 + inner + "]" * 500)
        for depth in (DEEPEST + 1, 100_000):
            with pytest.raises(json.JSONDecodeError):
                parsed("[" * depth + inner + "]" * depth)


def test_a_trace_with_half_a_surrogate_pair_and_numbers_that_are_not_finite() -> None:
    said = {"timestamp": 1, "log_type": "llm_output", "content": "bad \ud800 text"}
    odd = {**DOCUMENT, "more": [math.nan, "\udc00"], "world_logs": [json.dumps(said)]}
    document = parse_hf(json.dumps(odd), "s.json")
    assert world_logs(document)[0]["content"] == said["content"]
