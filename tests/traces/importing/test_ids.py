"""Ids of scenarios: what characters of other scripts become."""

from __future__ import annotations

import pytest

from pare_runner.traces.importing.ids import plain_scenario_id


@pytest.mark.parametrize(
    ("scenario_id", "plain"),
    [
        ("late_cab-2", "late_cab-2"),
        ("a scenario.1", "a_scenario_1"),
        ("café_zürich", "cafe_zurich"),
        ("...", "scenario"),
    ],
)
def test_accents_go_and_signs_become_underscores(scenario_id: str, plain: str) -> None:
    assert plain_scenario_id(scenario_id) == plain


def test_ids_that_lose_letters_stay_two() -> None:
    first, second = map(plain_scenario_id, ("日本 café", "中国 café"))
    assert first.startswith("cafe_")
    assert second.startswith("cafe_")
    assert len({first, second, plain_scenario_id("日本"), plain_scenario_id("中国")}) == 4
