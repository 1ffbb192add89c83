"""What to do next: the commands that make sense after a job or a sweep, as they can be typed here."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pare_runner.batch.plan import find_plan
from pare_runner.batch.spent import recorded_budget
from pare_runner.errors import InputError
from pare_runner.library.catalog import Catalog
from pare_runner.library.files import looks_like_path, shown
from pare_runner.llm.config import OFFLINE

if TYPE_CHECKING:
    from pare_runner.batch.config import MultiScenarioRunnerConfig

WIDE = 100
"""Columns of a command beside which there is no room for what it does."""
CHOICES = ("suite", "scenarios")
"""Keys of the command line that say which scenarios run."""

PLACES = ("output_dir", "resume", "only")
"""Keys of the command line that say where results are, and what is left to do there."""
MAIN = "__main__.py"

Step = tuple[str, str]
"""A command, and what it does."""


def program(name: str) -> str:
    """How `name` (`pare`, `python`) is called here: by its path if the shell would not find ours."""
    own = Path(sys.executable).parent / name
    found = shutil.which(name)
    if not own.exists() or (found is not None and Path(found).parent.resolve() == own.parent.resolve()):
        return name
    return shlex.quote(shown(own))


def experiment(*overrides: str) -> str:
    """The command that runs an experiment with `overrides`."""
    return " ".join([program("python"), "-m", "pare_runner", *map(shlex.quote, overrides)])


def pare(*words: str | Path) -> str:
    """A `pare` command."""
    return " ".join([program("pare"), *(shlex.quote(str(word)) for word in words)])


def again(directory: Path) -> list[str]:
    """The commands that make the runs of `directory` again that ended in an exception."""
    commands = [pare("resume", directory, "--only", "failed")]
    words = typed(directory)
    if words is not None:
        kept = [word for word in words if word.partition("=")[0] not in PLACES]
        commands.append(experiment(*kept, f"resume={directory}", "only=failed"))
    return commands


def typed(directory: Path) -> list[str] | None:
    """The arguments of the experiment command that began `directory`; None for another one, or one typed elsewhere."""
    plan = find_plan(directory)
    if plan is None or not plan.command_line or Path(plan.working_directory) != Path.cwd():
        return None
    program, *words = plan.command_line
    return words if Path(program).name == MAIN else None


def go_on(directory: Path) -> Step:
    """The command that goes on with what is left to do in `directory`, above a limit that is used up."""
    plan = find_plan(directory)
    budget = None if plan is None else recorded_budget(directory, plan)
    limit = None if budget is None else budget.used_up()
    if limit is None:
        return pare("resume", directory), "go on with what is left"
    return pare("resume", directory, limit.override), "go on with what is left, under a higher limit"


def after_job(
    rows: Sequence[Mapping[str, Any]], config: MultiScenarioRunnerConfig, directory: Path, *, complete: bool = True
) -> list[Step]:
    """What to do after a job in `directory` whose journal holds `rows`."""
    steps: list[Step] = [] if complete else [go_on(directory)]
    crashed = next((row for row in rows if row["status"] == "exception"), None)
    failed = next((row for row in rows if row["status"] == "failed"), None)
    if crashed is not None and config.writes_unit_logs:
        log = directory / config.logs_dir / f"{crashed['run_id']}.log"
        steps.append((f"cat {shlex.quote(str(log))}", "what went wrong, with its traceback"))
    if failed is not None:
        name = scenario_name(failed["base_scenario_id"], config.scenarios)
        steps.append((pare("scenarios", "show", name), "what should have happened"))
        if len(steps) < 2 and config.writes_unit_logs and config.log_level in ("DEBUG", "INFO"):
            what = "each check that failed" if config.oracle else "what happened, and each check that failed"
            log = directory / config.logs_dir / f"{failed['run_id']}.log"
            steps.append((f"cat {shlex.quote(str(log))}", what))
    if config.oracle:
        steps.append((experiment(*chosen_scenarios()), "the same scenarios with agents"))
    else:
        steps.append((pare("verify", directory), "make these runs again from their recording"))
    if crashed is None and failed is None:
        steps.append((pare("tour"), "three assistants side by side, and one failed run to read"))
        if config.oracle or _all_offline(config):
            steps.append((pare("models", "list"), "models to judge, and the keys they need"))
    return steps[:3]


def scenario_name(scenario_id: str, chosen: Sequence[str]) -> str:
    """What `pare` finds a scenario of an experiment by: its id, or its own file if that is one of `chosen`."""
    paths = [name for name in chosen if looks_like_path(name)]
    if not paths:
        return scenario_id
    try:
        entry = Catalog.named(paths).find(scenario_id)
    except InputError:
        return scenario_id
    return entry.place if Path(entry.source).is_file() else scenario_id


def after_sweep(directory: Path, *, complete: bool = True) -> list[Step]:
    """What to do after a sweep in `directory`."""
    return [
        *([] if complete else [go_on(directory)]),
        (pare("verify", directory), "make all its runs again from their recordings"),
        (f"cat {shlex.quote(str(directory / 'sweep.json'))}", "all counts and rates, job by job"),
    ]


def step_lines(steps: Sequence[Step]) -> list[str]:
    """The commands, each with what it does behind it in a column; above it if a command is long."""
    width = max((len(command) for command, _ in steps), default=0)
    if width > WIDE:
        return [line for command, what in steps for line in (f"  # {what}", f"  {command}")]
    return [f"  {command:<{width}}  # {what}" for command, what in steps]


def chosen_scenarios() -> list[str]:
    """The overrides by which the job that runs here chose its scenarios; none outside of a job of Hydra's."""
    from hydra.core.hydra_config import HydraConfig  # slow to import

    given = HydraConfig.get().overrides.task if HydraConfig.initialized() else ()
    return [text for text in given if text.lstrip("+~").partition("=")[0].partition(".")[0] in CHOICES]


def _all_offline(config: MultiScenarioRunnerConfig) -> bool:
    models = (config.user_engine_config, config.observe_engine_config, config.execute_engine_config)
    return all(model.adapter == OFFLINE for model in models)
