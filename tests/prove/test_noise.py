"""Environment noise alone decides nothing; where it would, the proof says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.noise.data import AugmentationData
from pare_runner.prove.noise import prove_under_noise
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.noise.conftest import DATA, PHONE, lasting
from tests.scenarios.conftest import scenario

SHIPPED = sorted((Path(__file__).parents[2] / "scenarios").glob("*.yaml"))
SILENT = "silence: true\n"


def proof(text: str, data: AugmentationData = DATA, seeds: int = 3) -> list[tuple[str, bool, str]]:
    return [
        (claim.what, claim.holds, claim.seen) for claim in prove_under_noise(scenario(text), data, seeds=seeds).claims
    ]


def test_a_sound_scenario() -> None:
    found = proof(
        lasting(
            360,
            rest=f"{SILENT}checks: [{{state: notes.folders | map(attribute='notes') | map('length') | sum == 1}}]\n",
        )
    )
    assert [(holds, seen) for _, holds, seen in found] == [(True, "")] * 2
    assert found[0][0] == "noise changes nothing for the oracle, success (180 events, 3 seeds)"
    assert found[1][0].startswith("noise changes nothing for passive, success (")


@pytest.mark.parametrize(
    "check", ["chat.conversations | list | length == 1", "(emails.folders | first).emails | list | length == 1"]
)
def test_a_check_that_counts_what_noise_adds_to(check: str) -> None:
    for what, holds, seen in proof(lasting(360, rest=f"{SILENT}checks: [{{state: {check!r}}}]\n")):
        assert not holds, what
        assert seen.startswith("seed 0: success becomes failed: ")


def test_a_scenario_that_cannot_be_judged_is_not_proven() -> None:
    for what, holds, seen in proof(lasting(60, rest="checks: [{state: notes.folders.Inbox.notes == 1}]\n"), seeds=1):
        assert "exception (0 events" in what
        assert not holds
        assert seen.startswith("without noise: ")


def test_a_condition_that_noise_makes_true() -> None:
    more = "  - {id: sees, when: {state: (emails.folders | first).emails | list | length > 3}, timeout: 350s}\n"
    text = lasting(300, rest=more + "  - {id: then, env: notes.create_note, after: sees}\n" + SILENT)
    assert [seen.partition(":")[2][:23] for _, _, seen in proof(text, seeds=1)] == [" what happens changes: "] * 2


def test_calls_of_noise_are_no_calls_that_a_check_asks_for() -> None:
    rest = f"{SILENT}checks: [{{not: {{called: emails.create_and_add_email, by: env}}}}]\n"
    assert all(holds for _, holds, _ in proof(lasting(360, rest=rest)))


def test_a_phone_without_the_apps_has_no_noise() -> None:
    found = proof("apps: {notes: {type: StatefulNotesApp}}\nevents: [{id: e, env: notes.create_note}]\n")
    assert [holds for _, holds, _ in found] == [True, True]
    assert "(0 events, 3 seeds)" in found[0][0]


def test_every_claim_is_told_as_it_is_decided() -> None:
    heard: list[str] = []
    made = prove_under_noise(scenario(PHONE), DATA, seeds=1, on_claim=lambda claim: heard.append(claim.what))
    assert heard == [claim.what for claim in made.claims]


@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_scenarios(path: Path) -> None:
    made = compile_scenario(path.read_text("utf-8"), str(path))
    assert prove_under_noise(made, load_augmentation_data({}), seeds=1).failing == []


@pytest.mark.slow
@pytest.mark.parametrize("path", SHIPPED, ids=[path.stem for path in SHIPPED])
def test_shipped_scenarios_with_twenty_seeds(path: Path) -> None:
    made = compile_scenario(path.read_text("utf-8"), str(path))
    assert prove_under_noise(made, load_augmentation_data({})).failing == []
