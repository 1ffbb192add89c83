"""Tables of runs and causes: what can be copied from them is whole."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from pare_runner.cli.run_tables import PIPE_WIDTH, print_table

PATH = "/srv/data/somebody/outputs/2026-11-30/07-10-48-334455/logs/picnic_bread_5499a464.log"
ADDRESS = "http://models.internal.example.org:8000/v1"
CAUSE = {
    "cause": "ModelError: server_error: HTTP 503 from <address>: " + "the engine is overloaded, " * 4,
    "model": "a-model-with-a-name",
    "endpoint": ADDRESS,
    "runs": "2",
    "scenarios": "picnic_bread, picnic_cake, picnic_honey and 3 more",
    "log": PATH,
}


def printed(rows: list[dict[str, str]], width: int, *, terminal: bool) -> list[str]:
    file = io.StringIO()
    console = Console(file=file, width=width, force_terminal=terminal, highlight=False, color_system=None)
    print_table(console, rows)
    assert console.width == width
    return file.getvalue().splitlines()


@pytest.mark.parametrize("width", [60, PIPE_WIDTH])
def test_paths_and_addresses_are_whole_in_a_pipe(width: int) -> None:
    lines = printed([CAUSE, {**CAUSE, "log": f"/home{PATH}"}], width, terminal=False)

    assert [line.split()[-1] for line in lines if PATH in line] == [PATH, f"/home{PATH}"]
    assert sum(ADDRESS in line for line in lines) == 2


@pytest.mark.parametrize("width", [60, 80, 120, 170, 250])
def test_a_path_is_whole_on_a_terminal_too(width: int) -> None:
    lines = printed([CAUSE, {**CAUSE, "log": "-"}], width, terminal=True)

    assert sum(PATH in line for line in lines) == 1
    assert max(len(line) for line in lines if PATH not in line) <= width
    below = width < 170
    assert lines[0].split()[-1] == ("scenarios" if below else "log")
    assert lines[-3:] == ["logs, row by row:", f"  {PATH}", "  -"] if below else "logs, row by row:" not in lines


def test_a_single_path_below_its_table() -> None:
    assert printed([CAUSE], 80, terminal=True)[-2:] == ["log:", f"  {PATH}"]
