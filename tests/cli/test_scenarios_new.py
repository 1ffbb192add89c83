"""`pare scenarios new` and `schema`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pare_runner.cli.scenarios.template import EXAMPLES
from tests.cli.conftest import Pare


@pytest.mark.parametrize("apps", [None, *EXAMPLES, ",".join(EXAMPLES), ",".join(reversed(EXAMPLES))])
def test_a_new_scenario_checks_and_proves(pare: Pare, apps: str | None) -> None:
    said = pare("scenarios", "new", "late_guest", *(["--apps", apps] if apps else []))
    assert (said.status, said.out) == (0, "wrote late_guest.yaml\nnext: pare scenarios check late_guest.yaml\n")
    assert pare("scenarios", "check", "late_guest.yaml").out == "1 file: 0 errors, 0 warnings\n"
    said = pare("scenarios", "prove", "late_guest.yaml")
    assert said.status == 0, said.out


def test_it_explains_itself(pare: Pare) -> None:
    pare("scenarios", "new", "late_guest")
    text = Path("late_guest.yaml").read_text()
    assert text.startswith("id: late_guest\n")
    assert sum(line.lstrip().startswith("#") for line in text.splitlines()) >= 5
    assert max(map(len, text.splitlines())) <= 120


def test_an_existing_file_is_not_overwritten(pare: Pare) -> None:
    Path("late_guest.yaml").write_text("precious")
    said = pare("scenarios", "new", "late_guest")
    assert (said.status, said.err) == (2, "late_guest.yaml: exists already; nothing was written\n")
    assert Path("late_guest.yaml").read_text() == "precious"


def test_the_folder_is_made(pare: Pare) -> None:
    assert pare("scenarios", "new", "late_guest", "--dir", "a/b").status == 0
    assert Path("a/b/late_guest.yaml").is_file()


def test_a_schema_nearby_is_referred_to(pare: Pare) -> None:
    assert pare("scenarios", "schema", "-o", "scenario.schema.json").out == "wrote scenario.schema.json\n"
    pare("scenarios", "new", "late_guest", "--dir", "mine")
    first = Path("mine/late_guest.yaml").read_text().splitlines()[0]
    assert first == "# yaml-language-server: $schema=../scenario.schema.json"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["late guest"], "'late guest' must be letters, digits, _ and -"),
        (["../late"], "'../late' must be letters, digits, _ and -"),
        (["late", "--apps", "mesages"], "there is no example for an app 'mesages' (did you mean 'messages'?)"),
        (["late", "--apps", ","], "--apps needs at least one app (known: messages, "),
        (["late", "--dir", "file"], "file: exists already; nothing was written"),
    ],
)
def test_what_cannot_be_written(pare: Pare, argv: list[str], says: str) -> None:
    Path("file").touch()
    said = pare("scenarios", "new", *argv)
    assert said.status == 2
    assert says in said.err
    assert not list(Path().rglob("*.yaml"))


def test_the_schema_is_printed_or_written(pare: Pare) -> None:
    said = pare("scenarios", "schema")
    assert said.status == 0
    assert said.json["title"] == "A scenario of pare_runner"
    pare("scenarios", "schema", "--output", "s.json")
    assert json.loads(Path("s.json").read_text()) == said.json
    said = pare("scenarios", "schema", "-o", "nowhere/s.json")
    assert (said.status, said.err) == (2, "nowhere/s.json: cannot be written: No such file or directory\n")
