"""`pare export`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.batch.archive.export import Exported, Options, export_experiment
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.console import mark, plural, say, say_json
from pare_runner.cli.next_steps import pare
from pare_runner.cli.progress.bar import Bar
from pare_runner.errors import InputError
from pare_runner.library.files import shown

ENDING = ".zip"

_SERVICE = re.compile(r"^(base_url|api_key_env):\s*([^\s#]+)", re.MULTILINE)


def export(
    directory: Annotated[str, typer.Argument(metavar="DIR", help="Results: a job, or a sweep with jobs below it.")],
    output: Annotated[
        str | None, typer.Option("--output", "-o", metavar="FILE", help="The zip file; otherwise DIR's name, here.")
    ] = None,
    anonymous: Annotated[
        bool,
        typer.Option("--anonymous", help="Leave out who, where and on which machine: names, paths, remotes, logs."),
    ] = False,
    without_calls: Annotated[bool, typer.Option("--without-calls", help="Leave out what models saw and said.")] = False,
    traces: Annotated[
        bool, typer.Option("--traces", help="Put the traces in, too; a replay makes them again.")
    ] = False,
    sample: Annotated[
        int | None, typer.Option("--sample", metavar="N", min=1, help="Only N scenarios, always the same ones.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace FILE if it is there.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Pack an experiment into one file, with all that makes its runs again on another machine.

    Inside are results, recorded calls, configuration, scenarios, prompts, code of your own, and the versions of what is
    installed. `pare reproduce FILE` opens it.

    \b
    pare export outputs/my_sweep -o my_sweep.zip
    pare export outputs/my_sweep -o review.zip --anonymous --sample 5
    """
    place = Path(directory)
    target = Path(output if output is not None else f"{place.absolute().name}{ENDING}")
    if target.is_dir():
        raise InputError(f"{target} is a folder", hint=f"name a file in it: -o {target / f'experiment{ENDING}'}")
    if target.exists() and not force:
        raise InputError(f"{target} exists already", hint="choose another with -o, or replace it with --force")
    if not target.absolute().parent.is_dir():
        raise InputError(f"there is no folder {target.parent}")
    public = {endpoint for endpoint, _ in known_services()}
    options = Options(anonymous, not without_calls, traces, sample, public)
    with Bar("jobs", str(place)) as bar:
        exported = export_experiment(place, target, options, bar.show)
    for text in exported.warnings:
        print(mark(f"warning: {text}", "warning", sys.stderr), file=sys.stderr)
    if as_json:
        _say_json(target, exported)
    else:
        _report(target, exported)


def known_services() -> list[tuple[str, str | None]]:
    """Address and name of the key's variable of every model that comes with the package and has an address."""
    found = []
    for path in sorted((packaged_conf_dir() / "model").rglob("*.yaml")):
        keys = dict(_SERVICE.findall(path.read_text(encoding="utf-8")))
        if keys.get("base_url", "").startswith("https://"):
            found.append((keys["base_url"].rstrip("/"), keys.get("api_key_env")))
    return found


def _report(target: Path, exported: Exported) -> None:
    contents, size = exported.contents, exported.bytes
    what = [plural(contents.jobs, "job"), plural(contents.runs, "run")]
    if contents.sample is not None:
        what.append(f"{len(contents.sample.scenarios)} of {plural(contents.sample.of, 'scenario')}")
    if not contents.calls:
        what.append("without calls")
    if contents.anonymous:
        what.append("anonymous")
    unit, number = ("MB", size / 1e6) if size >= 1e6 else ("kB", size / 1e3)
    say(mark(f"{target}: {', '.join(what)}; {plural(len(contents.files) + 1, 'file')}, {number:.1f} {unit}", "ok"))
    for note in contents.notes:
        say(f"note: {note}")
    say(f"reproduce: {pare('reproduce', shown(target))}")


def _say_json(target: Path, exported: Exported) -> None:
    contents = exported.contents.model_dump(mode="json", exclude={"files"})
    say_json({"archive": str(target), "bytes": exported.bytes, **contents, "warnings": exported.warnings})
