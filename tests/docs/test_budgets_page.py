"""docs/budgets.md: its table has the limits there are, its forecast needs no key, and a limit stops as it says."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import yaml

from pare_runner.cli import app
from pare_runner.cli.conf_dirs import packaged_conf_dir
from pare_runner.cli.hydra_entry import main
from tests.docs.pages import blocks, page

PAGE = page("budgets.md")
CHOSEN = "scenarios=[dinner_headcount_change,quiet_friday_afternoon]"


def test_the_table_has_the_limits_of_an_invocation_with_their_defaults() -> None:
    text = (packaged_conf_dir() / "limits/default.yaml").read_text()
    composed = yaml.safe_load(text.partition("# the whole invocation")[2].partition("\n")[2])
    rows = re.findall(r"^\| `limits\.(\w+)` \| .* \| (\w+) \|$", PAGE, re.MULTILINE)
    assert dict(rows) == {name: "none" if value is None else str(value) for name, value in composed.items()}


@pytest.mark.usefixtures("with_our_programs")
def test_the_forecast_of_the_page(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (command,) = (block for block in blocks(PAGE, "console") if "--forecast" in block)
    assert main([*shlex.split(command)[4:], CHOSEN]) == 0
    said = capsys.readouterr().out
    assert said.count("forecast: job #") == 4
    assert re.search(r"^forecast: in total 8 runs to make, about .* tokens, \$\d", said, re.MULTILINE)
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("with_our_programs")
def test_a_limit_stops_and_says_how_to_go_on(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([CHOSEN, "limits.max_wall=0.001", "output_dir=outputs/capped"]) == 75
    said = capsys.readouterr()
    assert "stopping: limits.max_wall=0.001 is reached" in said.err
    assert "To go on: the same command with resume=outputs/capped" in said.err
    assert main([CHOSEN, "limits.max_wall=600", "resume=last"]) == 0
    assert app.main(["status", "outputs/capped"]) == 0
