"""The catalogue: finding scenarios by id and path, and choosing those an experiment wants."""

from __future__ import annotations

import logging
import time
from pathlib import Path

import pytest

from pare_runner.batch.config import SuiteConfig
from pare_runner.errors import InputError, ScenarioError
from pare_runner.library import catalog as module
from pare_runner.library.catalog import Catalog, load_suite, register_pare_scenarios
from pare_runner.library.selection import Choice
from pare_runner.library.sources import VARIABLE
from pare_runner.scenarios.registration import collecting
from pare_runner.scenarios.scenario import PAREScenario
from tests.library.conftest import Write, python_text, yaml_text

SHIPPED = sorted(path.stem for path in (Path(__file__).parents[2] / "scenarios").glob("**/*.yaml"))


def ids(scenarios: list[PAREScenario]) -> list[str]:
    return [scenario.scenario_id for scenario in scenarios]


@pytest.fixture
def folder(write: Write, monkeypatch: pytest.MonkeyPatch) -> str:
    """A folder with three good scenarios, and nothing else installed."""
    for name in ("shipped", "from_entry_points", "registered"):
        monkeypatch.setattr(module, name, module.Findings)
    write("mine/z.yaml", yaml_text("apple", tags="fruit, red"))
    write("mine/y.yaml", yaml_text("birch", tags="tree", handle="post", type="StatefulEmailApp"))
    write("mine/x.py", python_text("cedar"))
    monkeypatch.setenv(VARIABLE, "mine")
    return "mine"


def suite(**filters: object) -> SuiteConfig:
    return SuiteConfig.model_validate(filters)


def test_an_installed_scenario_is_found_by_its_id() -> None:
    scenario = Catalog.installed().find("dinner_headcount_change")()
    assert scenario.title == "A guest drops out after the table was booked"


def test_an_experiment_without_names_gets_all_installed_in_the_order_of_their_ids(folder: str) -> None:
    assert ids(load_suite(suite())) == ["apple", "birch", "cedar"]


def test_the_full_suite_holds_what_is_shipped() -> None:
    assert set(SHIPPED) <= set(ids(load_suite(suite())))


def test_names_are_ids_and_paths(folder: str, write: Write) -> None:
    write("other/b.yaml", yaml_text("other"))
    assert ids(load_suite(suite(), ["other/b.yaml", "cedar", "other"])) == ["cedar", "other"]
    assert ids(load_suite(suite(), ["cedar", "mine/x.py", "mine", "cedar"])) == ["apple", "birch", "cedar"]


def test_a_file_on_its_own_may_have_the_id_of_an_installed_one(folder: str, write: Write) -> None:
    write("copy.yaml", yaml_text("apple", title="My copy"))
    (scenario,) = load_suite(suite(), ["copy.yaml"])
    assert scenario.title == "My copy"
    with pytest.raises(InputError) as caught:
        load_suite(suite(), ["copy.yaml", "apple"])
    assert str(caught.value) == ("two scenarios are called 'apple': copy.yaml and mine/z.yaml (rename one of them)")


def test_two_installed_scenarios_with_one_id_name_both_places(folder: str, write: Write) -> None:
    write("mine/sub/again.py", python_text("apple"))
    with pytest.raises(InputError, match=r"called 'apple': Mine in .*sub/again\.py and mine/z\.yaml"):
        Catalog.installed()


def test_one_file_reached_in_two_ways_is_one(folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "linked").symlink_to(tmp_path / "mine")
    monkeypatch.setenv(VARIABLE, f"mine,{tmp_path / 'mine'},linked")
    assert sorted(Catalog.installed().entries) == ["apple", "birch", "cedar"]


