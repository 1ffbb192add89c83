"""`pare scenarios prove`."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Pare
from tests.library.conftest import python_text

LAX = "side_effects: forbid"


def test_a_sound_scenario(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "prove", "dinner.yaml")
    assert said.status == 0
    (line,) = said.out.splitlines()
    assert line.startswith("proven  dinner_headcount_change: ")
    assert line.endswith(" claims")
    assert said.err == ""


def test_claims_that_do_not_hold_are_shown(pare: Pare, dinner: Path) -> None:
    dinner.write_text(dinner.read_text().replace(LAX, "side_effects: report"))
    said = pare("scenarios", "prove", "dinner.yaml")
    assert said.status == 1
    lines = said.out.splitlines()
    assert lines[0].startswith("NOT PROVEN  dinner_headcount_change: ")
    assert lines[0].endswith(" do not hold")
    assert lines[1].split() == ["PART", "CLAIM", "HOLDS", "SEEN"]
    assert all(line.startswith("d     one ") and line.endswith("NO     it passes") for line in lines[2:])


def test_everything_on_demand(pare: Pare, dinner: Path) -> None:
    out = pare("scenarios", "prove", "dinner.yaml", "-v").out
    assert "a     the oracle passes" in out
    assert "c     without edits it fails" in out
    assert "could not be called in this state: " in out


def test_as_json(pare: Pare, dinner: Path) -> None:
    (found,) = pare("scenarios", "prove", "dinner.yaml", "--json").json
    assert found["id"] == "dinner_headcount_change"
    assert found["proven"] is True
    assert {claim["part"] for claim in found["claims"]} == {"a", "b", "c", "d", "e"}
    assert found["skipped"]


def test_several_at_once(pare: Pare, dinner: Path) -> None:
    Path("other.yaml").write_text(
        dinner.read_text().replace("id: dinner_headcount_change", "id: other").replace(LAX, "side_effects: report")
    )
    said = pare("scenarios", "prove", "dinner.yaml", "other.yaml")
    assert said.status == 1
    assert said.out.splitlines()[-1] == "2 scenarios, 1 not proven"


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        ([], "name scenarios to prove, or give --all"),
        (["dinner.yaml", "--all"], "name scenarios to prove, or give --all"),
        (["mine.py"], "mine is written in Python; only YAML scenarios can be proven"),
        (["broken.yaml"], "broken.yaml:1:1: "),
    ],
)
def test_bad_input(pare: Pare, dinner: Path, argv: list[str], says: str) -> None:
    Path("mine.py").write_text(python_text("mine"))
    Path("broken.yaml").write_text("- a list")
    said = pare("scenarios", "prove", *argv)
    assert said.status == 2
    assert says in said.err


def test_all_installed_ones_but_python_and_broken_ones(
    pare: Pare, dinner: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pare_runner.library import sources

    Path("shipped").mkdir()
    dinner.rename("shipped/dinner.yaml")
    Path("shipped/broken.yaml").write_text("id: broken\n")
    Path("mine").mkdir()
    Path("mine/mine.py").write_text(python_text("mine"))
    monkeypatch.setattr(sources, "shipped_folder", lambda: Path("shipped"))
    monkeypatch.setenv("PARE_SCENARIOS_DIR", "mine")
    said = pare("scenarios", "prove", "--all")
    assert said.status == 2
    assert said.out.startswith("proven  dinner_headcount_change: ")
    assert said.err.startswith("shipped/broken.yaml:1:1: ")


def test_progress_is_for_terminals(pare: Pare, dinner: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    said = pare("scenarios", "prove", "dinner.yaml")
    assert "\r\033[Kdinner_headcount_change: 1 claims, the oracle passes" in said.err
    assert said.err.endswith("\r\033[K")


def test_noise_alone_decides_nothing(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "prove", "dinner.yaml", "--noise", "--seeds", "2", "-v")
    assert said.status == 0
    lines = said.out.splitlines()
    assert lines[0] == "proven  dinner_headcount_change: 2 claims"
    assert lines[2].startswith("noise  noise changes nothing for the oracle, success (")
    assert lines[3].startswith("noise  noise changes nothing for passive, failed (")


def test_a_scenario_that_noise_decides(pare: Pare, dinner: Path) -> None:
    text = dinner.read_text().replace("checks:", "checks:\n  - state: messages.conversations | list | length == 1")
    dinner.write_text(text.replace("at: 10s", "at: 6m"))
    said = pare("scenarios", "prove", "dinner.yaml", "--noise", "--seeds", "1")
    assert said.status == 1
    assert said.out.splitlines()[0] == "NOT PROVEN  dinner_headcount_change: 2 claims, 2 do not hold"
    assert "seed 0: success becomes failed" in said.out


def test_seeds_belong_to_noise(pare: Pare, dinner: Path) -> None:
    said = pare("scenarios", "prove", "dinner.yaml", "--seeds", "3")
    assert (said.status, said.err) == (2, "pare: --seeds belongs to --noise\n")
