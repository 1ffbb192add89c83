"""Differences of configuration and code."""

from __future__ import annotations

from typing import Any

import polars as pl

from pare_runner.analysis.diff.configs import CodeDifference, ConfigDifference, code_differences, config_differences
from pare_runner.analysis.diff.flat import flat, text
from pare_runner.analysis.diff.keys import Keys
from pare_runner.analysis.diff.sides import Side
from pare_runner.analysis.discover import Job
from pare_runner.analysis.frame import Results

NO_KEYS = Keys((), True, ((),), (pl.DataFrame(), pl.DataFrame()), {"observe_model": (("x",), ("y",))}, {}, (), ())


def side(label: str, *manifests: dict[str, Any]) -> Side:
    jobs = tuple(Job(f"job{number}", None, manifest=manifest) for number, manifest in enumerate(manifests))
    return Side(label, label, Results(pl.LazyFrame(), jobs, ()))


def manifest(**config: Any) -> dict[str, Any]:
    """A manifest in which `export` is the only key outside of the identity."""
    return {"config": config, "identity": {name: value for name, value in config.items() if name != "export"}}


def test_keys_that_can_change_a_result_come_first() -> None:
    a, b = manifest(export=True, model={"name": "x", "seed": 1}), manifest(export=False, model={"name": "y", "seed": 1})
    assert config_differences(side("A", a), side("B", b), NO_KEYS) == (
        ConfigDifference("model.name", True, ("x",), ("y",)),
        ConfigDifference("export", False, (True,), (False,)),
    )


def test_keys_that_choose_what_runs_are_told_from_those_without_effect() -> None:
    sides = [
        {"config": {"scenarios": [name], "suite": {"name": name, "runs": n}, "export": n == 1}, "identity": {}}
        for n, name in enumerate("ab", 1)
    ]
    found = config_differences(side("A", sides[0]), side("B", sides[1]), NO_KEYS)
    assert {item.key: item.chooses for item in found} == {
        "scenarios": True, "suite.runs": True, "suite.name": False, "export": False,
    }  # fmt: skip


def test_what_is_swept_alike_on_both_sides_is_no_difference() -> None:
    one, two = manifest(noise=0.0, turns=5), manifest(noise=0.1, turns=5)
    assert config_differences(side("A", one, two), side("B", two, one), NO_KEYS) == ()
    (item,) = config_differences(side("A", one, two), side("B", two), NO_KEYS)
    assert (item.key, item.a, item.b) == ("noise", (0.0, 0.1), (0.1,))


def test_places_are_left_out() -> None:
    assert config_differences(side("A", manifest(output_dir="a")), side("B", manifest(output_dir="b")), NO_KEYS) == ()


def test_a_mapping_against_nothing_is_told_by_its_keys() -> None:
    a, b = manifest(noise=None), manifest(noise={"p": 0.1})
    assert config_differences(side("A", a), side("B", b), NO_KEYS) == (ConfigDifference("noise.p", True, (), (0.1,)),)


def test_without_a_manifest_the_columns_tell() -> None:
    found = config_differences(side("A", {}), side("B", manifest(turns=1)), NO_KEYS)
    assert found == (ConfigDifference("observe_model", True, ("x",), ("y",)),)


def test_code_that_differs() -> None:
    usual = manifest(turns=1) | {"python": {"version": "3.11.7"}, "behaviour_version": 2}
    a = usual | {"packages": {"pare-runner": "1.0", "polars": "2.0"}, "code_revision": "abc"}
    b = usual | {"packages": {"pare-runner": "1.1", "polars": "2.0"}}
    assert code_differences(side("A", a), side("B", b)) == (
        CodeDifference("code_revision", ("abc",), ("unknown",)),
        CodeDifference("pare-runner", ("1.0",), ("1.1",)),
    )
    assert code_differences(side("A", a), side("B", {})) == ()


def test_flat_configurations() -> None:
    assert flat({"a": {"b": [1], "c": {}}, "d": None}) == {"a.b": [1], "a.c": {}, "d": None}
    assert flat({}) == {}
    assert text({"b": 1, "a": None}) == '{"a":null,"b":1}'
