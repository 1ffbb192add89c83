"""`pare scenarios schema`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from pare_runner.apps.registry import app_classes
from pare_runner.cli.console import say, warn
from pare_runner.errors import InputError
from pare_runner.library.sources import load_modules
from pare_runner.scenarios.json_schema import scenario_schema


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it there instead of printing it.")
    ] = None,
) -> None:
    """Write the JSON Schema of scenario files, made from the language and the apps that are installed.

    An editor with YAML support completes a file that begins with
    `# yaml-language-server: $schema=scenario.schema.json`.

    \b
    pare scenarios schema -o scenario.schema.json
    """
    warn(load_modules())  # packages and folders with scenarios may bring apps of their own
    text = schema_text()
    if output is None:
        say(text.rstrip())
        return
    try:
        output.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", where=str(output)) from None
    say(f"wrote {output}")


def schema_text() -> str:
    """The schema as the file holds it: one definition a line, so that a change of an app changes few lines."""
    whole = scenario_schema(app_classes())
    definitions = whole.pop("$defs")
    head = json.dumps(whole, indent=1, ensure_ascii=False).removesuffix("\n}")
    lines = [f"  {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in definitions.items()]
    return f'{head},\n "$defs": {{\n' + ",\n".join(lines) + "\n }\n}\n"
