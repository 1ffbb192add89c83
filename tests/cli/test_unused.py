"""Settings without effect are told of in a line, unless a job of the sweep uses them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Pare


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


WORDS = ("suite.limit=1", "model@user=scripted")
OUTAGE = "tool_augmentation_config.pattern=outage"


def told(experiment: Pare, *words: str) -> list[str]:
    said = experiment(*WORDS, *words)
    assert said.status == 0
    return [line.partition("WARNING] - ")[2] or line for line in said.err.splitlines() if "has no effect" in line]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (OUTAGE, [f"{OUTAGE} has no effect: no call fails, noise=tfp_* makes some"]),
        (
            "noise=tfp_0.1 tool_augmentation_config.outage_seconds=30",
            [f"tool_augmentation_config.outage_seconds=30 has no effect: it is one of {OUTAGE}"],
        ),
        (f"noise=tfp_0.1 {OUTAGE} tool_augmentation_config.outage_seconds=30", []),
        ("ray_address=auto", ["ray_address=auto has no effect: it is one of executor=ray"]),
        ("export=none export.dialect=meta_are", ["export.dialect=meta_are has no effect: no traces are written"]),
        ("export=none trace_dump_format=lite", ["trace_dump_format=lite has no effect: no traces are written"]),
        ("export.dialect=meta_are", []),
        (
            "oracle=true noise=tfp_0.4",
            ["tool_augmentation_config.tool_failure_probability=0.4 has no effect: no call of an oracle run fails"],
        ),
        (f"noise=none,renamed {OUTAGE} -m", [f"{OUTAGE} has no effect: no call fails, noise=tfp_* makes some"]),
        (f"noise=none,tfp_0.1 {OUTAGE} -m", []),
    ],
)
def test_what_has_no_effect_is_told_once(line: str, expected: list[str], experiment: Pare) -> None:
    assert told(experiment, *line.split()) == expected


def test_a_preview_tells_it_as_well(pare: Pare) -> None:
    said = pare("noise", "preview", "dinner_headcount_change", OUTAGE)
    assert (said.status, said.err) == (0, f"warning: {OUTAGE} has no effect: no call fails, noise=tfp_* makes some\n")
    assert pare("noise", "preview", "dinner_headcount_change", "noise=tfp_0.1", OUTAGE).err == ""
