"""`pare tour`: three assistants that need no model side by side, one failed run to read, and what to try next."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import typer

from pare_runner.batch.agents import AgentFactory
from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.invocation import job_units, run_job
from pare_runner.batch.job import JobReport
from pare_runner.batch.units import Unit
from pare_runner.cli.console import is_terminal, mark, plural, say, say_json, table
from pare_runner.cli.hydra_entry import main
from pare_runner.cli.next_steps import Step, experiment, pare, step_lines
from pare_runner.cli.reporting import write_reports
from pare_runner.episode.outcome import Outcome
from pare_runner.episode.run import finish, run_episode
from pare_runner.library.files import shown
from pare_runner.traces.conversation import WIDTH, entries_of, lines
from pare_runner.traces.record import record_of

ASSISTANTS = {
    "scripted": "plays the solution of the scenario's author",
    "eager": "proposes something at each notification",
    "passive": "watches and does nothing",
}
SCENARIOS = ("dinner_headcount_change", "expense_report_due", "review_over_dentist", "quiet_friday_afternoon")
TO_READ = ("eager", "expense_report_due")
"""The run that is shown as a conversation."""
TOLD = ("seconds", "who", "kind", "text", "failed")
"""What `--json` has of each entry of it; `pare traces show --json` has more."""


@dataclass(frozen=True, slots=True)
class Job:
    """A finished job of the sweep."""

    config: MultiScenarioRunnerConfig
    directory: Path
    report: JobReport

    @property
    def assistant(self) -> str:
        """The policy that observed and executed."""
        return self.config.observe_engine_config.label


def tour(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Run three assistants on a few scenarios, offline, and read one failed run.

    What it writes is an ordinary sweep in a new folder below outputs/.

    \b
    pare tour
    """
    if is_terminal(sys.stderr):
        print(f"running {', '.join(ASSISTANTS)} on {plural(len(SCENARIOS), 'scenario')} ...", file=sys.stderr)
    jobs = run_sweep()
    read = next(job for job in jobs if job.assistant == TO_READ[0])
    outcome = replayed(read, TO_READ[1])
    if as_json:
        say_json(_described(jobs, outcome))
        return
    _print_table(jobs)
    say()
    say(mark(f"{TO_READ[1]}, {TO_READ[0]}: {outcome.scenario.title}", "bold"))
    say(f"Virtual time since the start; {TO_READ[0]} {ASSISTANTS[TO_READ[0]]}.")
    say()
    width = min(WIDTH, shutil.get_terminal_size().columns) if is_terminal() else WIDTH
    for line in lines(entries_of(record_of(outcome)), width, mark):
        say(line)
    say()
    say("next:")
    for line in step_lines(next_steps(jobs)):
        say(line)


def run_sweep() -> list[Job]:
    """The jobs of the sweep, run the way `python -m pare_runner` runs them; leaves by `typer.Exit` if that fails."""
    jobs: list[Job] = []

    def run(config: MultiScenarioRunnerConfig, directory: Path) -> JobReport:
        report = run_job(config, directory, command_line=argv)
        jobs.append(Job(config, directory, report))
        return report

    def check(config: MultiScenarioRunnerConfig) -> Sequence[Unit]:
        return job_units(config)

    argv = [
        f"model={','.join(ASSISTANTS)}",
        f"scenarios=[{','.join(SCENARIOS)}]",
        "experiment_name=tour",
        "cache=bypass",
        "-m",
    ]
    said = io.StringIO()
    with redirect_stderr(said):
        status = main(argv, run_job=run, check_job=check)
    if status:
        print(said.getvalue(), end="", file=sys.stderr)
        raise typer.Exit(status)
    write_reports(Path(shown(jobs[0].directory.parent)))
    return jobs


def replayed(job: Job, scenario_id: str) -> Outcome:
    """A run of `job`, made again from its recording."""
    config = job.config.model_copy(update={"replay": str(job.directory)})
    factory = AgentFactory.of(config, prompts_dir=config.prompts_dir, replay=config.replay)
    scenario = next(unit.scenario for unit in job_units(config) if unit.scenario.scenario_id == scenario_id)
    return finish(run_episode(scenario, factory.agents(scenario, 1), seed=config.seed))


def next_steps(jobs: Sequence[Job]) -> list[Step]:
    """Three commands to try."""
    return [
        (pare("scenarios", "show", TO_READ[1]), "what the assistant should have done"),
        (pare("verify", shown(jobs[0].directory.parent)), "make all runs of this tour again, and compare"),
        (experiment("model=gpt5", f"scenarios=[{TO_READ[1]}]"), "a model instead (`pare models list` names the keys)"),
    ]


def _print_table(jobs: Sequence[Job]) -> None:
    rows = []
    for scenario in SCENARIOS:
        cells = [scenario]
        for job in jobs:
            result = job.report.results.scenario_results[scenario, 1]
            cells.append(f"{_verdict(result.status)}, {plural(result.proposal_count, 'proposal')}")
        rows.append(cells)
    table(["scenario", *(job.assistant for job in jobs)], rows)
    say()
    for name, what in ASSISTANTS.items():
        say(f"{name:<8}  {what}")
    say(f"results, traces and logs: {shown(jobs[0].directory.parent)}")


def _verdict(status: str) -> str:
    return {"success": "pass", "failed": "FAIL"}.get(status, status)


def _described(jobs: Sequence[Job], outcome: Outcome) -> dict[str, Any]:
    results: dict[str, dict[str, Any]] = {scenario: {} for scenario in SCENARIOS}
    for job in jobs:
        for (scenario, _), result in job.report.results.scenario_results.items():
            results[scenario][job.assistant] = {
                "status": result.status,
                "turns": result.number_of_turns,
                "proposals": result.proposal_count,
                "acceptances": result.acceptance_count,
            }
    conversation = {
        "scenario": TO_READ[1],
        "assistant": TO_READ[0],
        "entries": [{key: getattr(entry, key) for key in TOLD} for entry in entries_of(record_of(outcome))],
    }
    return {
        "directory": shown(jobs[0].directory.parent),
        "results": results,
        "conversation": conversation,
        "next": [{"command": command, "what": what} for command, what in next_steps(jobs)],
    }
