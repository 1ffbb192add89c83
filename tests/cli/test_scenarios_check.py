"""`pare scenarios check`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import SHIPPED, Pare
from tests.library.conftest import python_text, yaml_text


def test_a_sound_file(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "check", "dinner.yaml")
    assert (said.status, said.out, said.err) == (0, "1 file: 0 errors, 0 warnings\n", "")


def test_every_shipped_file_is_sound(pare: Pare) -> None:
    said = pare("scenarios", "check", str(SHIPPED))
    assert said.status == 0, said.out


def test_all_mistakes_of_a_file_with_their_places(pare: Pare, dinner: Path) -> None:
    text = dinner.read_text()
    text = text.replace("type: StatefulCalendarApp", "type: StatefulCalenderApp")
    text = text.replace("sender_id: priya, content", "sender: priya, content")
    dinner.write_text(text)
    said = pare("scenarios", "check", "dinner.yaml")
    assert said.status == 2
    lines = said.out.splitlines()
    assert lines[0].startswith("dinner.yaml:19:11: there is no app class 'StatefulCalenderApp' (did you mean")
    assert any(line.startswith("dinner.yaml:28:") and "'sender'" in line for line in lines)
    assert lines[-1] == f"1 file: {len(lines) - 1} errors, 0 warnings"


def test_as_json(pare: Pare, dinner: Path) -> None:
    dinner.write_text(dinner.read_text().replace("title: A guest", "tilte: A guest"))
    said = pare("scenarios", "check", "dinner.yaml", "--json")
    assert said.status == 2
    assert (said.json["errors"], said.json["warnings"]) == (1, 0)
    (file,) = said.json["files"]
    (problem,) = file["problems"]
    assert file["place"] == "dinner.yaml"
    assert problem == {
        "severity": "error",
        "code": None,
        "message": "unknown key 'tilte'",
        "hint": "did you mean 'title'?",
        "where": "dinner.yaml:3:1",
        "file": "dinner.yaml",
        "line": 3,
        "column": 1,
    }


def test_a_warning_alone_is_no_mistake(pare: Pare, dinner: Path) -> None:
    text = dinner.read_text().replace("after: accepts, args: {event_id", "after: [accepts, later], args: {event_id")
    later = "  - {id: later, env: messages.create_and_add_message, after: accepts, delay: 1h, args: "
    later += "{conversation_id: dinner, sender_id: tom, content: And?}}\n"
    dinner.write_text(text.replace("checks:", later + "checks:") + "scoring: derived\n")
    said = pare("scenarios", "check", "dinner.yaml")
    assert said.status == 0
    assert ": warning: " in said.out
    assert said.out.endswith("1 file: 0 errors, 1 warning\n")


def test_a_folder_with_everything_in_it(pare: Pare) -> None:
    Path("all/sub").mkdir(parents=True)
    Path("all/good.yaml").write_text(yaml_text("good"))
    Path("all/broken.yaml").write_bytes(b"id: caf\xe9")
    Path("all/again.yml").write_text(yaml_text("good"))
    Path("all/fine.py").write_text(python_text("fine"))
    Path("all/sub/crash.py").write_text("1 / 0")
    Path("all/sub/odd.py").write_text(python_text("odd") + "\n    def build_events_flow(self):\n        1 / 0\n")
    said = pare("scenarios", "check", "all")
    assert said.status == 2
    assert said.out.splitlines() == [
        "all/broken.yaml:1:8: byte 7 is 0xe9, which is not UTF-8 (save the file as UTF-8)",
        "all/good.yaml: all/again.yml is called 'good' too (rename one of them)",
        "all/sub/crash.py:1: does not import: ZeroDivisionError: division by zero",
        said.out.splitlines()[3],
        "6 files: 4 errors, 0 warnings",
    ]
    assert "odd.py: cannot be built: ZeroDivisionError: division by zero" in said.out.splitlines()[3]


def test_an_installed_scenario_by_its_id(pare: Pare) -> None:
    assert pare("scenarios", "check", "dinner_headcount_change").out == "1 file: 0 errors, 0 warnings\n"


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("nowhere.yaml", "nowhere.yaml: there is no such file\n1 file: 1 error, 0 warnings\n"),
        ("big.yaml", "big.yaml: the file has 10.0 MiB; a scenario has at most 2 MiB\n1 file: 1 error, 0 warnings\n"),
        ("notes.txt", "notes.txt: a scenario file is called *.yaml, *.yml or *.py\n1 file: 1 error, 0 warnings\n"),
    ],
)
def test_what_is_no_scenario_file(pare: Pare, name: str, says: str) -> None:
    Path("big.yaml").write_bytes(b"#" * (10 * 2**20))
    Path("notes.txt").touch()
    said = pare("scenarios", "check", name)
    assert (said.status, said.out) == (2, says)


def test_an_empty_folder(pare: Pare) -> None:
    Path("empty").mkdir()
    said = pare("scenarios", "check", "empty")
    assert (said.status, said.err) == (2, "empty: no scenario files (.yaml, .yml, .py) in this folder\n")
