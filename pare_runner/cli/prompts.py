"""`pare prompts`: what models receive, and the templates it is made from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, TypeVar, get_args

import orjson
import typer

from pare_runner.agents.prompts import ENDING, PromptSet
from pare_runner.apps.core.dates import to_text
from pare_runner.cli.console import mark, plural, say, say_json
from pare_runner.cli.lazy import SETTINGS
from pare_runner.cli.scenarios.finding import find_one
from pare_runner.episode.run import Agents, finish, run_episode
from pare_runner.episode.settings import EpisodeSettings
from pare_runner.errors import ConfigError, InputError, did_you_mean
from pare_runner.library.files import shown
from pare_runner.library.prompts import load_prompts, shipped_texts
from pare_runner.llm.offline.registry import offline_policy
from pare_runner.policy.policy import Policy
from pare_runner.policy.request import Protocol, Request, Role
from pare_runner.scenarios.scenario import PAREScenario

_ACTING: tuple[Role, ...] = ("user", "observe", "execute")
_PROTOCOLS: tuple[Protocol, ...] = get_args(Protocol)

Name = TypeVar("Name", bound=str)

app = typer.Typer(name="prompts", no_args_is_help=True, **SETTINGS)


@app.callback()
def prompts() -> None:
    """Show what models receive, and copy the templates it is made from.

    \b
    pare prompts show observe --scenario dinner_headcount_change
    pare prompts export my_prompts
    """


@app.command()
def show(
    role: Annotated[str, typer.Argument(metavar="ROLE", help="Whose prompt: user, observe or execute.")],
    scenario: Annotated[
        str, typer.Option("--scenario", metavar="ID|FILE", help="Id of a scenario, or path of its file.")
    ],
    protocol: Annotated[
        str, typer.Option("--protocol", metavar="NAME", help="How calls are written: native or react.")
    ] = "native",
    prompts_dir: Annotated[
        Path | None, typer.Option("--prompts-dir", metavar="DIR", help="Folder of templates that replace ours.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Show the first request of a role in a scenario, as a model receives it.

    The scenario is played offline by the scripted assistant and the scripted user until the role is asked.

    \b
    pare prompts show user --scenario dinner_headcount_change
    pare prompts show execute --scenario my_scenario.yaml --protocol react --prompts-dir my_prompts
    """
    whose, form = _one_of(_ACTING, role, "role"), _one_of(_PROTOCOLS, protocol, "protocol")
    texts = load_prompts(prompts_dir)
    request = first_request(find_one(scenario), whose, form, texts)
    if as_json:
        say_json(_described(request))
    else:
        _print(request)


@app.command()
def export(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder to copy to; it is made if need be.")],
    force: Annotated[bool, typer.Option("--force", help="Overwrite files that are there.")] = False,
) -> None:
    """Copy the shipped templates into a folder, to be edited and used with `prompts_dir=DIR`.

    A folder needs only the templates that differ: delete those you leave as they are.

    \b
    pare prompts export my_prompts
    """
    texts = {directory / (name + ENDING): text for name, text in shipped_texts().items()}
    present = [path for path in texts if path.exists()]
    if present and not force:
        others = f", like {len(present) - 1} more" if len(present) > 1 else ""
        message = f"exists already{others}; nothing was written"
        raise InputError(message, where=shown(present[0]), hint="--force overwrites")
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for path, text in texts.items():
            path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=shown(Path(error.filename))) from None
    say(f"wrote {plural(len(texts), 'template')} to {shown(directory)}")


def _one_of(known: Sequence[Name], name: str, what: str) -> Name:
    """The one of `known` that is called `name`; ConfigError if there is none."""
    for found in known:
        if found == name:
            return found
    raise ConfigError(f"there is no {what} {name!r}", hint=did_you_mean(name, known))


def first_request(scenario: PAREScenario, role: Role, protocol: Protocol, texts: PromptSet) -> Request:
    """The first request of `role` when the oracle is played through the real loop; InputError if there is none."""
    settings = EpisodeSettings(protocol=protocol)
    if scenario.nb_turns is not None:
        settings = replace(settings, max_turns=scenario.nb_turns)
    policies: dict[Role, Policy] = {name: offline_policy("scripted", name) for name in _ACTING}
    outcome = finish(run_episode(scenario, Agents(policies, texts, settings)))
    for exchange in outcome.exchanges:
        if exchange.request.role == role:
            return exchange.request
    error = outcome.result.exception
    if isinstance(error, InputError):
        raise error
    if error is not None:
        raise InputError(f"cannot be run: {type(error).__name__}: {error}", where=scenario.scenario_id) from error
    why = "in its flow the user accepts no proposal" if role == "execute" else "the episode ends before"
    raise InputError(f"{role} is never asked: {why}", where=scenario.scenario_id)


def _described(request: Request) -> dict[str, Any]:
    return {
        "role": request.role,
        "protocol": request.protocol,
        "turn": request.turn,
        "time": to_text(request.time),
        "messages": [message.value for message in request.messages],
        "tools": orjson.loads(request.tools.json),
        "stop": list(request.stop),
    }


def _print(request: Request) -> None:
    say(f"{mark(request.role, 'bold')}, {request.protocol}: turn {request.turn + 1}, {to_text(request.time)} UTC")
    for message in request.messages:
        say()
        say(mark(f"--- {message.role} ---", "dim"))
        say(message.content)
    if request.tools.tools:
        say()
        say(mark("--- tools ---", "dim"))
        for tool in request.tools.tools:
            say(tool.json.decode())
    if request.stop:
        say()
        say(mark("--- stop ---", "dim"))
        for sequence in request.stop:
            say(sequence)
