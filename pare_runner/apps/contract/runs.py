"""What calls of an app's tools show: its state survives, reading and failing change nothing, the same gives the same.

Each function makes its calls on benches of a lab and yields what is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pare_runner.apps.contract.lab import Bench, Lab, Outcome
from pare_runner.apps.contract.samples import Hints, call_arguments, missing_variants, shown, wrong_values
from pare_runner.apps.contract.static import all_tools
from pare_runner.apps.core.tools import READ, WRITE, ToolKind, ToolSpec

NOT_BY_TAP = (ToolKind.AGENT, ToolKind.ENV, ToolKind.DATA)
_BUGS = (NameError, ZeroDivisionError, RecursionError, NotImplementedError, AssertionError)
_WALKS = 3
_ROUNDS = 2
_SAMPLES = 8
_ATTEMPTS = 60
_SECONDS = 7.0


def round_trip_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """`load_state(get_state())` restores everything, replaces what was there, and the app goes on as before."""
    if lab.populated.get_state() is None:
        return
    empty = lab.cls()
    for walk in range(_WALKS + 1):
        bench = lab.bench()
        if walk:
            list(_writes(bench, hints, walk))
        when = f"after walk {walk}" if walk else "as populated"
        text = bench.app_state()
        fresh = lab.cls()
        fresh.load_state(json.loads(text))
        yield from _difference(f"{when}, loaded into a new app", text, json.dumps(fresh.get_state()))
        twin = lab.bench()
        twin.app.load_state(json.loads(text))
        yield from _difference(f"{when}, loaded over another state", text, twin.app_state())
        twin.shelf.files = dict(bench.shelf.files)
        twin.phone.services.clock.advance_to(bench.app.now)
        for mine, other in zip(_writes(bench, hints, 99), _writes(twin, hints, 99), strict=True):
            if mine[2].text() != other[2].text():
                call = f"{mine[0].name}({shown(mine[1])})"
                yield f"{when}: after loading, {call} gives {other[2].text()} instead of {mine[2].text()}"
                break
    bench = lab.bench()
    bench.app.load_state(empty.get_state())
    yield from _difference(
        "the state of a new app, loaded over another", json.dumps(empty.get_state()), bench.app_state()
    )


def repetition_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """The same calls under the same causes give the same results, ids and state."""
    for walk in range(_WALKS):
        first, second = lab.bench(), lab.bench()
        for mine, other in zip(_writes(first, hints, walk), _writes(second, hints, walk), strict=True):
            if mine[2].text() != other[2].text():
                yield f"{mine[0].name}({shown(mine[1])}) gives {mine[2].text()}, and {other[2].text()} the next time"
                break
        yield from _difference("the same calls", first.app_state(), second.app_state())


def sharing_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """Arguments stay as they were given, whatever happens later: a flow's events hand the same objects to every run."""
    for walk in range(_WALKS):
        bench = lab.bench()
        given: list[tuple[ToolSpec, dict[str, Any], str]] = []
        for spec, arguments, _ in _writes(bench, hints, walk, objects=True):
            given.append((spec, arguments, shown(arguments)))
        for spec, arguments, text in given:
            if shown(arguments) != text:
                yield f"the arguments of {spec.name}({text}) become {shown(arguments)}; keep copies"


def id_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """Ids made by a call depend on its cause, and never take the place of ids that exist."""
    for spec in _tools(lab, WRITE):
        for given in _samples(lab, spec, hints):
            first = _new_ids(lab, spec, given, "event", "first")
            if not first:
                continue
            both = first & _new_ids(lab, spec, given, "event", "second")
            if both:
                yield f"{spec.name}({shown(given)}) makes the id {min(both)!r} whatever its cause"
            bench = lab.bench()
            before = _ids(bench)
            bench.call(spec, given, "initial")
            lost, gained = before - _ids(bench), _ids(bench) - before
            if not gained and not lost:
                yield f"{spec.name}({shown(given)}) takes an id that the initial state has"
            break


def read_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """READ tools change nothing, whatever is asked, and answer the same when asked again."""
    for spec in _tools(lab, READ):
        bench = lab.bench()
        before = bench.state()
        for given in _samples(lab, spec, hints):
            for arguments in (given, *missing_variants(spec, given)):
                answers = [bench.call(spec, arguments, "call", number).text() for number in range(2)]
                if bench.state() != before:
                    yield f"{spec.name}({shown(arguments)}) is READ and changes the state"
                    bench = lab.bench()
                elif answers[0] != answers[1]:
                    yield f"{spec.name}({shown(arguments)}) answers {answers[0]}, then {answers[1]}"


def failure_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """A call that raises leaves everything as it was, and raises something a caller can act on."""
    for spec in _tools(lab):
        bench = lab.bench()
        before = bench.state()
        for given in _samples(lab, spec, hints):
            for arguments in (given, *missing_variants(spec, given)):
                outcome = bench.call(spec, arguments)
                if outcome.error is None:
                    bench = lab.bench() if spec.operation is WRITE else bench
                    continue
                yield from _error_problems(spec, arguments, outcome.error)
                if bench.state() != before:
                    yield f"{spec.name}({shown(arguments)}) raises {outcome.text()} and changes the state"
                    bench = lab.bench()


