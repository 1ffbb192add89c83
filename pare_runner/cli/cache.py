"""The group `pare cache`."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Annotated

import typer

from pare_runner.batch.cache.location import VARIABLE, cache_folder, forget, remember
from pare_runner.batch.cache.store import CacheStore
from pare_runner.batch.cache.upkeep import (
    Contents,
    Selection,
    Share,
    contents,
    remove,
    remove_all,
    seconds_of,
    selected,
)
from pare_runner.cli.console import is_terminal, plural, say, say_json, table
from pare_runner.cli.lazy import SETTINGS
from pare_runner.errors import ConfigError, did_you_mean

app = typer.Typer(name="cache", no_args_is_help=True, **SETTINGS)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SHOWN = 8
"""Characters of a configuration's hash that are shown, as in run ids."""


@app.callback()
def cache() -> None:
    """Show and clear the cache of finished runs, and say where it is.

    \b
    pare cache status
    pare cache invalidate --older-than 90d
    """


@app.command("status")
def status(as_json: Json = False) -> None:
    """Where the cache is, and what is in it."""
    folder, source = cache_folder()
    found = contents(CacheStore(folder))
    if as_json:
        say_json(
            {"directory": str(folder), "set_by": source, **asdict(found), "corrupt": list(map(str, found.corrupt))}
        )
        return
    say(f"{folder} ({source})")
    say(f"{_counted(found.entries)}, {_size(found.size)}")
    for name, shares in (("scenario", found.scenarios), ("config", found.configs)):
        if shares:
            say()
            table(
                [name, *(["user, observe, execute"] if name == "config" else []), "runs", "size"], map(_cells, shares)
            )
    if found.unreadable:
        say(f"{_counted(found.unreadable)} cannot be read; the next run that wants one sets it aside")
    if found.corrupt:
        say(f"{plural(len(found.corrupt), 'damaged file')} in {found.corrupt[0].parent}")


@app.command("invalidate")
def invalidate(
    scenario: Annotated[
        str | None, typer.Argument(metavar="[SCENARIO]", help="Only runs of this scenario, by its id.")
    ] = None,
    config: Annotated[
        str | None,
        typer.Option("--config", metavar="HASH", help="Only of this configuration: its hash, or the start of it."),
    ] = None,
    older_than: Annotated[
        str | None, typer.Option("--older-than", metavar="AGE", help="Only runs kept longer ago: 12h, 30d or 2w.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All entries, damaged ones included.")] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: Json = False,
) -> None:
    """Remove runs from the cache.

    Those go to which all that is given applies. On a terminal it asks first; elsewhere --all needs --yes. What is in
    results stays there; a real PARE's files are never touched.

    \b
    pare cache invalidate dinner_headcount_change
    pare cache invalidate --config 48940529 --older-than 30d
    """
    store = CacheStore.here()
    chosen = Selection(scenario, config, None if older_than is None else seconds_of(older_than))
    if everything == (chosen != Selection()):
        raise ConfigError(
            "say which runs to remove: a scenario, --config or --older-than; or else --all", hint="`pare cache status`"
        )
    if config is not None and not config.strip():
        raise ConfigError("--config needs a hash", hint="`pare cache status` shows them")
    asks = is_terminal(sys.stdin) and not as_json
    if everything and not yes and not asks:
        raise ConfigError("--all removes the whole cache, and nobody can be asked here", hint="if so, add --yes")
    found = selected(store, chosen)
    if not found:
        _check_known(contents(store), scenario, config)
    if found and not yes and asks:
        typer.confirm(f"remove {_counted(len(found))} from {store.folder}?", abort=True)
    if everything:
        remove_all(store)
    else:
        remove(store, found)
    size = sum(stored.size for stored in found)
    if as_json:
        say_json({"removed": len(found), "bytes": size})
    else:
        say(f"removed {_counted(len(found))}, {_size(size)}")


@app.command("set")
def set_directory(directory: Annotated[str, typer.Argument(metavar="DIR", help="Folder, made if missing.")]) -> None:
    """Keep the cache in DIR from now on. PARE_CACHE_DIR in the environment wins."""
    remember(directory)
    _say_where()


@app.command("reset")
def reset() -> None:
    """Keep the cache in the default folder again. Nothing is moved or removed."""
    forget()
    _say_where()


def _check_known(held: Contents, scenario: str | None, config: str | None) -> None:
    """ConfigError, with the nearest name, for a scenario or a configuration of which the cache has no run at all."""
    scenarios = {share.name for share in held.scenarios}
    if scenario is not None and scenario not in scenarios:
        raise ConfigError(f"the cache has no run of {scenario!r}", hint=did_you_mean(scenario, scenarios))
    configs = [share.name for share in held.configs]
    if config is not None and not any(name.startswith(config) for name in configs):
        length = max(SHOWN, len(config))
        hint = did_you_mean(config, (name[:length] for name in configs)) or "`pare cache status` shows them"
        raise ConfigError(f"the cache has no run of a configuration {config!r}", hint=hint)


def _say_where() -> None:
    folder, source = cache_folder()
    note = f"; {VARIABLE} is set, and wins" if source == VARIABLE else ""
    say(f"the cache is in {folder}{note}")


def _cells(share: Share) -> list[str]:
    counted = [str(share.entries), _size(share.size)]
    return [share.name[:SHOWN], share.what, *counted] if share.what else [share.name, *counted]


def _counted(number: int) -> str:
    return plural(number, "run")


def _size(size: int) -> str:
    value, unit = float(size), "bytes"
    for bigger in ("kB", "MB", "GB"):
        if value < 1000:
            break
        value, unit = value / 1000, bigger
    return f"{value:.0f} {unit}" if unit == "bytes" else f"{value:.1f} {unit}"
