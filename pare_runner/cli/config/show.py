"""`pare config show`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from omegaconf import OmegaConf

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.batch.identity import config_hash
from pare_runner.cli.config.composition import Key, composition_of, decides, leaves
from pare_runner.cli.config.sources import compose, compose_saved, is_saved, recorded
from pare_runner.cli.console import mark, say, say_json
from pare_runner.errors import InputError
from pare_runner.library.files import shown

MARK = "# identity"


def show(
    what: Annotated[
        list[str] | None,
        typer.Argument(metavar="DIR|FILE|OVERRIDE", help="Results, a saved configuration, or what runs are given."),
    ] = None,
    resolved: Annotated[bool, typer.Option("--resolved", help="Print values instead of interpolations.")] = False,
    config_dir: Annotated[
        str | None, typer.Option("--config-dir", metavar="DIR", help="A folder of options of your own.")
    ] = None,
    config_name: Annotated[
        str | None, typer.Option("--config-name", metavar="NAME", help="Start from this configuration.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Print a configuration as YAML: that of finished runs, or what a saved file or overrides compose to.

    Keys that can change a result are marked as its identity; `config_hash` is the hash of these. A configuration of
    finished runs has no interpolations. Of a sweep those of all jobs are printed, one YAML document each.

    \b
    pare config show outputs/my_run
    pare config show conf/mine.yaml seed=1
    pare config show model=gpt5 noise=tfp_0.1 --resolved
    """
    given = what or []
    files = [text for text in given if is_saved(Path(text))]
    directories = [text for text in given if text not in files and ("=" not in text or Path(text).is_dir())]
    found: list[tuple[str, dict[str, Any], MultiScenarioRunnerConfig]]
    if directories:
        place = Path(directories[0])
        if not place.is_dir():
            raise InputError(f"{place} is neither results, a saved configuration (.yaml) nor an override like seed=1")
        if len(given) > 1 or config_dir or config_name:
            raise InputError(f"{place}: name one directory of results, or overrides like seed=1")
        found = [(shown(job.folder), composition_of(job.config), job.config) for job in recorded(place)]
    else:
        if files and (len(files) > 1 or config_dir or config_name):
            raise InputError(f"{files[0]}: name one saved configuration, and overrides like seed=1")
        overrides = [text for text in given if text not in files]
        composed, config = (
            compose_saved(Path(files[0]), overrides) if files else compose(given, config_dir, config_name)
        )
        values = OmegaConf.masked_copy(composed, [str(key) for key in composed if key != "hydra"])
        plain = OmegaConf.to_container(values, resolve=resolved)
        assert isinstance(plain, dict)
        found = [(" ".join(given), {str(key): value for key, value in plain.items()}, config)]
    if as_json:
        described = [_described(*item) for item in found]
        say_json(described if len(found) > 1 else described[0])
        return
    if len(found) > 1:
        say(mark(f"# {shown(Path(directories[0]))} holds {len(found)} jobs: a document for each", "dim"))
    for number, (name, values_of, config) in enumerate(found):
        if number:
            say("---")
        say(mark(f"# {name}{': ' if name else ''}config_hash {config_hash(config)}", "dim"))
        for line in yaml_lines(values_of):
            say(line)


def yaml_lines(values: Mapping[str, Any], above: Key = ()) -> Iterator[str]:
    """Nested mappings as lines of YAML, marked where they decide results."""
    for name, value in values.items():
        key = (*above, str(name))
        start = f"{'  ' * len(above)}{_scalar(name)}:"
        if isinstance(value, Mapping) and value:
            yield start
            yield from yaml_lines(value, key)
        else:
            line = f"{start} {_scalar(value)}"
            yield f"{line}  {mark(MARK, 'dim')}" if decides(key) else line


def _scalar(value: Any) -> str:
    """A value in one line; the brackets of a list around it are cut off."""
    return str(yaml.safe_dump([value], default_flow_style=True, allow_unicode=True, width=10**9, sort_keys=False))[1:-2]


def _described(name: str, values: dict[str, Any], config: MultiScenarioRunnerConfig) -> dict[str, Any]:
    return {
        "source": name,
        "config_hash": config_hash(config),
        "config": values,
        "identity": [".".join(key) for key, _ in leaves(values) if decides(key)],
    }
