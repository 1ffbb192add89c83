"""The `pare` command: everything but running experiments, which is `python -m pare_runner`.

A new command is one line in `COMMANDS`: its name, where it is, one sentence.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer
from typer.main import get_command

from pare_runner.batch.noticing import noticing
from pare_runner.cli.console import mark
from pare_runner.cli.lazy import SETTINGS, Commands, lazy_group
from pare_runner.cli.streams import lasting_output
from pare_runner.errors import InputError, PareError

OK, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130

COMMANDS: Commands = {
    "tour": ("pare_runner.cli.tour:tour", "See three assistants side by side, and read a failed run."),
    "scenarios": ("pare_runner.cli.scenarios.group:app", "List, show, check, prove and write scenarios."),
    "models": ("pare_runner.cli.models.group:app", "List models, and see whether one answers."),
    "noise": ("pare_runner.cli.noise.group:app", "See the noise of a run before it runs."),
    "status": ("pare_runner.cli.status:status", "Say how far experiments are, and who is running them."),
    "results": ("pare_runner.cli.results:results", "Show results as a table, or as CSV, JSON or Parquet."),
    "resume": ("pare_runner.cli.resume:resume", "Go on with an experiment that was stopped or killed."),
    "verify": ("pare_runner.cli.verify:verify", "Replay recorded runs without a model, and compare."),
    "export": ("pare_runner.cli.export:export", "Pack an experiment into one file, to share it."),
    "reproduce": ("pare_runner.cli.reproduce:reproduce", "Make the runs of a shared experiment again, and compare."),
    "config": ("pare_runner.cli.config.group:app", "Show, save and compare configurations."),
    "rescore": ("pare_runner.cli.rescore:rescore_command", "Judge finished runs anew, by the checks as they are now."),
    "report": ("pare_runner.cli.report:report_command", "Report on results: text, a page, tables for papers."),
    "diff": ("pare_runner.cli.diff:diff_command", "Say what changed between two results, and where runs part."),
    "traces": ("pare_runner.cli.traces.group:app", "Show, convert and read traces of runs."),
    "cache": ("pare_runner.cli.cache:app", "Show and clear the cache of finished runs, and say where it is."),
    "prompts": ("pare_runner.cli.prompts:app", "Show what models receive, and copy the templates."),
}

app = typer.Typer(name="pare", cls=lazy_group(COMMANDS), no_args_is_help=True, **(SETTINGS | {"add_completion": True}))


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command and return its exit status.

    0: done. 1: something did not hold, or our own error. 2: bad input, said in one message on stderr. 130:
    interrupted. 143: ended by SIGTERM, as if interrupted. A reader that leaves (`| head`) changes none of these.
    PARE_DEBUG=1 in the environment shows the traceback behind an error.
    """
    with lasting_output(), noticing() as notice:
        status = _main(argv)
    return notice.status if status == INTERRUPTED else status


def _main(argv: Sequence[str] | None) -> int:
    try:
        status = get_command(app)(args=argv, prog_name="pare")
        sys.stdout.flush()
    except PareError as error:
        return _fail(error, str(error), error.exit_status)
    except SystemExit as left:  # how typer ends: help, usage errors, a status of a command
        if _was_interrupt(left):
            return _fail(left, "interrupted", INTERRUPTED)
        return left.code if isinstance(left.code, int) else FAILED
    except KeyboardInterrupt as error:
        return _fail(error, "interrupted", INTERRUPTED)
    except Exception as error:
        return _fail(error, f"internal error, {type(error).__name__}: {error}", FAILED)
    return status if isinstance(status, int) else OK


def show_version(wanted: bool) -> None:
    """Print the version and stop."""
    if wanted:
        try:
            number = version("pare-runner")
        except PackageNotFoundError:
            number = "(not installed)"
        print(f"pare_runner {number}")
        raise typer.Exit


@app.callback(epilog="Experiments and sweeps: python -m pare_runner --help")
def pare(
    show: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=show_version, help="Show the version and stop.")
    ] = False,
) -> None:
    """Scenarios, models, prompts and finished runs of proactive assistants.

    \b
    pare scenarios list
    pare scenarios check my_scenario.yaml
    """


def _was_interrupt(left: SystemExit) -> bool:
    """Whether typer made this of Ctrl-C; a command that was interrupted in its runs leaves so too, and has told it."""
    return left.__context__ is not None and isinstance(left.__context__.__cause__, KeyboardInterrupt)


def _fail(error: BaseException, text: str, status: int) -> int:
    if os.environ.get("PARE_DEBUG") == "1":
        traceback.print_exception(error)
    placed = isinstance(error, InputError) and bool(error.problems[0].where)
    print(mark(text if placed else f"pare: {text}", "error", sys.stderr), file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
