"""`python -m pare_runner`: compose an experiment or a sweep of them, run it, and say how it went in an exit status."""

from __future__ import annotations

import logging
import os
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from pare_runner.batch.noticing import Notice, noticing
from pare_runner.cli.conf_dirs import conf_dirs
from pare_runner.cli.flags import CommandLine, parse
from pare_runner.cli.streams import lasting_output
from pare_runner.errors import InputError

if TYPE_CHECKING:
    from hydra.core.utils import JobReturn

    from pare_runner.cli.body import CheckJob, RunJob

OK, SOME_EXCEPTIONS, BAD_INPUT, STOPPED, INTERRUPTED = 0, 1, 2, 75, 130
_WORST_FIRST = (INTERRUPTED, STOPPED, BAD_INPUT, SOME_EXCEPTIONS, OK)


def main(argv: Sequence[str] | None = None, *, run_job: RunJob | None = None, check_job: CheckJob | None = None) -> int:
    """Run the experiment command and return its exit status.

    0: all ran. 1: some scenario runs ended in an exception. 2: bad input, said in one message on stderr. 75: stopped,
    can be resumed. 130: interrupted. 143: ended by SIGTERM, as if interrupted. `run_job` replaces what is done for each
    job, `check_job` what is checked for all jobs before the first starts. PARE_DEBUG=1 in the environment shows the
    traceback behind an error.
    """
    with lasting_output(), noticing() as notice:
        status = _main(argv, run_job, check_job, notice)
    return notice.status if status == INTERRUPTED else status


def _main(argv: Sequence[str] | None, run_job: RunJob | None, check_job: CheckJob | None, notice: Notice) -> int:
    try:
        return _dispatch(parse(sys.argv[1:] if argv is None else argv), run_job, check_job)
    except InputError as error:
        if notice.seen:  # what Ctrl-C broke is no fault of the input
            return _fail(error, "interrupted", INTERRUPTED)
        return _fail(error, str(error), error.exit_status)
    except KeyboardInterrupt as error:
        return _fail(error, "interrupted", INTERRUPTED)
    except SystemExit as stopped:  # a job that was stopped leaves this way, through whatever launcher
        return stopped.code if isinstance(stopped.code, int) else SOME_EXCEPTIONS
    except Exception as error:
        return _fail(error, f"internal error, {type(error).__name__}: {error}", SOME_EXCEPTIONS)


def _dispatch(line: CommandLine, run_job: RunJob | None, check_job: CheckJob | None) -> int:
    if line.action == "--version":
        print(_version())
        return OK
    if line.action == "--help":
        from pare_runner.cli.help import help_text  # pydantic is slow to import

        print(help_text(conf_dirs(line)), flush=True)
        return OK
    if line.action == "--shell-completion":
        from pare_runner.cli.completion import shell_completion

        print(shell_completion(line), flush=True)
        return OK
    # Hydra is slow to import, and the texts above do not need it.
    from pare_runner.cli.body import JobBody, default_body
    from pare_runner.cli.compose import Composer
    from pare_runner.cli.sweep import SweepStopped

    with _own_logging():
        composer = Composer.for_line(line)
        if line.action not in ("--run", "--multirun"):
            composer.show(line)
            sys.stdout.flush()
            return OK
        forecasting = "--forecast" in line.flags
        body = default_body(probing=not forecasting) if run_job is None else JobBody(run_job, check_job)
        if forecasting:
            for text in composer.forecast(body, multirun=line.action == "--multirun"):
                print(text, flush=True)
            return OK
        try:
            returned = composer.run(body, multirun=line.action == "--multirun")
        except SweepStopped as stopped:
            _end_sweep(
                stopped.directory, show=run_job is None, whole=not isinstance(stopped.__cause__, KeyboardInterrupt)
            )
            raise stopped.__cause__ or stopped from None
        status = _exit_status(returned)
        directory = _sweep_of(returned)
        if directory is not None:
            failed = any(isinstance(job._return_value, Exception) for job in returned)
            _end_sweep(directory, show=run_job is None, whole=not failed)
        return status


def _exit_status(returned: Sequence[JobReturn]) -> int:
    """The worst status of all jobs; an exception that left a job is said on stderr."""
    statuses = {OK}
    for job in returned:
        outcome = job._return_value  # the public property prints a text of its own and raises
        if isinstance(outcome, InputError):
            statuses.add(_fail(outcome, str(outcome), outcome.exit_status))
        elif isinstance(outcome, Exception):
            text = f"internal error, {type(outcome).__name__}: {outcome}"
            statuses.add(_fail(outcome, text, SOME_EXCEPTIONS))
        else:
            statuses.add(outcome.exit_status)
    return next((status for status in _WORST_FIRST if status in statuses), SOME_EXCEPTIONS)


def _sweep_of(returned: Sequence[JobReturn]) -> Path | None:
    """The directory of the sweep whose jobs these are; None if they were none, or left no files."""
    from hydra.types import RunMode

    if not returned or returned[0].hydra_cfg is None or returned[0].hydra_cfg.hydra.mode != RunMode.MULTIRUN:
        return None
    from pare_runner.batch.sweep_files import SWEEP

    job = Path(returned[0].hydra_cfg.hydra.runtime.output_dir)
    return next((folder for folder in (job, *job.parents) if (folder / SWEEP).exists()), None)


def _end_sweep(directory: Path, *, show: bool, whole: bool) -> None:
    """One table over all jobs and the reports, if they are to be shown; `whole` if no job was kept from its files."""
    from pare_runner.batch.ending import ended  # what only a sweep needs

    if show:
        _show_sweep_in(directory)
    if whole:
        ended(directory)


def _show_sweep_in(directory: Path) -> None:
    from pare_runner.atomic import read_json
    from pare_runner.batch.sweep_files import SWEEP
    from pare_runner.cli.display import show_sweep
    from pare_runner.cli.reporting import write_reports
    from pare_runner.library.files import shown

    place = Path(shown(directory))
    show_sweep(read_json(directory / SWEEP), place, write_reports(place))


def _fail(error: BaseException, text: str, status: int) -> int:
    if os.environ.get("PARE_DEBUG") == "1":
        traceback.print_exception(error)
    print(f"pare_runner: {text}", file=sys.stderr)
    return status


def _version() -> str:
    try:
        return f"pare_runner {version('pare-runner')}"
    except PackageNotFoundError:
        return "pare_runner (not installed)"


@contextmanager
def _own_logging() -> Iterator[None]:
    """Hydra configures the root logger for each job; the caller gets its own configuration back, files are closed."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        for handler in root.handlers:
            if handler not in handlers:
                handler.close()
        root.handlers[:] = handlers
        root.setLevel(level)
