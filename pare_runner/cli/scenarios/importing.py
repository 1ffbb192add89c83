"""`pare scenarios import`."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.apps.registry import app_classes
from pare_runner.atomic import write_atomic, writing
from pare_runner.cli.console import is_terminal, plural, problem_json, say, say_json, warn
from pare_runner.cli.scenarios.import_report import Imported, import_json, print_comparison, print_import
from pare_runner.cli.scenarios.new import schema_for
from pare_runner.errors import InputError, Problem
from pare_runner.library.files import shown, to_path
from pare_runner.library.sources import load_modules
from pare_runner.traces.documents import MAX_BYTES, read_hf
from pare_runner.traces.hf_files import hf_files
from pare_runner.traces.importing.running import run_imported
from pare_runner.traces.importing.scenario import import_document

FAILED, BAD_INPUT = 1, 2
MEBIBYTE = 2**20
MAX_NAME = 240
"""Characters of an id: file systems allow 255 in a name, and a file that is being written has a longer one."""


def import_scenarios(
    names: Annotated[
        list[str], typer.Argument(metavar="FILE|FOLDER...", help="hf traces; of a folder, job or sweep those below it.")
    ],
    directory: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the scenario files.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite scenario files that exist.")] = False,
    no_run: Annotated[bool, typer.Option("--no-run", help="Do not run the oracle of what was imported.")] = False,
    max_size: Annotated[
        int, typer.Option("--max-size", metavar="MIB", min=1, help="Largest file that is read, in MiB.")
    ] = MAX_BYTES // MEBIBYTE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make scenario files of hf traces that Meta-ARE, PARE or pare_runner wrote, and run their oracles.

    Tells for each file what was lost, rebuilt or read otherwise. A table compares the calls of the files' runs with
    those of the oracles here. Exit status 2 if a file cannot be imported (the others are all the same), 1 if an oracle
    does not run as it did and no known defect of PARE says why.

    \b
    pare scenarios import traces/*.json --out scenarios/
    """
    warn(load_modules())
    files, broken = _files(names)
    done: dict[str, Path] = {}
    results: list[Imported] = []
    progress = _Progress(len(files))
    for path in files:
        progress.show(path.name)
        item = _imported(path, directory, done, force=force, run=not no_run, max_bytes=max_size * MEBIBYTE)
        progress.clear()
        results.append(item)
        if not as_json:
            print_import(item)
    bad = [item for item in results if item.target is None]
    failing = [item for item in results if item.run is not None and not item.run.is_good]
    if as_json:
        say_json(
            {"files": [import_json(item) for item in results], "problems": [problem_json(item) for item in broken]}
        )
    else:
        print_comparison([item for item in results if item.target is not None and item.run is not None])
        warn(broken)
        made = f"{plural(len(results) - len(bad), 'file')} imported"
        not_made = f", {len(bad)} not" if bad else ""
        differing = f", {plural(len(failing), 'oracle')} not as before" if failing else ""
        say(f"{made}{not_made}{differing}")
    if bad or broken:
        raise typer.Exit(BAD_INPUT)
    if failing:
        raise typer.Exit(FAILED)


def _files(names: Sequence[str]) -> tuple[list[Path], list[Problem]]:
    """The files that `names` stand for, each once; folders without any are problems."""
    found: dict[Path, None] = {}
    problems: list[Problem] = []
    for name in names:
        path = to_path(name)
        try:
            if not path.is_dir():
                found[path] = None
                continue
            found |= dict.fromkeys(hf_files([path], problems))
        except InputError as error:
            problems += error.problems
    return list(found), problems


def _imported(
    path: Path, directory: Path, done: dict[str, Path], *, force: bool, run: bool, max_bytes: int
) -> Imported:
    item = Imported(path)
    try:
        item.document = read_hf(path, max_bytes=max_bytes)
        item.scenario = import_document(item.document, app_classes())
        target = _target(directory, item.scenario.scenario_id, path)
        _refuse(target, item, done, force=force)
        heading = list(_heading(path, directory))
        if run:
            item.run = run_imported(item.scenario)
            item.scenario = item.run.scenario
        item.scenario.compile()
        with writing(target):
            write_atomic(target, item.scenario.text(heading).encode())
    except InputError as error:
        item.problems += error.problems
        return item
    item.target = target
    done[item.scenario.scenario_id] = path
    return item


def _target(directory: Path, name: str, source: Path) -> Path:
    """The file of the scenario `name`; InputError if no file can have such a name."""
    if len(name) > MAX_NAME:
        message = f"an id is the name of a file and has at most {MAX_NAME} characters, this one has {len(name)}"
        raise InputError(message, where=f"{shown(source)}: $.metadata.definition.scenario_id")
    return directory / f"{name}.yaml"


def _refuse(target: Path, item: Imported, done: dict[str, Path], *, force: bool) -> None:
    """InputError if the file may not be written."""
    name = item.scenario.scenario_id if item.scenario is not None else ""
    if name in done:
        raise InputError(f"{shown(done[name])} has the scenario_id {name!r} too", where=shown(item.source))
    if target.exists() and not force:
        raise InputError(f"{shown(target)} exists already; --force overwrites it", where=shown(item.source))


def _heading(path: Path, directory: Path) -> Iterator[str]:
    schema = schema_for(directory)
    if schema is not None:
        yield f"yaml-language-server: $schema={schema}"
    yield f"imported from {''.join(character if character.isprintable() else '?' for character in path.name)}"


class _Progress:
    """A line on standard error that says which file is being imported; only on a terminal."""

    def __init__(self, total: int) -> None:
        self._total = total
        self._count = 0
        self._shown = is_terminal(sys.stderr)

    def show(self, name: str) -> None:
        """The next file."""
        self._count += 1
        if self._shown:
            print(f"\r\033[K{self._count} of {self._total}: {name:.60}", end="", file=sys.stderr, flush=True)

    def clear(self) -> None:
        """Remove the line."""
        if self._shown:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
