"""`pare scenarios list`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import SHIPPED, Pare
from tests.library.conftest import yaml_text

IDS = sorted(path.stem for path in SHIPPED.glob("**/*.yaml"))


def test_all_installed_in_the_order_of_their_ids(pare: Pare) -> None:
    said = pare("scenarios", "list")
    assert said.status == 0
    assert said.err == ""
    lines = said.out.splitlines()
    assert lines[0].split() == ["ID", "TITLE", "TAGS"]
    assert [line.split()[0] for line in lines[1:-1]] == IDS
    assert lines[-1] == f"{len(IDS)} scenarios"


def test_as_json(pare: Pare) -> None:
    found = pare("scenarios", "list", "--id", "dinner_*", "--json").json
    assert found == [
        {
            "id": "dinner_headcount_change",
            "title": "A guest drops out after the table was booked",
            "tags": ["calendar", "messaging"],
            "apps": ["StatefulMessagingApp", "StatefulCalendarApp", "PAREAgentUserInterface", "HomeScreenSystemApp"],
            "origin": "shipped",
            "place": str(SHIPPED / "dinner_headcount_change.yaml"),
            "scoring": "authored",
        }
    ]


def test_filters(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine").mkdir()
    Path("mine/a.yaml").write_text(yaml_text("mine_a", tags="odd"))
    Path("mine/b.yaml").write_text(yaml_text("mine_b", handle="post", type="StatefulEmailApp"))
    monkeypatch.setenv("PARE_SCENARIOS_DIR", "mine")

    def ids(*argv: str) -> list[str]:
        return [item["id"] for item in pare("scenarios", "list", "--json", *argv).json]

    assert ids("--tag", "odd") == ["mine_a"]
    assert ids("--app", "post") == ["mine_b"]
    assert ids("--id", "mine_*") == ["mine_a", "mine_b"]
    assert ids("--id", "mine_*", "--id", "dinner_*", "--app", "StatefulNotesApp") == ["mine_a"]
    assert "mine_a" in ids("--app", "notes", "--app", "messages")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--tag", "calendr"], "pare: no scenario has the tag 'calendr' (did you mean 'calendar'?)\n"),
        (["--id", "dinner_headcount_chnge"], "(did you mean 'dinner_headcount_change'?)\n"),
        (["--app", "StatefulCalenderApp"], "(did you mean 'StatefulCalendarApp'?)\n"),
    ],
)
def test_a_filter_that_nothing_fits(pare: Pare, argv: list[str], says: str) -> None:
    said = pare("scenarios", "list", *argv)
    assert said.status == 2
    assert said.err.endswith(says)


def test_what_cannot_be_used_is_a_warning(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("mine").mkdir()
    Path("mine/a.py").write_text("1 / 0")
    Path("mine/b.yaml").write_text(yaml_text("mine_b").replace("title", "tilte"))
    monkeypatch.setenv("PARE_SCENARIOS_DIR", "mine")
    said = pare("scenarios", "list", "--id", "dinner*")
    assert said.status == 0
    assert said.err == "mine/a.py:1: warning: does not import: ZeroDivisionError: division by zero\n"
    said = pare("scenarios", "list")
    assert said.status == 0
    assert "mine/b.yaml:2:1: warning: unknown key 'tilte' (did you mean 'title'?)\n" in said.err


def test_a_missing_folder_is_an_error(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARE_SCENARIOS_DIR", "nowhere")
    said = pare("scenarios", "list")
    assert (said.status, said.err) == (2, "PARE_SCENARIOS_DIR: nowhere does not exist\n")


def test_a_broken_shipped_file_is_told_and_the_rest_is_listed(pare: Pare, monkeypatch: pytest.MonkeyPatch) -> None:
    from pare_runner.library import sources

    Path("shipped").mkdir()
    Path("shipped/a.yaml").write_text(yaml_text("good"))
    Path("shipped/b.yaml").write_text(yaml_text("bad").replace("title", "tilte"))
    monkeypatch.setattr(sources, "shipped_folder", lambda: Path("shipped"))
    said = pare("scenarios", "list")
    assert said.status == 2
    assert said.out.splitlines()[1].startswith("good  A title")
    assert said.err == "shipped/b.yaml:2:1: unknown key 'tilte' (did you mean 'title'?)\n"
