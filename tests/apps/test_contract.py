"""Every shipped app keeps the contract, with the example `sections/<folder>.yaml`."""

from __future__ import annotations

from pathlib import Path

from pare_runner.apps.contract import AppContract
from pare_runner.apps.registry import ALL_APPS
from pare_runner.scenarios.text.yaml_text import load

SECTIONS = Path(__file__).parent / "sections"

for app_class in ALL_APPS:
    path = SECTIONS / f"{app_class.__module__.split('.')[-2]}.yaml"
    example = load(path.read_text(encoding="utf-8"), path.name).data
    name = f"Test{app_class.__name__}"
    globals()[name] = type(name, (AppContract,), {"app_class": app_class, **example})


def test_every_example_is_of_an_app() -> None:
    assert {path.stem for path in SECTIONS.glob("*.yaml")} == {cls.__module__.split(".")[-2] for cls in ALL_APPS}
