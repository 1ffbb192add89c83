"""`pare models probe`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError

from pare_runner.cli.console import say
from pare_runner.cli.models.catalog import load_models
from pare_runner.errors import ConfigError
from pare_runner.llm.adapters import Adapters
from pare_runner.llm.config import OFFLINE, LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.secrets import environment


def probe_model(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An option of the group model, as in model=NAME.")],
    base_url: Annotated[
        str | None, typer.Option("--base-url", metavar="URL", help="Ask there instead, up to and including /v1.")
    ] = None,
    model_name: Annotated[
        str | None, typer.Option("--model-name", metavar="NAME", help="Ask for this model of the server.")
    ] = None,
    config_dir: Annotated[
        Path | None, typer.Option("--config-dir", metavar="DIR", help="Add a directory of your own options.")
    ] = None,
) -> None:
    """See in seconds whether a model answers: the endpoint, the key, the name.

    Exit status 2 with what is wrong if it does not. A service that needs no key, or shows its list of models to
    everybody, is asked for a few tokens.

    \b
    pare models probe gpt5
    pare models probe local --base-url http://localhost:8000/v1
    """
    [entry] = load_models(config_dir, [name])
    engine = _changed(entry.engine, base_url, model_name)
    if engine.adapter == OFFLINE:
        say(f"{name}: ok, offline")
        return
    if engine.adapter == "openai" and engine.endpoint is None:
        raise ConfigError(
            f"{name}: the address of the server is missing", hint="add --base-url http://localhost:8000/v1"
        )
    say(asyncio.run(_probe(engine)))


def _changed(engine: LLMEngineConfig, base_url: str | None, model_name: str | None) -> LLMEngineConfig:
    changes = {"endpoint": base_url, "model_name": model_name}
    given = {field: value for field, value in changes.items() if value is not None}
    try:
        return LLMEngineConfig.model_validate(engine.model_dump() | given)
    except ValidationError as error:
        raise ConfigError(f"--base-url: {error.errors()[0]['msg'].removeprefix('Value error, ')}") from error


async def _probe(engine: LLMEngineConfig) -> str:
    async with Endpoints(environment()) as endpoints:
        return await Adapters().probe(engine, endpoints)
