"""`pare scenarios new`."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.cli.console import say
from pare_runner.cli.scenarios.template import DEFAULT, EXAMPLES, template
from pare_runner.errors import InputError
from pare_runner.library.files import shown
from pare_runner.scenarios.compiler.compile import compile_scenario

SCHEMA = "scenario.schema.json"


def new(
    scenario_id: Annotated[str, typer.Argument(metavar="ID", help="Id of the scenario; the file is called ID.yaml.")],
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="Folder of the file.")] = Path(),
    apps: Annotated[
        str | None,
        typer.Option("--apps", metavar="A,B,...", help=f"Apps of the phone: {', '.join(EXAMPLES)}."),
    ] = None,
) -> None:
    """Write a scenario file that checks and proves, to be changed into yours; an existing file is not overwritten.

    \b
    pare scenarios new late_guest --apps messages,calendar
    """
    handles = [part.strip() for part in apps.split(",") if part.strip()] if apps is not None else list(DEFAULT)
    if not handles:
        raise InputError("--apps needs at least one app", hint=f"known: {', '.join(EXAMPLES)}")
    path = directory / f"{scenario_id}.yaml"
    text = template(scenario_id, handles, schema_for(directory))
    compile_scenario(text, shown(path))  # an id that cannot be one is said before a file exists
    try:
        directory.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError as error:
        raise InputError("exists already; nothing was written", where=shown(Path(error.filename))) from None
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=shown(path)) from None
    say(f"wrote {shown(path)}")
    say(f"next: pare scenarios check {shown(path)}")


def schema_for(directory: Path) -> str | None:
    """The path from `directory` to the nearest JSON Schema above it, if there is one."""
    start = directory.absolute()
    for folder in (start, *start.parents):
        if (folder / SCHEMA).is_file():
            return Path(os.path.relpath(folder / SCHEMA, start)).as_posix()
    return None
