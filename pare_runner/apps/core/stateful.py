"""Apps with screens: a stack of them, changed only by taps that succeeded."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from pare_runner.apps.core.app import App, Screen
from pare_runner.apps.core.tools import READ, ToolSpec, specs_of, user_tool
from pare_runner.apps.core.transitions import Transition, read_source


class StatefulApp(App):
    """An app the user can open. `screens` lists its screen classes; `root_screen` makes the first."""

    screens: ClassVar[tuple[type[Screen], ...]] = ()

    def __init__(self, name: str | None = None) -> None:
        super().__init__(name)
        self._screen: Screen | None = None
        self.navigation_stack: list[Screen] = []

    def root_screen(self) -> Screen:
        """A new root screen."""
        raise NotImplementedError(f"{type(self).__name__} has no root screen")

    @property
    def current_state(self) -> Screen:
        """The screen the user sees when the app is in front."""
        if self._screen is None:
            self._screen = self.root_screen()
        return self._screen

    def reset_screens(self) -> None:
        """Back to a new root screen with an empty stack, as after opening."""
        self.navigation_stack = []
        self._screen = None

    def user_tools(self) -> dict[str, ToolSpec]:
        """What the current screen offers, and `go_back` when there is somewhere to go."""
        tools = dict(self.current_state.tools())
        if self.navigation_stack:
            tools["go_back"] = specs_of(type(self))["go_back"]
        return tools

    @user_tool(READ)
    def go_back(self) -> str:
        """Go back to the screen before this one.

        Returns:
            Name of the screen now shown, or a note that there is none to go back to.
        """
        if not self.navigation_stack:
            return "There is no earlier screen."
        self._screen = self.navigation_stack.pop()
        return f"Back to {type(self._screen).__name__}."

    def follow(self, tool: ToolSpec, arguments: Mapping[str, Any], outcome: Any) -> None:
        """Move to where a successful tap leads: the first transition all of whose needed values exist."""
        screen = self.current_state
        for transition in tool.transitions:
            values = {
                name: read_source(source, screen, arguments, outcome) for name, source in transition.values.items()
            }
            if all(value is not None or name in transition.optional for name, value in values.items()):
                self._move(transition, values)
                return

    def _move(self, transition: Transition, values: Mapping[str, Any]) -> None:
        if transition.effect == "pop":
            below = self.navigation_stack
            kept = below[: max(len(below) - transition.levels + 1, 0)]
            self._screen = kept.pop() if kept else self.root_screen()
            self.navigation_stack = kept
            return
        # The new screen is built before the stack changes: a constructor that raises leaves everything as it was.
        shown = self._screen_class(transition.screen)(self, **values)
        if transition.effect == "push":
            self.navigation_stack.append(self.current_state)
        elif transition.effect == "clear":
            self.navigation_stack = []
        elif transition.effect == "return" and self.navigation_stack and self.navigation_stack[-1] == shown:
            shown = self.navigation_stack.pop()
        self._screen = shown

    @classmethod
    def _screen_class(cls, name: str | None) -> type[Screen]:
        for screen in cls.screens:
            if screen.__name__ == name:
                return screen
        raise LookupError(f"{cls.__name__} has no screen {name}")
