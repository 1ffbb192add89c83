"""The draws that decide which calls fail: nested in p, each by its own key, with the promised share."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pare_runner.apps.agent_ui.app import PAREAgentUserInterface
from pare_runner.apps.core.app import App
from pare_runner.apps.messaging.app import StatefulMessagingApp
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.apps.system.app import HomeScreenSystemApp
from pare_runner.kernel.clock import Clock
from pare_runner.kernel.draws import Draws
from pare_runner.noise.config import FailurePattern, ToolAugmentationConfig
from pare_runner.noise.failures import ToolDraw, ToolFailures, outages

NOTES, CHAT = StatefulNotesApp("Notes"), StatefulMessagingApp("Chat")
TOOLS = ((NOTES, "create_note"), (NOTES, "list_notes"), (CHAT, "send_message"))
START = 1000.0
PATTERNS: tuple[FailurePattern, ...] = ("iid", "outage")
Call = tuple[int, float]
"""Which of the tools, and how many seconds after the call before."""

calls = st.lists(st.tuples(st.integers(0, 2), st.floats(0, 300)), max_size=40)
probabilities = st.floats(0, 1)
patterns = st.sampled_from(PATTERNS)


def drawn(
    made: Sequence[Call], p: float, pattern: FailurePattern = "iid", *, run: int = 1, seed: int = 0
) -> list[ToolDraw]:
    """The draws of a run in which these calls are made."""
    clock = Clock(START)
    config = ToolAugmentationConfig(tool_failure_probability=p, pattern=pattern)
    failures = ToolFailures(config, Draws(seed, "s", run), clock, START)
    for number, seconds in made:
        clock.advance_to(clock.now + seconds)
        app, tool = TOOLS[number]
        assert (failures(app, tool) is not None) == failures.drawn[-1].failed
    return failures.drawn


@given(calls, probabilities, probabilities, patterns)
def test_what_fails_at_p_fails_at_every_higher_p(
    made: list[Call], one: float, other: float, pattern: FailurePattern
) -> None:
    low, high = (drawn(made, p, pattern) for p in sorted((one, other)))
    assert all(more.failed for less, more in zip(low, high, strict=True) if less.failed)
    assert [draw.number for draw in low] == [draw.number for draw in high]


@given(calls, calls, probabilities)
def test_calls_of_other_tools_change_nothing(made: list[Call], others: list[Call], p: float) -> None:
    alone = [call for call in made if call[0] == 0]
    mixed = [call for call in (*made, *others) if call[0] != 0] + alone
    assert [draw for draw in drawn(mixed, p) if draw.tool == "create_note"] == drawn(alone, p)


@given(calls, probabilities)
def test_an_outage_depends_on_the_time_alone(made: list[Call], p: float) -> None:
    """Calls made at other times, more or fewer of them, leave the state of a tool at one moment as it is."""
    last = (0, 10_000.0 - sum(seconds for _, seconds in made))
    if last[1] >= 0:
        assert drawn([*made, last], p, "outage")[-1].failed == drawn([(0, 10_000.0)], p, "outage")[-1].failed


@given(st.floats(0, 900, exclude_max=True), probabilities, st.integers(0, 20))
def test_outages_are_when_calls_fail(seconds: float, p: float, seed: int) -> None:
    config = ToolAugmentationConfig(tool_failure_probability=p, pattern="outage")
    found = outages(config, Draws(seed, "s", 1), "Notes", "create_note", 900.0)
    edges = [edge for outage in found for edge in (outage.begin, outage.end)]
    assert edges == sorted(set(edges)), "apart, in order"
    if all(abs(edge - seconds) > 1e-6 for edge in edges):
        (draw,) = drawn([(0, seconds)], p, "outage", seed=seed)
        assert any(outage.begin <= seconds < outage.end for outage in found) == draw.failed


@pytest.mark.parametrize("pattern", PATTERNS)
def test_runs_seeds_and_tools_have_draws_of_their_own(pattern: FailurePattern) -> None:
    made = [(0, 60.0)] * 200
    numbers = {
        tuple(draw.number for draw in drawn(calls, 0.5, pattern, run=run, seed=seed))
        for calls in (made, [(1, 60.0)] * 200, [(2, 60.0)] * 200)
        for run, seed in ((1, 0), (2, 0), (1, 1))
    }
    assert len(numbers) == 9
    both = [drawn(made, 0.5, pattern, run=run) for run in (1, 2)]
    agreeing = sum(one.failed == other.failed for one, other in zip(*both, strict=True))
    assert 70 < agreeing < 130  # 100 of 200 by chance; 4 standard deviations are 28


@pytest.mark.parametrize("pattern", PATTERNS)
@pytest.mark.parametrize("p", [0.1, 0.4])
def test_the_share_of_failing_calls_is_p(pattern: FailurePattern, p: float) -> None:
    """A call each window, 20,000 of them: the standard error is below 0.0035."""
    failed = [draw.failed for draw in drawn([(0, 60.0)] * 20_000, p, pattern)]
    assert sum(failed) / len(failed) == pytest.approx(p, abs=0.015)


def test_an_outage_lasts_as_long_as_documented() -> None:
    """Calls every 5 s: a tool that is down stays down for 60 s / (1 - p) on average, and never for less than 60 s."""
    p = 0.4
    failed = [draw.failed for draw in drawn([(0, 5.0)] * 60_000, p, "outage")]
    assert sum(failed) / len(failed) == pytest.approx(p, abs=0.04)
    ends = [n for n in range(1, len(failed)) if failed[n - 1] and not failed[n]]
    begins = [n for n in range(1, len(failed)) if failed[n] and not failed[n - 1]]
    lengths = [end - begin for begin, end in zip(begins, ends[failed[0] :], strict=False)]
    assert min(lengths) >= 12
    assert 5.0 * sum(lengths) / len(lengths) == pytest.approx(60 / (1 - p), rel=0.05)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_at_0_nothing_fails_and_at_1_everything(pattern: FailurePattern) -> None:
    made = [(0, 7.0)] * 100
    assert not any(draw.failed for draw in drawn(made, 0.0, pattern))
    assert all(draw.failed for draw in drawn(made, 1.0, pattern))


@pytest.mark.parametrize(
    ("app", "tool"),
    [
        (PAREAgentUserInterface("Notes"), "send_message_to_user"),
        (HomeScreenSystemApp("System"), "get_current_time"),
        (HomeScreenSystemApp("Phone"), "get_current_time"),
        (CHAT, "create_and_add_message"),  # the environment's
        (CHAT, "no_such_tool"),
    ],
)
def test_what_never_fails_is_not_drawn_for(app: App, tool: str) -> None:
    """Known by class: home screens have other names than their class's in every scenario."""
    config = ToolAugmentationConfig(tool_failure_probability=1.0)
    failures = ToolFailures(config, Draws(0, "s"), Clock(START), START)
    assert failures(app, tool) is None
    assert failures.drawn == []
