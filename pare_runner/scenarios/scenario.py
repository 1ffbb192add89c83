"""`PAREScenario`: the class every scenario is an instance of, written in Python or compiled from YAML."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.core.app import App
from pare_runner.apps.core.dates import read_time
from pare_runner.apps.core.services import Services, building
from pare_runner.apps.phone import Phone
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.errors import InputError, bracketed_hint, did_you_mean
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.kernel.events import AbstractEvent, OracleEvent
from pare_runner.kernel.flow import Flow, FlowError
from pare_runner.kernel.ids import IdSource
from pare_runner.scenarios.compiler.taps import NavigationPlanner, Tap
from pare_runner.scenarios.environment import Environment, find_typed_app
from pare_runner.scenarios.result import PAREScenarioValidationResult

A = TypeVar("A", bound=App)


class PAREScenario:
    """A scenario: populated apps, a flow of events, a verdict.

    A subclass overrides fields as class attributes, fills `self.apps` in `init_and_populate_apps`, sets `self.events`
    in `build_events_flow` and judges in `validate`. `initialize` calls them once, in this order: augmentation data,
    apps, events, augmentation configs. Fields may also be given to the constructor; an unknown one is a TypeError.
    """

    scenario_id: str = ""
    title: str = ""
    start_time: float | str = 0.0
    duration: float | None = None
    seed: int = 0
    tags: Sequence[str] = ()
    nb_turns: int | None = None
    run_number: int | None = None
    status: str = "Draft"
    comment: str | None = None
    hints: Sequence[Any] = ()
    additional_system_prompt: str | None = None
    time_increment_in_seconds: int = 1
    open_app: str | None = None
    hf_metadata: dict[str, Any] | None = None
    tool_augmentation_config: object | None = None
    env_events_config: object | None = None

    def __init__(self, **fields: Any) -> None:
        known = {name for owner in type(self).__mro__ for name in vars(owner) if not name.startswith("_")}
        for name, value in fields.items():
            if name not in known:
                raise TypeError(f"{type(self).__name__} has no field {name!r}{bracketed_hint(name, known)}")
            setattr(self, name, value)
        self.scenario_id = self.scenario_id or type(self).__name__
        self.start_time = _start_time(self.start_time)
        self.apps: list[App] = []
        self.events: list[AbstractEvent] = []
        self.augmentation_data: dict[str, Any] = {}
        self._blueprint: Blueprint | None = None
        self._flow: Flow | None = None
        self._planner: NavigationPlanner | None = None

    @property
    def user_goal(self) -> str | None:
        """What the user wants, if anything beyond living their day."""
        return None

    # To override ----------------------------------------------------------------------------------------------------

    def load_augmentation_data(self) -> dict[str, Any]:
        """Data that the noise of a run draws from, in place of the run's own; empty by default."""
        return {}

    def init_and_populate_apps(self, *args: Any, **kwargs: Any) -> None:
        """Create the apps of the phone, fill them and put them into `self.apps`."""

    def build_events_flow(self) -> None:
        """Create the events and put every one of them into `self.events`."""

    def apply_augmentation_configs(self) -> None:
        """Change apps and events once more; the noise itself comes with the run, so by default nothing is done."""

    def validate(self, env: Environment) -> PAREScenarioValidationResult:
        """Judge a finished run; `success=None` is no verdict. The default fails only a failed validation event."""
        if env.validation_failure is not None:
            return PAREScenarioValidationResult(success=False, rationale=env.validation_failure)
        return PAREScenarioValidationResult(success=None)

    # To use ---------------------------------------------------------------------------------------------------------

    def initialize(self, *args: Any, **kwargs: Any) -> None:
        """Make the scenario ready to run; a second call does nothing."""
        if self._flow is not None:
            return
        before = list(self.apps), list(self.events)
        try:
            flow, blueprint = self._built(args, kwargs)
        except BaseException:
            self.apps, self.events = before  # a second try must not find half of the first
            raise
        self._blueprint = blueprint
        self._flow = flow

    def _built(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Flow, Blueprint]:
        self.augmentation_data = self.load_augmentation_data() or self.augmentation_data
        services = self.new_services(Clock(self.start), IdSource(self.scenario_id, self.seed), self.seed)
        with building(services):
            self.init_and_populate_apps(*args, **kwargs)
            self._add_missing_apps()
            self.build_events_flow()
            self.apply_augmentation_configs()
        try:
            flow = Flow.compile(self.events, self.start)
        except FlowError as error:
            raise InputError(str(error), where=self.scenario_id) from None
        return flow, Blueprint(self.apps)

    @property
    def start(self) -> float:
        """Seconds since the epoch at which the scenario starts."""
        return float(self.start_time)

    @property
    def flow(self) -> Flow:
        """The compiled events; `initialize` first."""
        self.initialize()
        if self._flow is None:
            raise RuntimeError("initialize() made no flow")
        return self._flow

    @property
    def blueprint(self) -> Blueprint:
        """The phone at the start; `initialize` first."""
        self.initialize()
        if self._blueprint is None:
            raise RuntimeError("initialize() made no blueprint")
        return self._blueprint

    def new_services(self, clock: Clock, ids: IdSource, seed: int, run_number: int = 1) -> Services:
        """Services for a phone of this scenario."""
        return Services(clock=clock, ids=ids, draws=Draws(seed, self.scenario_id, run_number))

    def new_phone(self, seed: int = 0, run_number: int = 1) -> Phone:
        """A phone in the initial state for one run; its draws are keyed by (seed, scenario, run)."""
        ids = IdSource(self.scenario_id, self.seed, "run")
        services = self.new_services(Clock(self.start), ids, seed, run_number)
        phone = Phone(self.blueprint.build(services), services)
        if self.open_app is not None:
            phone.open_app(self.open_app)
        return phone

    def get_app(self, name: str) -> App:
        """The app called `name`; InputError with the nearest name if there is none."""
        found = {app.name: app for app in self.apps}
        if name not in found:
            raise InputError(f"there is no app {name!r}", where=self.scenario_id, hint=did_you_mean(name, found))
        return found[name]

    def get_typed_app(self, app_type: type[A], name: str | None = None) -> A:
        """The app of class `app_type` (called `name`, if given); InputError if there is none."""
        return find_typed_app({app.name: app for app in self.apps}, app_type, name)

    def user_step(
        self, app: str, tool: str, args: dict[str, Any] | None = None, on: dict[str, Any] | None = None
    ) -> list[OracleEvent]:
        """The taps of a user step as chained oracle events, from the screen the last user step left.

        Link the first to what it follows; the last is the tool itself. `on` gives the constructor arguments of the
        screen to stand on. InputError if no taps lead there.
        """
        if self._planner is None:
            self._planner = NavigationPlanner(self.apps, self.open_app)
        taps = self._planner.step(app, tool, args or {}, on or {}, step_id="")
        return chain_taps(taps, self)

    def _add_missing_apps(self) -> None:
        for app_type in (PAREAgentUserInterface, HomeScreenSystemApp):
            if not any(isinstance(app, app_type) for app in self.apps):
                name = app_type.name_in_benchmark
                self.apps.append(app_type() if app_type is PAREAgentUserInterface else app_type(name))


def chain_taps(taps: Sequence[Tap], scenario: PAREScenario) -> list[OracleEvent]:
    """Taps as USER oracle events, each following the one before at once."""
    events: list[OracleEvent] = []
    for tap in taps:
        event = tap.event(scenario.get_app(tap.app))
        if events:
            event.depends_on(events[-1])
        events.append(event)
    return events


def _start_time(value: float | str) -> float:
    try:
        return read_time(value)
    except ValueError as error:
        raise InputError(f"start_time: {error}") from None