def type_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """Arguments of a wrong type, missing ones and unknown ones raise TypeError; the values an app offers do not."""
    app = lab.populated
    for place, spec in all_tools(lab.cls):
        given = call_arguments(app, spec, hints, place)
        for argument in spec.arguments:
            for value in app.argument_values(spec, argument.name):
                if not _refuses(spec, {argument.name: value}, only=argument.name):
                    continue
                yield f"argument_values gives {value!r} for {argument.name!r} of {place}, which its type refuses"
            for value in wrong_values(argument):
                if not _refuses(spec, {**given, argument.name: value}):
                    yield f"{place} takes {value!r} for {argument.name!r}"
            if argument.required and not _refuses(spec, {k: v for k, v in given.items() if k != argument.name}):
                yield f"{place} does without {argument.name!r}"
        if not _refuses(spec, {**given, "no_such_argument": 1}):
            yield f"{place} takes an argument it does not have"


def offer_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """The example state has an object for each id the assistant may give, and each WRITE tool can succeed in it."""
    for spec in lab.cls.tools(ToolKind.AGENT).values():
        for argument in spec.arguments:
            known = lab.populated.argument_values(spec, argument.name)
            if argument.required and argument.name.endswith(("_id", "_ids")) and not known:
                yield f"argument_values has nothing for {argument.name!r} of {spec.name}"
    for spec in _tools(lab):
        if spec.operation is WRITE and not any(_succeeds(lab, spec, hints, number) for number in range(_ATTEMPTS)):
            yield f"no call of {spec.name} succeeds; enrich the section, or give values in `arguments`"


def timer_problems(lab: Lab, hints: Hints) -> Iterator[str]:
    """A timer that fired does not stay due, and has something to say."""
    bench = lab.bench()
    for _ in range(_SAMPLES):
        due = bench.app.next_timer()
        if due is None:
            return
        bench.phone.services.clock.advance_to(due)
        texts = bench.app.fire_timers(due)
        if not all(texts):
            yield "a timer notifies of nothing"
        left = bench.app.next_timer()
        if left is not None and left <= due:
            yield f"the timer of {due} is still due after it fired"
            return


def _tools(lab: Lab, *operations: Any) -> list[ToolSpec]:
    tools = lab.cls.tools(*NOT_BY_TAP).values()
    return [spec for spec in tools if not operations or spec.operation in operations]


def _samples(lab: Lab, spec: ToolSpec, hints: Hints) -> list[dict[str, Any]]:
    return [call_arguments(lab.populated, spec, hints, spec.name, number) for number in range(_SAMPLES)]


def _writes(
    bench: Bench, hints: Hints, walk: int, *, objects: bool = False
) -> Iterator[tuple[ToolSpec, dict[str, Any], Outcome]]:
    """Calls of WRITE tools one after the other; with `objects`, arguments are converted before they are given."""
    tools = [spec for spec in type(bench.app).tools(*NOT_BY_TAP).values() if spec.operation is WRITE]
    for number in range(_ROUNDS * len(tools)):
        spec = tools[(number * (2 * walk + 1)) % len(tools)]
        given = call_arguments(bench.app, spec, hints, "walk", walk, number)
        given = spec.bind(given) if objects else given
        bench.phone.services.clock.advance_to(bench.app.now + _SECONDS)
        yield spec, given, bench.call(spec, given, "walk", walk, number)


def _succeeds(lab: Lab, spec: ToolSpec, hints: Hints, number: int) -> bool:
    """Whether the call succeeds; every other time after some call of another tool."""
    bench = lab.bench()
    if number % 2:
        others = _tools(lab, WRITE)
        other = others[number // 2 % len(others)]
        bench.call(other, call_arguments(bench.app, other, hints, "before", number), "before")
    return bench.call(spec, call_arguments(bench.app, spec, hints, spec.name, number)).error is None


def _new_ids(lab: Lab, spec: ToolSpec, given: Mapping[str, Any], *cause: Any) -> set[str]:
    """Ids a call makes, but those the caller gives and those that continue an older id (`x_rep_1`)."""
    bench = lab.bench()
    before = _ids(bench)
    bench.call(spec, given, *cause)
    said = json.dumps(list(given.values()), default=str)
    return {new for new in _ids(bench) - before if new not in said and not any(new.startswith(old) for old in before)}


def _ids(bench: Bench) -> set[str]:
    return {identifier for ids in bench.app.known_ids().values() for identifier in ids}


def _refuses(spec: ToolSpec, given: Mapping[str, Any], only: str = "") -> bool:
    try:
        spec.bind(given)
    except TypeError as error:
        return not only or f"argument {only!r}" in str(error)
    return False


def _error_problems(spec: ToolSpec, given: Mapping[str, Any], error: Exception) -> Iterator[str]:
    call = f"{spec.name}({shown(given)})"
    if isinstance(error, _BUGS) or "object has no attribute" in str(error) or "NoneType" in str(error):
        yield f"{call} breaks with {error!r}"
    elif not str(error).strip("' \""):
        yield f"{call} raises a {type(error).__name__} that says nothing"


def _difference(what: str, expected: str, found: str) -> Iterator[str]:
    if expected != found:
        at = next((n for n, pair in enumerate(zip(expected, found, strict=False)) if pair[0] != pair[1]), 0)
        start = max(at - 60, 0)
        yield f"{what}: the state is …{found[start : at + 60]}… instead of …{expected[start : at + 60]}…"
