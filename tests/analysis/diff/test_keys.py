"""Which columns match the runs of two results."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pare_runner.analysis.diff.keys import Keys, find_keys, shown
from pare_runner.analysis.diff.sides import read_side
from pare_runner.errors import InputError
from tests.analysis.diff.conftest import CHOSEN, SHIPPED, Rows, sweep


def grid(models: list[str], noise: list[float], **columns: Any) -> list[dict[str, Any]]:
    return [
        {"base_scenario_id": f"s{n}", "observe_model": model, "execute_model": model, "tool_failure_probability": tfp}
        | columns
        for model in models
        for tfp in noise
        for n in range(2)
    ]


def keys(rows: Rows, a: list[dict[str, Any]], b: list[dict[str, Any]], **options: Any) -> Keys:
    return find_keys(read_side("A", rows("a", a)), read_side("B", rows("b", b)), **options)


def test_what_varies_on_both_sides_is_matched(rows: Rows) -> None:
    found = keys(rows, grid(["x", "y"], [0.0, 0.1]), grid(["x", "y"], [0.0, 0.1]))
    assert found.matched == ("observe_model", "tool_failure_probability")
    assert found.cells == (("x", 0.0), ("x", 0.1), ("y", 0.0), ("y", 0.1))
    assert (found.runs, found.treatment, found.narrowed, found.pooled) == (True, {}, (), ())


def test_a_key_that_is_constant_on_each_side_is_the_treatment(rows: Rows) -> None:
    found = keys(rows, grid(["x"], [0.0, 0.1]), grid(["y"], [0.0, 0.1]))
    assert found.matched == ("tool_failure_probability",)
    assert found.treatment == {"observe_model": ("x", "y"), "execute_model": ("x", "y")}


def test_a_key_that_tells_nothing_more_apart_is_not_matched(rows: Rows) -> None:
    """Another user model for each assistant: on B another one, which is part of what is compared."""
    a = [*grid(["x"], [0.0], user_model="u"), *grid(["y"], [0.0], user_model="v")]
    b = [*grid(["x"], [0.0], user_model="w"), *grid(["y"], [0.0], user_model="v")]
    assert keys(rows, a, b).matched == ("observe_model",)


def test_a_key_that_varies_on_one_side_is_matched_where_the_other_has_the_value(rows: Rows) -> None:
    found = keys(rows, grid(["x", "y"], [0.0]), grid(["y"], [0.0]))
    assert (found.matched, found.narrowed, found.pooled) == (("observe_model",), ("observe_model",), ())


def test_a_key_that_varies_on_one_side_is_pooled_if_the_other_lacks_the_value(rows: Rows) -> None:
    found = keys(rows, grid(["x", "y"], [0.0]), grid(["z"], [0.0]))
    assert (found.matched, found.narrowed, found.pooled) == ((), (), ("observe_model", "execute_model"))


def test_keys_can_be_ignored(rows: Rows) -> None:
    both = grid(["x", "y"], [0.0, 0.1])
    found = keys(rows, both, both, ignore=["tool_failure_probability", "run_number"])
    assert (found.matched, found.runs, found.pooled) == (("observe_model",), False, ("tool_failure_probability",))


def test_keys_can_be_named(rows: Rows) -> None:
    both = grid(["x", "y"], [0.0, 0.1])
    found = keys(rows, both, both, by=["tool_failure_probability"])
    assert (found.matched, found.runs) == (("tool_failure_probability",), True)
    assert found.cells == ((0.0,), (0.1,))
    assert found.pooled == ("observe_model",)


def test_what_named_keys_leave_together_is_told_once(rows: Rows) -> None:
    one, several = grid(["x"], [0.0]), grid(["x"], [0.0, 0.1])
    found = keys(rows, one, several, by=["observe_model"])
    assert (found.matched, found.pooled) == (("observe_model",), ("tool_failure_probability",))


def test_named_keys_that_tell_all_apart_leave_nothing_together(rows: Rows) -> None:
    several = grid(["x"], [0.0, 0.1])
    assert keys(rows, several, several, by=["observe_model", "tool_failure_probability"]).pooled == ()


def test_an_extra_column_of_text_is_a_key(rows: Rows) -> None:
    both = [*grid(["x"], [0.0], persona="shy"), *grid(["x"], [0.0], persona="bold")]
    assert keys(rows, both, both).matched == ("persona",)


def test_a_null_is_a_value(rows: Rows) -> None:
    both = [*grid(["x"], [0.0], judge_model=None), *grid(["x"], [0.0], judge_model="j")]
    assert keys(rows, both, both).cells == ((None,), ("j",))


@pytest.mark.parametrize("option", ["by", "ignore"])
def test_an_unknown_key_names_the_nearest(rows: Rows, option: str) -> None:
    both = grid(["x"], [0.0])
    with pytest.raises(InputError, match=r"there is no key 'observe_modl' .*did you mean 'observe_model'"):
        keys(rows, both, both, **{option: ["observe_modl"]})


def test_a_key_of_the_configuration_matches_jobs_that_no_column_tells_apart(tmp_path: Path) -> None:
    """Two jobs that differ in `user_max_iterations` alone, on both sides."""
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "s.yaml").write_text((SHIPPED / f"{CHOSEN[0]}.yaml").read_text())
    target = sweep(tmp_path / "one", tmp_path / "out", "user_max_iterations=1,2")
    side = read_side("A", target)
    found = find_keys(side, side)
    assert found.matched == ("config:user_max_iterations",)
    assert found.cells == (("1",), ("2",))


def test_cells_in_words() -> None:
    assert shown(("observe_model", "seed"), ("x", None)) == "observe_model=x, seed=none"
    assert shown((), ()) == ""
