"""Which file augmentation data comes from, and what is said of one that cannot be used."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.errors import InputError
from pare_runner.library.noise_data import load_augmentation_data

NAMES = '{"tool_names_mapping": {"StatefulNotesApp__create_note": "%s"}}'


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def name_of(environ: dict[str, str]) -> str | None:
    return load_augmentation_data(environ).tool_names_mapping.get("StatefulNotesApp__create_note")


def test_the_variable_wins_over_the_documented_file_and_that_over_ours(folder: Path) -> None:
    (folder / "mine.json").write_text(NAMES % "mine")
    ours = name_of({})
    (folder / "data").mkdir()
    (folder / "data" / "metaare_augmentation_data.json").write_text(NAMES % "documented")
    assert ours != "documented"
    assert name_of({"ENV_AUGMENTATION_DATA_PATH": ""}) == "documented"
    assert name_of({"ENV_AUGMENTATION_DATA_PATH": "mine.json"}) == "mine"


def test_without_an_argument_the_environment_of_the_process_decides(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "mine.json").write_text(NAMES % "mine")
    monkeypatch.setenv("ENV_AUGMENTATION_DATA_PATH", str(folder / "mine.json"))
    assert load_augmentation_data().tool_names_mapping == {"StatefulNotesApp__create_note": "mine"}


def test_equal_files_in_two_places_have_one_digest(folder: Path) -> None:
    (folder / "a.json").write_text(NAMES % "same")
    (folder / "b.json").write_text(NAMES % "same" + "\n")
    (folder / "c.json").write_text(NAMES % "other")
    a, b, c = (load_augmentation_data({"ENV_AUGMENTATION_DATA_PATH": f"{name}.json"}).digest for name in "abc")
    assert a == b != c


def test_the_shipped_files_are_one(folder: Path) -> None:
    data = load_augmentation_data({})
    assert data.digest == load_augmentation_data({}).digest
    assert data.tool_names_mapping.keys() == data.tool_descriptions_mapping.keys() != set()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'{"apps": [}', "mine.json:1:11: this is not JSON: "),
        (b"\xff\xfe", "mine.json:1:1: this is not JSON: "),
        (b'{"apps": 1}', "mine.json: apps must be a list, not the value 1"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(folder: Path, content: bytes, message: str) -> None:
    (folder / "mine.json").write_bytes(content)
    with pytest.raises(InputError) as raised:
        load_augmentation_data({"ENV_AUGMENTATION_DATA_PATH": "mine.json"})
    assert str(raised.value).startswith(message)


def test_a_missing_file_and_a_folder_are_named(folder: Path) -> None:
    with pytest.raises(InputError, match=r"^none\.json: there is no such file \(ENV_AUGMENTATION_DATA_PATH names it\)"):
        load_augmentation_data({"ENV_AUGMENTATION_DATA_PATH": "none.json"})
    (folder / "a").mkdir()
    with pytest.raises(InputError, match=r"^a: augmentation data cannot be read: Is a directory"):
        load_augmentation_data({"ENV_AUGMENTATION_DATA_PATH": "a"})
