"""The public names: all of them can be imported, the page about them is true, and nothing is loaded too early."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

import pare_runner
import pare_runner.scenarios
from pare_runner.apps.registry import ALL_APPS
from pare_runner.names import APPS, PUBLIC, SCENARIOS

TOP = Path(__file__).parents[1]
PAGE = (TOP / "docs" / "names.md").read_text()
ROWS = re.findall(r"^\| `([\w.]+)` \| `([\w.]+)` \|$", PAGE, re.MULTILINE)


@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_name_can_be_imported(name: str) -> None:
    assert getattr(pare_runner, name) is getattr(importlib.import_module(PUBLIC[name]), name)


def test_scenario_authors_find_theirs_in_scenarios() -> None:
    for name in SCENARIOS:
        assert getattr(pare_runner.scenarios, name) is getattr(pare_runner, name)


def test_all_shipped_apps_are_public() -> None:
    assert set(APPS) == {cls.__name__ for cls in ALL_APPS}


@pytest.mark.parametrize(("package", "names"), [(pare_runner, PUBLIC), (pare_runner.scenarios, SCENARIOS)])
def test_a_package_lists_its_names(package: object, names: Mapping[str, str]) -> None:
    assert set(names) <= set(dir(package))
    with pytest.raises(AttributeError, match="has no attribute 'PAREScenaro'"):
        _ = package.PAREScenaro  # type: ignore[attr-defined]


@pytest.mark.parametrize(("file", "names"), [("__init__.py", PUBLIC), ("scenarios/__init__.py", SCENARIOS)])
def test_type_checkers_are_told_the_same(file: str, names: Mapping[str, str]) -> None:
    tree = ast.parse((TOP / "pare_runner" / file).read_text())
    (block,) = (node for node in tree.body if isinstance(node, ast.If))
    told = {alias.name: node.module for node in block.body if isinstance(node, ast.ImportFrom) for alias in node.names}
    assert told == dict(names)


def test_importing_the_package_loads_none_of_its_parts() -> None:
    code = "import sys, pare_runner.scenarios; print(sorted(m for m in sys.modules if m.startswith('pare_runner')))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TOP)
    assert found.stdout.strip() == "['pare_runner', 'pare_runner.names', 'pare_runner.scenarios']"


@pytest.mark.parametrize(("there", "here"), ROWS, ids=[there for there, _ in ROWS])
def test_every_line_of_the_page_is_true(there: str, here: str) -> None:
    module, _, name = here.rpartition(".")
    assert getattr(importlib.import_module(module), name).__module__ in (module, "polars.schema", "builtins", "typing")


def test_the_page_has_every_name() -> None:
    ours = {here.rpartition(".")[2] for _, here in ROWS}
    assert set(PUBLIC) - ours <= {
        "Environment",
        "Ref",
        "YamlScenario",
        "compile_scenario",
        "diff",
        "load_results",
        "registry",
        "report",
        "run_oracle",
    }
    assert len(ROWS) > 60


def test_the_documented_paths_are_the_documented_ones(shared: Path) -> None:
    models = json.loads((shared / "reference" / "data_models.json").read_text())
    known = {
        f"{model['module']}.{name}"
        for section in models.values()
        for name, model in section.items()
        if isinstance(model, dict) and "module" in model
    }
    apps = json.loads((shared / "reference" / "apps_api.json").read_text())["apps"]
    known |= {f"{app['module']}.{name}" for name, app in apps.items()}
    assert {there for there, _ in ROWS if "." in there} <= known


def test_the_example_of_the_page_runs() -> None:
    (example,) = re.findall(r"```python names\n(.*?)```", PAGE, re.DOTALL)
    exec(example, {})


def test_the_experiment_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (example,) = re.findall(r"```python runner\n(.*?)```", PAGE, re.DOTALL)
    told: list[tuple[object, ...]] = []
    exec(example, {"print": lambda *words: told.append(words)})
    assert told == [(2, "of", 2)]
    assert len((tmp_path / "results/results.jsonl").read_text().splitlines()) == 2
