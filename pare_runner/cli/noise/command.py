"""`pare noise preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pare_runner.cli.console import say, say_json
from pare_runner.cli.noise.composing import composed
from pare_runner.cli.noise.figure import write_figure
from pare_runner.cli.noise.preview import preview
from pare_runner.cli.noise.timeline import print_preview
from pare_runner.cli.scenarios.finding import find_one


def preview_noise(
    name: Annotated[str, typer.Argument(metavar="ID|FILE", help="Id of a scenario, or path of its file.")],
    overrides: Annotated[
        list[str] | None, typer.Argument(metavar="[KEY=VALUE]...", help="As for an experiment: noise=env_4,tfp_0.1")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, help="Seed of the experiment.")] = None,
    run: Annotated[int, typer.Option(min=1, help="Number of the run.")] = 1,
    minutes: Annotated[
        float | None, typer.Option(min=0.1, help="Virtual minutes to look at; else as long as the oracle takes.")
    ] = None,
    figure: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw it: .png, .svg or .pdf.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Draw the scripted events and the noise of a run on a timeline.

    The noise is that of the run itself, whichever model plays it.

    \b
    pare noise preview dinner_headcount_change noise=env_4
    pare noise preview my_scenario.yaml noise=mixed --run 2 --figure noise.svg
    """
    config = composed([*(overrides or []), *([] if seed is None else [f"seed={seed}"])])
    found = preview(find_one(name), config, run_number=run, minutes=minutes)
    if figure is not None:
        write_figure(found, figure)
    if as_json:
        say_json(found.as_json())
    elif figure is None:
        print_preview(found)
    else:
        say(f"{figure} written")
