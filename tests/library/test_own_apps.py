"""App classes of one's own, registered in Python files and packages, in scenario files named in every way."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from pare_runner.apps import registry
from pare_runner.cli.app import main
from pare_runner.errors import InputError
from pare_runner.library import catalog
from pare_runner.library.catalog import load_suite
from pare_runner.library.selection import Choice
from pare_runner.library.sources import VARIABLE, from_environment, from_path
from tests.library.conftest import Write, python_text, yaml_text

APP = """\
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.registry import register_app


class GardenApp(StatefulNotesApp):
    name_in_benchmark = "Garden"


register_app(GardenApp)
"""
FERN = yaml_text("fern", handle="garden", type="GardenApp")
HIDDEN = '{"id": "fern", "title": "T", "start_time": "2025-11-18T09:00:00Z", "apps": {"garden": {"type": "GardenApp"}}}'
"""The same with an id that is only found by compiling."""


@pytest.fixture(autouse=True)
def nothing_registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry.app_classes()))
    monkeypatch.delenv(VARIABLE, raising=False)


def loaded(*names: str) -> list[str]:
    return [scenario.scenario_id for scenario in load_suite(Choice(), names)]


@pytest.mark.parametrize("text", [FERN, HIDDEN])
@pytest.mark.parametrize("file", ["fern.yaml", "garden/aaa.yaml", "garden/zzz.yaml"])
def test_an_app_of_the_users_folder_is_known_to_a_file_named_by_path(
    write: Write, monkeypatch: pytest.MonkeyPatch, file: str, text: str
) -> None:
    write("garden/garden_app.py", APP)
    write(file, text)
    monkeypatch.setenv(VARIABLE, "garden")
    assert loaded(file) == ["fern"]


@pytest.mark.parametrize("command", ["check", "show", "prove", "state"])
def test_commands_know_it(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    write("garden/garden_app.py", APP)
    write("fern.yaml", FERN)
    monkeypatch.setenv(VARIABLE, "garden")
    main(["scenarios", command, "fern.yaml"])
    said = capsys.readouterr()
    assert "app class" not in said.out + said.err


def test_an_app_of_a_package_is_known_to_a_file_named_by_path(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("pack_garden.py", APP)
    write("pack_garden-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: pack_garden\nVersion: 1.0\n")
    write("pack_garden-1.0.dist-info/entry_points.txt", "[pare.scenarios]\ngarden = pack_garden\n")
    monkeypatch.syspath_prepend(tmp_path)
    write("fern.yaml", FERN)
    try:
        assert loaded("./fern.yaml") == ["fern"]
    finally:
        sys.modules.pop("pack_garden", None)


@pytest.mark.parametrize("text", [FERN, HIDDEN])
@pytest.mark.parametrize("file", ["aaa.yaml", "zzz.yaml"])
def test_file_names_in_a_folder_do_not_matter(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], file: str, text: str
) -> None:
    write("garden/garden_app.py", APP)
    write(f"garden/{file}", text)
    assert main(["scenarios", "check", "garden"]) == 0, capsys.readouterr()
    assert [entry().scenario_id for entry in from_path("garden")] == ["fern"]
    assert loaded("./garden") == loaded("garden") == ["fern"]
    monkeypatch.setenv(VARIABLE, "garden")
    assert [entry().scenario_id for entry in from_environment().entries] == ["fern"]
    assert loaded("fern") == ["fern"]


def test_folders_of_the_variable_know_the_apps_of_later_ones(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("one/fern.yaml", HIDDEN)
    write("two/garden_app.py", APP)
    monkeypatch.setenv(VARIABLE, "one,two")
    assert not from_environment().warnings
    assert loaded("fern") == ["fern"]


@pytest.mark.parametrize("text", [FERN, HIDDEN])
@pytest.mark.parametrize("names", [("a.yaml", "garden_app.py"), ("garden_app.py", "a.yaml")])
def test_the_order_of_names_does_not_matter(
    write: Write, capsys: pytest.CaptureFixture[str], names: tuple[str, str], text: str
) -> None:
    write("garden_app.py", APP)
    write("a.yaml", text)
    assert main(["scenarios", "check", "--json", *names]) == 0
    assert [item["place"] for item in json.loads(capsys.readouterr().out)["files"]] == list(names)
    assert loaded(*names) == ["fern"]


def test_a_python_file_with_an_app_alone_is_sound(write: Write, capsys: pytest.CaptureFixture[str]) -> None:
    write("garden/garden_app.py", APP)
    write("garden/helper.py", "X = 1")
    for name in ("garden", "garden/garden_app.py"):
        assert main(["scenarios", "check", name]) == 0, capsys.readouterr()
        assert from_path(name) == []
    with pytest.raises(InputError, match="this file registers no scenario"):
        from_path("garden/helper.py")


def test_one_file_reached_through_two_folders_is_one_module(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("mine/sub/garden_app.py", APP + python_text("mint"))
    write("mine/sub/fern.yaml", FERN)
    monkeypatch.setenv(VARIABLE, "mine")
    assert loaded("mine/sub", "mine/sub/garden_app.py", "mine", "mint") == ["fern", "mint"]


def test_what_is_broken_is_a_warning(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("garden/broken.py", "1 / 0")
    write("garden/garden_app.py", APP)
    write("fern.yaml", FERN)
    monkeypatch.setenv(VARIABLE, "nowhere,garden")
    assert main(["scenarios", "show", "fern.yaml"]) == 0
    assert capsys.readouterr().err.splitlines() == [
        "PARE_SCENARIOS_DIR: warning: nowhere does not exist",
        "garden/broken.py:1: warning: does not import: ZeroDivisionError: division by zero",
    ]


def test_a_broken_app_is_told_beside_the_error_it_causes(
    write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write("garden/garden_app.py", f"1 / 0\n{APP}")
    write("fern.yaml", FERN)
    monkeypatch.setenv(VARIABLE, "garden")
    assert main(["scenarios", "show", "fern.yaml"]) == 2
    err = capsys.readouterr().err
    assert "garden/garden_app.py:1: warning: does not import: ZeroDivisionError" in err
    assert "there is no app class 'GardenApp'" in err


def test_the_schema_has_it(write: Write, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    write("garden/garden_app.py", APP)
    monkeypatch.setenv(VARIABLE, "garden")
    assert main(["scenarios", "schema"]) == 0
    assert "GardenApp" in capsys.readouterr().out


def test_installed_scenarios_are_not_searched_for_a_path(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "shipped", lambda: pytest.fail("shipped files were read"))
    write("a.yaml", yaml_text("a"))
    assert loaded("a.yaml") == ["a"]
