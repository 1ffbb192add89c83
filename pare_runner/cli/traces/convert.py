"""`pare traces convert`."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Annotated, Any, get_args

import typer

from pare_runner.cli.console import mark, plural, problem_json, say, say_json, warn
from pare_runner.cli.progress.bar import Bar
from pare_runner.errors import ConfigError, InputError, Problem, did_you_mean
from pare_runner.library.files import shown, to_path
from pare_runner.traces.contract import TRACES, Dialect
from pare_runner.traces.native.converting import Conversion, Converted
from pare_runner.traces.native.reader import NATIVE, NativeReader, native_folders
from pare_runner.traces.registry import trace_writers

BAD_INPUT = 2
SHOWN = 10
"""Problems that people are shown one by one; `--json` has all."""
DIALECTS: tuple[Dialect, ...] = get_args(Dialect)


def convert(
    places: Annotated[list[str], typer.Argument(metavar="DIR", help="Jobs, sweeps, folders of native traces.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="hf, lite, both, or a format that is installed.")],
    out: Annotated[
        str | None, typer.Option(metavar="DIR", help="Write below DIR/FORMAT/, not beside the native traces.")
    ] = None,
    dialect: Annotated[
        str | None, typer.Option(metavar="NAME", help=f"{' or '.join(DIALECTS)}, if not that of the traces.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Overwrite files with another content.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Write native traces in another format, byte for byte as an export in that format would have written them.

    The files of a job go to its own traces/FORMAT/. A run that cannot be read is told and the others go on; exit status
    2 then.

    \b
    pare traces convert outputs/my_sweep --to hf
    pare traces convert outputs/my_run --to lite --out /tmp/traces
    """
    if to == NATIVE:
        raise ConfigError("the traces are native already", hint="--to hf, --to lite")
    writers, wanted = trace_writers(to), _dialect(dialect)
    broken: list[Problem] = []
    tops = _tops(places, None if out is None else to_path(out), broken)
    readers = _readers(tops, broken)
    planned = sum(len(reader.run_ids) for reader in readers.values())
    done: list[Converted] = []
    with Bar("runs", f"to {to}") as bar:
        for folder, reader in readers.items():
            for converted in Conversion(writers, tops[folder], wanted, force).runs(reader):
                done.append(converted)
                bar.show(len(done), planned)
    if as_json:
        say_json(_as_json(done, broken))
    else:
        _tell(done, broken, to)
    if broken or any(converted.problems for converted in done):
        raise typer.Exit(BAD_INPUT)


def _readers(folders: Iterable[Path], broken: list[Problem]) -> dict[Path, NativeReader]:
    """The readers of these folders; `broken` gets what is wrong with those that do not tell which runs they hold."""
    readers: dict[Path, NativeReader] = {}
    for folder in folders:
        try:
            readers[folder] = NativeReader(folder)
        except InputError as error:
            broken += error.problems
    return readers


def _tops(places: Iterable[str], out: Path | None, broken: list[Problem]) -> dict[Path, Path]:
    """Folder of native traces → the folder above the converted ones; below `out` as jobs stand below their place.

    `broken` gets the folders that cannot be read.
    """
    found: dict[Path, Path] = {}
    for place in map(to_path, places):
        for folder in native_folders(place, broken):
            inner = folder.relative_to(place)
            job = Path(*inner.parts[:-2]) if inner.parts[-2:] == (TRACES, NATIVE) else inner.parent
            found.setdefault(folder, folder.parent if out is None else out / job)
    return found


def _dialect(name: str | None) -> Dialect | None:
    for known in DIALECTS:
        if name == known:
            return known
    if name is None:
        return None
    raise ConfigError(f"there is no dialect {name!r}", hint=did_you_mean(name, DIALECTS))


def _as_json(done: Sequence[Converted], broken: Sequence[Problem]) -> dict[str, Any]:
    """All of it for a program."""
    return {
        "runs": len(done),
        "written": [str(path) for converted in done for path in converted.written],
        "unchanged": [str(path) for converted in done for path in converted.unchanged],
        "failed": [converted.run_id for converted in done if converted.problems],
        "problems": [problem_json(problem) for problem in _problems(done, broken)],
    }


def _tell(done: Sequence[Converted], broken: Sequence[Problem], to: str) -> None:
    """All of it for people; problems on standard error."""
    problems = _problems(done, broken)
    warn(problems[:SHOWN])
    if len(problems) > SHOWN:
        print(mark(f"and {len(problems) - SHOWN} more", "error", sys.stderr), file=sys.stderr)
    written = [path for converted in done for path in converted.written]
    unchanged = sum(len(converted.unchanged) for converted in done)
    failed = sum(bool(converted.problems) for converted in done)
    for folder in dict.fromkeys(path.parent for path in written):
        say(f"{shown(folder)}: {plural(sum(path.parent == folder for path in written), 'file')}")
    parts = [f"{plural(len(done) - failed, 'run')} converted to {to}"]
    parts += [f"{plural(unchanged, 'file')} there already"] if unchanged else []
    parts += [f"{plural(failed, 'run')} not converted"] if failed else []
    say(mark(", ".join(parts), "error" if problems else "ok"))


def _problems(done: Sequence[Converted], broken: Sequence[Problem]) -> list[Problem]:
    """Each once: what is wrong with a table is wrong with each of its runs."""
    return list(dict.fromkeys([*broken, *(problem for converted in done for problem in converted.problems)]))
