"""Where scenarios come from: shipped files, entry points of installed packages, PARE_SCENARIOS_DIR, paths."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pare_runner.errors import InputError
from pare_runner.library.sources import (
    VARIABLE,
    Findings,
    entries_of,
    from_entry_points,
    from_environment,
    from_path,
    shipped,
    shipped_folder,
)
from pare_runner.scenarios import registration
from pare_runner.scenarios.registration import ScenarioRegistry
from tests.library.conftest import Write, python_text, yaml_text


def ids(found: Findings) -> list[str]:
    return [entry.scenario_id for entry in found.entries]


def says(found: Findings) -> list[str]:
    return [str(problem) for problem in found.warnings]


def test_shipped_scenarios_are_those_beside_the_package() -> None:
    folder = shipped_folder()
    assert folder == Path(__file__).parents[2] / "scenarios"
    assert sorted(ids(shipped())) == sorted(path.stem for path in folder.glob("**/*.yaml"))


def test_packaged_scenarios_are_preferred(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pare_runner.library import sources

    (tmp_path / "pare_runner" / "shipped_scenarios").mkdir(parents=True)
    monkeypatch.setattr(sources, "__file__", str(tmp_path / "pare_runner" / "library" / "sources.py"))
    assert shipped_folder() == tmp_path / "pare_runner" / "shipped_scenarios"
    (tmp_path / "pare_runner" / "shipped_scenarios").rmdir()
    assert shipped_folder() is None  # a folder of that name beside the package is somebody else's
    (tmp_path / "pyproject.toml").touch()
    assert shipped_folder() == tmp_path / "scenarios"


# PARE_SCENARIOS_DIR -------------------------------------------------------------------------------------------------


def test_folders_are_searched_for_yaml_and_python(
    write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("one/a.yaml", yaml_text("a"))
    write("one/deep/er/b.py", python_text("b"))
    write("two/c.yml", yaml_text("c"))
    monkeypatch.setenv(VARIABLE, f"one, {tmp_path / 'two'},")
    found = from_environment()
    assert ids(found) == ["a", "b", "c"]
    assert not found.warnings
    assert all(entry.tolerant and entry.origin == VARIABLE for entry in found.entries)


def test_a_file_that_does_not_import_is_a_warning_and_the_rest_load(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("mixed/a.py", "import nothing_like_this\n")
    write("mixed/b.yaml", b"id: b\xff\n")
    write("mixed/c.yaml", "title: no id\n")
    write("mixed/d.yaml", yaml_text("d"))
    monkeypatch.setenv(VARIABLE, "mixed")
    found = from_environment()
    assert ids(found) == ["d"]
    texts = says(found)
    assert texts[0].startswith("mixed/a.py:1: warning: does not import: ModuleNotFoundError")
    assert texts[1].startswith("mixed/b.yaml:1:6: warning: byte 5 is 0xff")
    assert any(text.startswith("mixed/c.yaml:1:1: warning: ") and "id" in text for text in texts[2:])


def test_a_missing_folder_is_an_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "nowhere")
    with pytest.raises(InputError, match=r"^PARE_SCENARIOS_DIR: nowhere does not exist$"):
        from_environment()
    monkeypatch.setenv(VARIABLE, str(write("a.yaml", yaml_text("a"))))
    with pytest.raises(InputError, match=r"^PARE_SCENARIOS_DIR: a\.yaml is no folder$"):
        from_environment()


def test_an_empty_folder_is_a_warning(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("empty/readme.txt", "")
    monkeypatch.setenv(VARIABLE, "empty")
    assert says(from_environment()) == ["PARE_SCENARIOS_DIR: warning: empty: no scenario files in this folder"]


def test_one_id_twice_in_a_python_file_is_an_error(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    write("twins/a.py", python_text("same", "One") + python_text("same", "Two"))
    monkeypatch.setenv(VARIABLE, "twins")
    with pytest.raises(InputError, match="two scenarios are called 'same'"):
        from_environment()


# Entry points -------------------------------------------------------------------------------------------------------

Install = Callable[..., Findings]


@pytest.fixture
def install(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Install:
    """Installs a package with a module and an entry point to it, and looks."""
    own = ScenarioRegistry()
    for name in ("pare_runner.library.sources", "pare_runner.scenarios.registration"):
        monkeypatch.setattr(sys.modules[name], "registry", own)
    monkeypatch.syspath_prepend(tmp_path)
    installed: list[str] = []

    def install_package(name: str, text: str, attribute: str = "") -> Findings:
        write(f"{name}.py", text)
        write(f"{name}-1.0.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        write(f"{name}-1.0.dist-info/entry_points.txt", f"[pare.scenarios]\n{name} = {name}{attribute}\n")
        installed.append(name)
        found = from_entry_points()
        found.entries += [
            entry for item in registration.registry.list() for entry in [registered(item)] if entry is not None
        ]
        return found

    def registered(item: registration.Registration) -> object:
        from pare_runner.library.entries import registered_entry

        return registered_entry(item, "registered")

    yield install_package  # type: ignore[misc]
    for name in installed:
        sys.modules.pop(name, None)


def test_a_module_registers_on_import(install: Install) -> None:
    assert ids(install("pack_module", python_text("from_module"))) == ["from_module"]


def test_a_function_registers(install: Install) -> None:
    text = "from pare_runner import PAREScenario\nclass Mine(PAREScenario): pass\n"
    text += "def register(registry):\n    registry.register(Mine, 'from_function')\n"
    assert ids(install("pack_function", text, ":register")) == ["from_function"]


def test_a_function_without_arguments_registers(install: Install) -> None:
    text = "def register():\n" + "".join(f"    {line}\n" for line in python_text("from_plain").splitlines())
    assert ids(install("pack_plain", text, ":register")) == ["from_plain"]


def test_a_scenario_class(install: Install) -> None:
    text = "from pare_runner import PAREScenario\nclass Mine(PAREScenario):\n    scenario_id = 'from_class'\n"
    assert ids(install("pack_class", text, ":Mine")) == ["from_class"]
    assert ids(install("pack_class", text, ":Mine")) == ["from_class"]


@pytest.mark.parametrize("attribute", ["FOLDER", "folder"])
def test_a_folder(install: Install, write: Write, tmp_path: Path, attribute: str) -> None:
    write("their/a.yaml", yaml_text("from_folder"))
    text = f"FOLDER = {str(tmp_path / 'their')!r}\ndef folder():\n    return FOLDER\n"
    assert ids(install(f"pack_{attribute}", text, f":{attribute}")) == ["from_folder"]


@pytest.mark.parametrize(
    ("text", "attribute", "says"),
    [
        ("1 / 0", "", "ZeroDivisionError: division by zero"),
        ("", ":nothing", "AttributeError: "),
        ("THING = 3", ":THING", "is neither a module, a function, a scenario class nor a folder"),
        ("FOLDER = '/nowhere/at/all'", ":FOLDER", "there is no folder /nowhere/at/all"),
    ],
)
def test_one_that_fails_is_a_warning(install: Install, text: str, attribute: str, says: str) -> None:
    found = install(f"pack_broken_{abs(len(text))}", text, attribute)
    assert not found.entries
    (problem,) = found.warnings
    assert problem.where.startswith("entry point pack_broken_")
    assert problem.message.startswith(says)


# Paths --------------------------------------------------------------------------------------------------------------


def test_a_file_or_a_folder_is_named_by_its_path(write: Write) -> None:
    write("all/a.yaml", yaml_text("a"))
    write("all/deep/b.py", python_text("b") + python_text("b2", "Other"))
    write("all/deep/helpers.py", "X = 1")
    assert [entry.scenario_id for entry in from_path("all/a.yaml")] == ["a"]
    assert [entry.scenario_id for entry in from_path("all")] == ["a", "b", "b2"]
    assert all(not entry.tolerant for entry in from_path("all"))


def test_the_home_directory_is_understood(write: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write("a.yaml", yaml_text("a"))
    assert [entry.scenario_id for entry in from_path("~/a.yaml")] == ["a"]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("empty", "empty: no scenario files (.yaml, .yml, .py) in this folder"),
        ("nowhere/a.yaml", "nowhere/a.yaml: there is no such file"),
        ("empty/notes.txt", "empty/notes.txt: a scenario file is called *.yaml, *.yml or *.py"),
        ("helper.py", "helper.py: this file registers no scenario (decorate it: @register_scenario)"),
    ],
)
def test_what_holds_no_scenario(write: Write, name: str, says: str) -> None:
    write("empty/notes.txt", "")
    write("helper.py", "X = 1")
    with pytest.raises(InputError) as caught:
        from_path(name)
    assert str(caught.value) == says


def test_the_id_is_found_without_compiling(write: Write) -> None:
    text = "# id: not_this\ntitle: |\n  id: nor_this\nid: 'this'  # yes\nthis is: [broken\n"
    (entry,) = entries_of(write("a.yaml", text))
    assert entry.scenario_id == "this"
    with pytest.raises(InputError):
        entry()


def test_an_id_that_is_not_in_plain_sight_is_found_too(write: Write) -> None:
    text = '{"id": "from_json", "start_time": "2025-11-18T09:00:00Z"}'
    (entry,) = entries_of(write("a.yaml", text))
    assert entry.scenario_id == "from_json"
