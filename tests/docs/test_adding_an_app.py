"""The page on adding an app, executed: its app keeps the contract and its scenario proves."""

from __future__ import annotations

import re
import shlex
import sys
import types
from pathlib import Path

import pytest

from pare_runner.apps import registry
from pare_runner.cli.app import main
from pare_runner.prove.proof import prove
from pare_runner.scenarios.compiler.compile import compile_scenario

PAGE = Path(__file__).parents[2] / "docs" / "adding_an_app.md"


def block(label: str) -> str:
    found = re.search(rf"```\w+ {label}\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found, f"no block {label!r} in {PAGE.name}"
    return found[1]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> types.ModuleType:
    module = types.ModuleType("adding_an_app")
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry.app_classes()))
    for label in ("app", "contract", "register"):
        exec(compile(block(label), f"{PAGE.name}:{label}", "exec"), module.__dict__)
    return module


def test_the_app_of_the_page_keeps_the_contract(page: types.ModuleType) -> None:
    suite = page.TestGarden()
    tests = [name for name in dir(suite) if name.startswith("test_")]
    assert len(tests) > 8
    for name in tests:
        getattr(suite, name)()


def test_the_scenario_of_the_page_proves(page: types.ModuleType) -> None:
    proof = prove(compile_scenario(block("scenario"), "page.yaml"))
    assert proof.holds, proof.failing
    assert any("remove_plant" in claim.what for claim in proof.claims)


def test_the_commands_of_the_page_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry.app_classes()))
    (tmp_path / "garden").mkdir()
    (tmp_path / "garden" / "garden_app.py").write_text(block("app") + block("register"))
    (tmp_path / "thirsty_fern.yaml").write_text(block("scenario"))
    commands = block("try").splitlines()
    assert len(commands) == 2
    for command in commands:
        dollar, setting, pare, *arguments = shlex.split(command)
        assert (dollar, pare) == ("$", "pare")
        monkeypatch.setenv(*setting.split("="))
        assert main(arguments) == 0, capsys.readouterr()
    said = capsys.readouterr()
    assert "1 file: 0 errors, 0 warnings" in said.out
    assert "proven  thirsty_fern" in said.out