@pytest.mark.parametrize(
    ("names", "says"),
    [
        (["appel"], "there is no scenario 'appel' (did you mean 'apple'?)"),
        (["mine/w.yaml"], "mine/w.yaml: there is no such file"),
        (["a\0b"], "there is no scenario 'a\\x00b'"),
        (["x" * 500], "there is no scenario 'xxx"),
    ],
)
def test_a_name_that_is_nothing(folder: str, names: list[str], says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_suite(suite(), names)
    assert str(caught.value).startswith(says)
    assert caught.value.exit_status == 2


@pytest.mark.parametrize(
    ("filters", "wanted"),
    [
        ({"ids": ["cedar", "apple"]}, ["apple", "cedar"]),
        ({"ids": ["?pple"]}, ["apple"]),
        ({"tags": ["tree", "python"]}, ["birch", "cedar"]),
        ({"apps": ["StatefulEmailApp"]}, ["birch"]),
        ({"apps": ["notes"]}, ["apple"]),
        ({"apps": ["post", "Notes"]}, ["apple", "birch"]),
        ({"limit": 2}, ["apple", "birch"]),
        ({"tags": ["red", "tree"], "limit": 1}, ["apple"]),
        ({"tags": ["red"], "apps": ["post"]}, []),
    ],
)
def test_filters(folder: str, filters: dict[str, object], wanted: list[str]) -> None:
    assert ids(load_suite(suite(**filters))) == wanted


@pytest.mark.parametrize(
    ("filters", "says"),
    [
        ({"ids": ["aple"]}, "there is no scenario 'aple' (did you mean 'apple'?)"),
        ({"tags": ["ree"]}, "no scenario has the tag 'ree' (did you mean 'tree'?)"),
        ({"apps": ["StatefulMailApp"]}, "no scenario has the app 'StatefulMailApp' (did you mean 'StatefulEmailApp'?)"),
    ],
)
def test_a_filter_that_nothing_has(folder: str, filters: dict[str, object], says: str) -> None:
    with pytest.raises(InputError) as caught:
        load_suite(suite(**filters))
    assert str(caught.value) == says


def test_a_broken_file_of_the_users_folder_is_left_out_with_a_warning(
    folder: str, write: Write, caplog: pytest.LogCaptureFixture
) -> None:
    write("mine/broken.yaml", yaml_text("broken").replace("title", "tilte"))
    with caplog.at_level(logging.WARNING):
        assert ids(load_suite(suite())) == ["apple", "birch", "cedar"]
    assert caplog.messages == ["mine/broken.yaml:2:1: unknown key 'tilte' (did you mean 'title'?)"]


@pytest.mark.parametrize("ask", [{"scenarios": ["broken"]}, {"suite": {"ids": ["broken"]}}])
def test_asked_for_by_name_it_is_an_error(folder: str, write: Write, ask: dict[str, object]) -> None:
    write("mine/broken.yaml", yaml_text("broken").replace("title", "tilte"))
    filters, names = ask.get("suite", {}), ask.get("scenarios", [])
    with pytest.raises(InputError, match=r"mine/broken\.yaml:2:1: unknown key 'tilte'"):
        load_suite(suite(**filters), names)  # type: ignore[arg-type]


def test_a_name_that_is_missing_because_its_file_is_broken_says_so(folder: str, write: Write) -> None:
    write("mine/broken.py", "1 / 0")
    with pytest.raises(InputError) as caught:
        load_suite(suite(), ["broken"])
    assert str(caught.value).splitlines()[1:] == [
        "mine/broken.py:1: warning: does not import: ZeroDivisionError: division by zero"
    ]


@pytest.mark.parametrize("limit", [None, 1])
def test_all_broken_files_of_a_path_are_told_at_once(folder: str, write: Write, limit: int | None) -> None:
    for name in ("a", "b"):
        write(f"bad/{name}.yaml", yaml_text(f"bad_{name}").replace("title", "tilte"))
    write("bad/c.yaml", yaml_text("good"))
    with pytest.raises(ScenarioError) as caught:
        load_suite(suite(limit=limit), ["bad"])
    assert [problem.where for problem in caught.value.problems] == ["bad/a.yaml:2:1", "bad/b.yaml:2:1"]


def test_a_python_scenario_that_cannot_be_built_is_named(folder: str, write: Write) -> None:
    text = python_text("odd") + "\n    def __init__(self):\n        raise RuntimeError('not today')\n"
    with pytest.raises(InputError, match=r"Mine in .*odd\.py: cannot be built: RuntimeError: not today"):
        load_suite(suite(), [str(write("odd.py", text))])


def test_python_scenarios_carry_hashes(folder: str, write: Write) -> None:
    (scenario,) = load_suite(suite(), ["cedar"])
    first = vars(scenario)["world_hash"]
    assert len(first) == 64
    assert vars(scenario)["scoring_hash"] == first
    write("mine/x.py", python_text("cedar") + "\n# another source\n")
    (scenario,) = load_suite(suite(), ["cedar"])
    assert vars(scenario)["world_hash"] != first


def test_only_what_is_wanted_is_compiled(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled: list[str] = []
    real = Catalog._make

    def counting(self: Catalog, entries: object, broken: object) -> object:
        for scenario in real(self, entries, broken):  # type: ignore[arg-type]
            compiled.append(scenario.scenario_id)
            yield scenario

    monkeypatch.setattr(Catalog, "_make", counting)
    load_suite(suite(limit=1))
    load_suite(suite(ids=["cedar"]))
    assert compiled == ["apple", "cedar"]


def test_everything_can_be_put_into_the_registry(folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with collecting() as own:
        monkeypatch.setattr(module, "registry", own)
        assert register_pare_scenarios().ids() == ("apple", "birch", "cedar")
        assert register_pare_scenarios().ids() == ("apple", "birch", "cedar")
    assert own.get("apple")().scenario_id == "apple"


def test_choice_has_the_filters_of_a_suite() -> None:
    assert set(Choice.__slots__) <= set(SuiteConfig.model_fields)


@pytest.mark.slow
def test_150_files_load_quickly(write: Write) -> None:
    """The target is 0.6 s of CPU for the suite we ship; three times that leaves room for slow machines."""
    source = (Path(__file__).parents[2] / "scenarios" / "dinner_headcount_change.yaml").read_text()
    for number in range(150):
        write(f"many/{number}.yaml", source.replace("dinner_headcount_change", f"s{number}"))
    started = time.process_time()
    assert len(load_suite(suite(), ["many"])) == 150
    assert time.process_time() - started < 1.8
