"""The suite: subclass `AppContract` in a pytest file, name the app, give an example section."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, ClassVar

from pare_runner.apps.contract import runs, static, taps
from pare_runner.apps.contract.lab import Lab
from pare_runner.apps.contract.samples import Hints
from pare_runner.apps.core.app import App
from pare_runner.apps.core.stateful import StatefulApp


class AppContract:
    """Proves that an app keeps the contract. A test fails with all it found, one finding a line."""

    app_class: ClassVar[type[App]]
    section: ClassVar[Mapping[str, Any] | None] = None
    """An example of the app's YAML section; its times may be offsets."""

    files: ClassVar[Mapping[str, str | bytes]] = {}
    """Files on the phone: path → content."""

    arguments: ClassVar[Hints] = {}
    """Values for arguments that the state does not give, by `argument` or `tool.argument`."""

    identifying: ClassVar[Collection[str]] = ()
    """`tool.argument` of those that are called like wording (title, message …) and yet identify."""

    @property
    def lab(self) -> Lab:
        """Where this app is tried."""
        return Lab(self.app_class, self.section, self.files)

    def test_every_tool_is_described(self) -> None:
        """Descriptions, argument descriptions, JSON Schemas, defaults."""
        _none(static.tool_problems(self.app_class))

    def test_wording_is_declared_free_text(self) -> None:
        """No check compares wording by accident."""
        _none(static.wording_problems(self.app_class, self.identifying))

    def test_notices_name_tools_and_arguments(self) -> None:
        """Notifications can be written."""
        _none(static.notice_problems(self.app_class))

    def test_the_section_has_a_schema(self) -> None:
        """Editors can check it."""
        _none(static.section_problems(self.app_class))

    def test_transitions_connect_the_screens(self) -> None:
        """By their declarations alone."""
        if issubclass(self.app_class, StatefulApp):
            _none(static.screen_problems(self.app_class))

    def test_every_screen_is_reached_by_taps_and_left_again(self) -> None:
        """With values from the state."""
        _none(taps.reach_problems(self.lab, self.arguments))

    def test_taps_keep_the_rules(self) -> None:
        """Whatever is tapped."""
        _none(taps.walk_problems(self.lab, self.arguments))

    def test_the_state_survives(self) -> None:
        """`load_state(get_state())`."""
        _none(runs.round_trip_problems(self.lab, self.arguments))

    def test_the_same_calls_give_the_same(self) -> None:
        """No randomness but keyed draws, no clock but the virtual one."""
        _none(runs.repetition_problems(self.lab, self.arguments))

    def test_arguments_stay_as_given(self) -> None:
        """Tools keep copies."""
        _none(runs.sharing_problems(self.lab, self.arguments))

    def test_ids_follow_their_cause(self) -> None:
        """And never collide."""
        _none(runs.id_problems(self.lab, self.arguments))

    def test_reading_changes_nothing(self) -> None:
        """READ tools of agents, environment and population."""
        _none(runs.read_problems(self.lab, self.arguments))

    def test_failing_changes_nothing(self) -> None:
        """Tools check before they act."""
        _none(runs.failure_problems(self.lab, self.arguments))

    def test_wrong_types_raise_type_errors(self) -> None:
        """Before the tool runs."""
        _none(runs.type_problems(self.lab, self.arguments))

    def test_the_state_offers_arguments(self) -> None:
        """`prove` and the random policy can call every WRITE tool."""
        _none(runs.offer_problems(self.lab, self.arguments))

    def test_timers_end(self) -> None:
        """A timer that stayed due would stop the clock."""
        _none(runs.timer_problems(self.lab, self.arguments))


def _none(problems: Iterable[str]) -> None:
    found = list(dict.fromkeys(problems))
    if found:
        raise AssertionError("\n" + "\n".join(found))
