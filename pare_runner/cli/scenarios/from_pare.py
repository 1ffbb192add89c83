"""`pare scenarios export-from-pare`."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.atomic import json_bytes, write_atomic, writing
from pare_runner.cli.console import is_terminal, mark, plural, say, say_json
from pare_runner.cli.scenarios.pare_session import Answer, answers
from pare_runner.errors import InputError, Problem, ScenarioError, did_you_mean
from pare_runner.traces.documents import parse_hf

FAILED = 1
_FILE_NAME = re.compile(r"\w[\w.+=@-]{0,199}")


def export_from_pare(
    python: Annotated[
        str, typer.Option("--python", metavar="PATH", help="The Python interpreter that PARE is installed for.")
    ],
    scenario_ids: Annotated[
        list[str] | None, typer.Argument(metavar="ID...", help="Which scenarios; without any, all it has registered.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the files.")] = Path("from_pare"),
    force: Annotated[bool, typer.Option("--force", help="Replace files that are there already.")] = False,
    limit: Annotated[
        float, typer.Option("--timeout", metavar="SECONDS", min=0.1, help="How long one scenario may take.")
    ] = 120.0,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Let PARE's own messages through, on standard error.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Run the scenarios of an installed PARE in its oracle mode, and write each as an hf file that can be imported.

    PARE itself writes no file of an oracle run. These hold what its files lack besides: the additional system prompt,
    tags, the number of turns, reminders, a ride that is on, contents of files. What fails is listed and the others go
    on. Exit status 1 if some failed, 2 for bad input and if there is no PARE.

    \b
    pare scenarios export-from-pare --python ~/pare/.venv/bin/python --out from_pare
    pare scenarios import from_pare/*.json --out scenarios
    """
    exported: list[dict[str, object]] = []
    failed: list[dict[str, str]] = []
    chosen: list[str] = []

    def choose(ids: Sequence[str]) -> Sequence[str]:
        chosen[:] = _chosen(ids, scenario_ids or [], None if force else out)
        return chosen

    shown = is_terminal(sys.stderr)

    def began(scenario_id: str) -> None:
        if shown:
            done = len(exported) + len(failed)
            print(f"\r\033[K{done}/{len(chosen)}  {scenario_id}", end="", file=sys.stderr, flush=True)

    for answer in answers(python, choose, limit=limit, began=began, verbose=verbose):
        file = out / f"{answer.scenario_id}.json"
        error = _written(answer, file)
        if shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
        if error:
            failed.append({"id": answer.scenario_id, "error": error})
        else:
            exported.append({"id": answer.scenario_id, "file": str(file)})
        if not as_json:
            verdict = mark("failed  ", "error") if error else mark("exported", "ok")
            say(f"{verdict}  {answer.scenario_id}" + (f": {error}" if error else ""))
    if as_json:
        say_json({"out": str(out), "exported": exported, "failed": failed})
    else:
        rest = f", {len(failed)} failed" if failed else ""
        say(f"{plural(len(exported), 'scenario')} exported to {out}{rest}")
        if exported:
            say(f"next: pare scenarios import {out}/*.json --out scenarios")
    if failed:
        raise typer.Exit(FAILED)


def _chosen(ids: Sequence[str], wanted: Sequence[str], out: Path | None) -> list[str]:
    """The scenarios to export, each once; all problems at once if some are not there or, in `out`, exist already."""
    unknown = [name for name in wanted if name not in ids]
    problems = [
        Problem(f"PARE has no scenario {name!r} there", hint=did_you_mean(name, ids, limit=5)) for name in unknown
    ]
    chosen = list(dict.fromkeys(wanted)) or list(ids)
    if not problems and out is not None:
        there = [name for name in chosen if (out / f"{name}.json").exists()]
        if there:
            more = f" and {len(there) - 1} more" if len(there) > 1 else ""
            problems.append(
                Problem("exists already; nothing was done", f"{out / there[0]}.json{more}", "--force replaces it")
            )
    if problems:
        raise ScenarioError(problems) if len(problems) > 1 or problems[0].where else _single(problems[0])
    return chosen


def _single(problem: Problem) -> InputError:
    return InputError(problem.message, where=problem.where, hint=problem.hint)


def _written(answer: Answer, file: Path) -> str:
    """Write the answer's trace to `file`; the reason if that is not to be done."""
    if answer.document is None:
        return answer.error
    if not _FILE_NAME.fullmatch(answer.scenario_id):
        return "its id cannot be the name of a file"
    data = json_bytes(answer.document, indent=True) + b"\n"
    try:
        parse_hf(data, file.name)
    except InputError as error:
        return f"what PARE exports cannot be read: {error.problems[0]}"
    with writing(file.parent):
        write_atomic(file, data)
    return ""
