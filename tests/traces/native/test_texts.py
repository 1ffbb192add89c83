"""Values as texts in columns, and back."""

from __future__ import annotations

import math
from typing import Any

import pytest

from pare_runner.traces.native.texts import ESCAPED, json_restored, json_stored, restored, stored


@pytest.mark.parametrize(
    "text", ["", "plain", "Zürich 🚕", "\ud800 alone", f"{ESCAPED} begins", f"in {ESCAPED}", "\x00"]
)
def test_a_text_comes_back(text: str) -> None:
    stored(text).encode()
    assert restored(stored(text)) == text


def test_a_text_stands_as_it_is_where_it_can() -> None:
    assert stored("Zürich 🚕") == "Zürich 🚕"
    assert stored(f"in {ESCAPED}") == f"in {ESCAPED}"


@pytest.mark.parametrize(
    "value", [None, {"a": [1, 2.5, True, None, "ü"]}, 2**80, "\ud800", math.inf, {"": {}}, [], -0.0]
)
def test_a_json_value_comes_back(value: Any) -> None:
    text = json_stored(value)
    text.encode()
    assert repr(json_restored(text)) == repr(value)


def test_what_is_no_json_value() -> None:
    assert json_stored(object()) == '"<object>"'
    assert json_restored(None) is None
    assert math.isnan(json_restored(json_stored(math.nan)))
    with pytest.raises(ValueError, match="Expecting"):
        restored(f"{ESCAPED}no JSON")
