"""Whose tools noise leaves alone: those by which an agent speaks, waits and tells the time."""

from __future__ import annotations

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App
from pare_runner.apps.system.app import HomeScreenSystemApp

SPARED: tuple[type[App], ...] = (PAREAgentUserInterface, HomeScreenSystemApp)


def is_spared(app: App) -> bool:
    """Whether no tool of `app` ever fails or bears another name or description; its class decides, not its name."""
    return isinstance(app, SPARED)
