"""What a user can reach: every screen by real taps, and from every screen back to the first one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pare_runner.apps.contract.lab import Bench, Lab
from pare_runner.apps.contract.samples import Hints, call_arguments, missing_variants, shown
from pare_runner.apps.core.stateful import StatefulApp
from pare_runner.apps.core.tools import READ, WRITE, ToolKind, ToolSpec
from pare_runner.kernel.draws import word
from pare_runner.kernel.events import CompletedEvent, EventType

_SAMPLES = 24
_WALK = 150
_DEEPEST = 60


@dataclass(frozen=True)
class Step:
    """A tap, or a call of one of the app's own tools that makes a later tap possible."""

    name: str
    given: dict[str, Any]
    tap: bool = True


Path = list[Step]


def reach_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """Each screen is reached by taps, each tap that leads somewhere can be made, and there is a way back from all."""
    if not issubclass(lab.cls, StatefulApp):
        return
    found: dict[str, Path] = {type(_app(_opened(lab, [])).current_state).__name__: []}
    frontier = list(found)
    root = frontier[0]
    while frontier:
        screen = frontier.pop(0)
        offered = _app(_opened(lab, found[screen])).current_state.tools().values()
        for spec in offered:
            tries = range(_SAMPLES if spec.transitions else 0)
            made = [_leads(lab, spec, found, frontier, screen, hints, number) for number in tries]
            if made and not any(made):
                yield f"{screen}.{spec.name}: no tap succeeds; enrich the section, or give values in `arguments`"
        yield from _way_back_problems(_opened(lab, found[screen]), root)
    for cls in lab.cls.screens:
        if cls.__name__ not in found:
            yield f"no taps lead to {cls.__name__}"


def walk_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """Any taps: one event each, READ ones and failed ones change nothing, failed ones move nowhere."""
    if not issubclass(lab.cls, StatefulApp):
        return
    bench = _opened(lab, [])
    app = _app(bench)
    root = type(app.current_state).__name__
    for number in range(_WALK):
        tools = list(app.user_tools().values())
        spec = tools[word("tap", number) % len(tools)]
        given = call_arguments(app, spec, hints, "tap", number)
        if number % 3 == 0:
            variants = [given, *missing_variants(spec, given)]
            given = variants[word("variant", number) % len(variants)]
        yield from _tap_problems(bench, spec, given)
        if number % 25 == 24:
            yield from _way_back_problems(bench, root)


def _tap_problems(bench: Bench, spec: ToolSpec, given: Mapping[str, Any]) -> Iterator[str]:
    app, log = _app(bench), bench.phone.log
    place = f"{type(app.current_state).__name__}.{spec.name}({shown(given)})"
    targets = {transition.screen for transition in spec.transitions if transition.screen}
    pops = spec.name == "go_back" or any(transition.effect == "pop" for transition in spec.transitions)
    here, state, look, events = type(app.current_state).__name__, bench.state(), bench.look(), len(log)
    event = _tap(bench, spec.name, given)
    if len(log) != events + 1 or event.event_type is not EventType.USER:
        yield f"{place} logs {[item.tool_name for item in log[events:]]} instead of one USER event"
    if event.failed() and bench.state() != state:
        yield f"{place} fails and changes the state"
    if event.failed() and bench.look() != look:
        yield f"{place} fails and moves to {bench.look()}"
    if spec.operation is READ and bench.state() != state:
        yield f"{place} is READ and changes the state"
    if "has no JSON form" in (event.metadata.exception or ""):
        yield f"{place}: {event.metadata.exception}"
    there = type(app.current_state).__name__
    if there not in {here, *targets} and not pops:
        yield f"{place} leads to {there}, which no transition says"


def _leads(
    lab: Lab, spec: ToolSpec, found: dict[str, Path], frontier: list[str], screen: str, hints: Hints, number: int
) -> bool:
    """Make a tap from a screen reached before; note a screen it leads to for the first time."""
    path = list(found[screen])
    if number % 4 > 1:  # something may have to happen first
        path.insert(0, _call_before(lab, hints, number // 4))
    bench = _opened(lab, path)
    app = _app(bench)
    if type(app.current_state).__name__ != screen:
        return False
    if number % 2:  # a draft may have to be filled before it can be saved
        for name, other in app.current_state.tools().items():
            given = call_arguments(app, other, hints, "fill", number)
            if not other.transitions and not _tap(bench, name, given).failed():
                path.append(Step(name, given))
    given = call_arguments(app, spec, hints, spec.name, number)
    if _tap(bench, spec.name, given).failed():
        return False
    path.append(Step(spec.name, given))
    there = type(app.current_state).__name__
    if there not in found:
        found[there] = path
        frontier.append(there)
    return True


def _call_before(lab: Lab, hints: Hints, number: int) -> Step:
    tools = [spec for spec in lab.cls.tools(ToolKind.AGENT).values() if spec.operation is WRITE]
    spec = tools[number % len(tools)]
    return Step(spec.name, call_arguments(lab.populated, spec, hints, "before", number), tap=False)


def _way_back_problems(bench: Bench, root: str) -> Iterator[str]:
    app = _app(bench)
    look = bench.look()
    for _ in range(_DEEPEST):
        if not app.navigation_stack:
            break
        if _tap(bench, "go_back", {}).failed():
            yield f"go_back fails on {look}"
            return
    if type(app.current_state).__name__ != root:
        yield f"there is no way back to {root} from {look}"


def _opened(lab: Lab, path: Path) -> Bench:
    bench = lab.bench()
    bench.phone.open_app(bench.app.name)
    for step in path:
        if step.tap:
            _tap(bench, step.name, step.given)
        else:
            bench.phone.call(EventType.AGENT, bench.app.name, step.name, step.given)
    return bench


def _tap(bench: Bench, name: str, given: Mapping[str, Any]) -> CompletedEvent:
    return bench.phone.call(EventType.USER, bench.app.name, name, given)


def _app(bench: Bench) -> StatefulApp:
    assert isinstance(bench.app, StatefulApp)
    return bench.app
