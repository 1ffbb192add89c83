"""`pare scenarios prove`."""

from __future__ import annotations

import sys
from typing import Annotated, Any

import typer

from pare_runner.cli.console import is_terminal, mark, plural, say, say_json, table, warn
from pare_runner.cli.scenarios.finding import find_all
from pare_runner.errors import InputError, Problem
from pare_runner.library.catalog import Catalog
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.library.selection import Choice
from pare_runner.noise.data import NO_DATA
from pare_runner.prove.noise import SEEDS, prove_under_noise
from pare_runner.prove.proof import Claim, Proof, prove
from pare_runner.scenarios.yaml_scenario import YamlScenario

FAILED, BAD_INPUT = 1, 2


def prove_scenarios(
    names: Annotated[list[str] | None, typer.Argument(metavar="FILE|FOLDER|ID...", help="What to prove.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="Every installed scenario written in YAML.")] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Show every claim, and the tools that could not be called.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    noise: Annotated[
        bool, typer.Option("--noise", help="Prove this instead: environment noise changes no verdict.")
    ] = False,
    seeds: Annotated[int | None, typer.Option(min=1, help=f"With --noise: how many draws of it ({SEEDS}).")] = None,
) -> None:
    """Prove scenarios: the oracle passes; doing nothing, leaving a write out, or one write too many fails.

    With --noise: ten environment events a minute leave the verdicts of the oracle and of an assistant that does nothing
    as they are. Exit status 1 if a claim does not hold, 2 for bad input.

    \b
    pare scenarios prove my_scenario.yaml -v
    pare scenarios prove --noise --all
    """
    if seeds is not None and not noise:
        raise InputError("--seeds belongs to --noise")
    proofs = []
    chosen, broken = _chosen(names or [], everything)
    data = load_augmentation_data() if noise else NO_DATA
    for scenario in chosen:
        progress = _Progress(scenario.scenario_id)
        if noise:
            proof = prove_under_noise(scenario, data, seeds=seeds or SEEDS, on_claim=progress.claim)
        else:
            proof = prove(scenario, progress.claim)
        progress.clear()
        proofs.append(proof)
        if not as_json:
            _print(proof, verbose)
    unproven = sum(not proof.holds for proof in proofs)
    if as_json:
        say_json([_as_json(proof) for proof in proofs])
    elif len(proofs) != 1:
        say(f"{plural(len(proofs), 'scenario')}, {unproven} not proven")
    warn(broken)
    if unproven or broken:
        raise typer.Exit(BAD_INPUT if broken else FAILED)


def _chosen(names: list[str], everything: bool) -> tuple[list[YamlScenario], list[Problem]]:
    if everything == bool(names):
        raise InputError("name scenarios to prove, or give --all")
    broken: list[Problem] = []
    if not everything:
        found = find_all(names)
        for scenario in found:
            if not isinstance(scenario, YamlScenario):
                raise InputError(f"{scenario.scenario_id} is written in Python; only YAML scenarios can be proven")
    else:
        catalog = Catalog.installed()
        found, broken = catalog.collect(Choice())
        warn(catalog.warnings)
    return [scenario for scenario in found if isinstance(scenario, YamlScenario)], broken


class _Progress:
    """A line on standard error that says what is being tried; only on a terminal."""

    def __init__(self, scenario_id: str) -> None:
        self._scenario_id = scenario_id
        self._count = 0
        self._shown = is_terminal(sys.stderr)

    def claim(self, claim: Claim) -> None:
        """Another claim was decided."""
        self._count += 1
        if self._shown:
            print(f"\r\033[K{self._scenario_id}: {self._count} claims, {claim.what:.60}", end="", file=sys.stderr)

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)


def _print(proof: Proof, verbose: bool) -> None:
    verdict = mark("proven", "ok") if proof.holds else mark("NOT PROVEN", "error")
    count = plural(len(proof.claims), "claim")
    failing = f", {len(proof.failing)} do not hold" if proof.failing else ""
    say(f"{verdict}  {proof.scenario_id}: {count}{failing}")
    shown = proof.claims if verbose else proof.failing
    if shown:
        table(
            ("part", "claim", "holds", "seen"),
            [(claim.part, claim.what, "yes" if claim.holds else "NO", claim.seen) for claim in shown],
        )
    if verbose and proof.skipped:
        say(f"could not be called in this state: {', '.join(proof.skipped)}")


def _as_json(proof: Proof) -> dict[str, Any]:
    return {
        "id": proof.scenario_id,
        "proven": proof.holds,
        "claims": [
            {"part": claim.part, "claim": claim.what, "holds": claim.holds, "seen": claim.seen or None}
            for claim in proof.claims
        ],
        "skipped": proof.skipped,
    }
