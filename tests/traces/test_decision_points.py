"""Decision points: which proposals give one, what the user is said to have decided and to have seen."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pare_runner.errors import InputError
from pare_runner.library.prompts import load_prompts
from pare_runner.policy.request import Response
from pare_runner.traces.agent_roles import phrases_with
from pare_runner.traces.decision_points import BACKWARD, DECISIONS, FIRST_LOGS, FORWARD, DecisionPoint, decision_points
from pare_runner.traces.documents import parse_hf, read_hf
from pare_runner.traces.hf import HfWriter
from pare_runner.traces.hf_models import HfDocument
from pare_runner.traces.record import record_of
from tests.episode.conftest import ACCEPT, LOOK, PROPOSE, REJECT, WAIT, Play, acting, calling, events, news
from tests.scenarios.conftest import START as BEGAN
from tests.traces.worlds import INTERFACE, PROMPTS, START, World

OPEN = calling(("System.open_app", {"app_name": "Notes"}))


def run_of_ours(**settings: Any) -> HfDocument:
    outcome = Play(events(news("later", "at: 60s")), prompts=load_prompts(), **settings).outcome
    assert outcome.result.exception is None
    return parse_hf(HfWriter().render(record_of(outcome))[0].data, "ours.json")


def found(world: World, **options: Any) -> tuple[DecisionPoint, ...]:
    return decision_points(world.document(), "runs/tidy.json", **options).points


def skipped(world: World) -> str:
    decisions = decision_points(world.document(), "runs/tidy.json")
    assert not decisions.points
    return decisions.skipped


@pytest.mark.parametrize(("answer", "accepted"), [("accept", True), ("reject", False)])
def test_an_answer_at_once(answer: str, accepted: bool) -> None:
    (point,) = found(World().prompts().proposes("Tidy?").answers(answer))
    (shown,) = json.loads(point.llm_input)
    assert shown.pop("content") == PROMPTS["user"]
    assert shown == {"role": "system", "attachments": None, "timestamp": None, "msg_type": "system_prompt"}
    assert point == DecisionPoint(
        sample_id="tidy_run_3_p0",
        scenario_id="tidy",
        run_number=3,
        proactive_model_id="o",
        user_model_id="u:1",
        trace_file="runs/tidy.json",
        user_agent_decision="accept" if accepted else "reject",
        llm_input=point.llm_input,
        agent_proposal="Tidy?",
        final_decision=accepted,
        meta_task_description="Tidy up.",
        gather_context_delta=None,
    )


@pytest.mark.parametrize(("answer", "accepted"), [("accept", True), ("reject", False)])
def test_looking_first_is_gathering_context(answer: str, accepted: bool) -> None:
    world = World().prompts().proposes().shows(("user", "[TASK]: Shall I?")).call("user", "System__go_home")
    world.shows(("assistant", "home"), ("tool-response", "you are home")).call("user", "System__go_home")
    (point,) = found(world.shows(("assistant", "home again")).call("user", f"{INTERFACE}__{answer}_proposal"))
    assert (point.user_agent_decision, point.final_decision) == ("gather_context", accepted)
    assert [message["role"] for message in json.loads(point.llm_input)] == ["system", "user"]
    assert json.loads(point.gather_context_delta or "") == [
        {"role": "assistant", "content": "home"},
        {"role": "tool-response", "content": "you are home"},
        {"role": "assistant", "content": "home again"},
    ]


def test_proposals_are_counted_whether_answered_or_not() -> None:
    world = (
        World().prompts().proposes("a").answers("reject").proposes("b").proposes("c").answers("reject").proposes("d")
    )
    points = found(world.shows())
    assert [(point.sample_id[-2:], point.agent_proposal) for point in points] == [("p0", "a"), ("p1", "b"), ("p2", "c")]
    assert {point.user_agent_decision for point in points} == {"reject"}


def test_nothing_counts_from_the_first_call_of_the_executing_agent_on() -> None:
    world = World().prompts().proposes("a").answers("accept").call("execute", "Notes__create").proposes("b")
    assert [point.agent_proposal for point in found(world.answers("reject"))] == ["a"]
    late = World().prompts().proposes("a").call("execute", "Notes__create").answers("accept")
    assert found(late) == ()


def test_entries_of_the_same_time_count_if_they_stand_ahead() -> None:
    world = World().prompts().proposes("a").answers("accept")
    world.time -= 1
    (point,) = found(world.call("execute", "Notes__create"))
    assert point.final_decision


def test_other_calls_decide_nothing() -> None:
    world = World().prompts().call("observe", f"{INTERFACE}__wait").answers("accept")
    assert found(world) == ()
    assert found(World().prompts().proposes().shows()) == ()
    assert found(World().prompts().proposes().call("user", f"{INTERFACE}__accept_proposal")) == ()


def test_how_far_what_the_user_saw_is_looked_for() -> None:
    def world(between: int) -> World:
        made = World().prompts().proposes()
        for _ in range(between):
            made.add("observe", "thought", content="")
        return made.answers("accept")

    assert len(found(world(FORWARD - 2))) == 1
    assert len(found(world(FORWARD - 1))) == 0


def test_how_far_what_was_gathered_is_looked_for() -> None:
    def delta(between: int) -> str | None:
        made = World().prompts().proposes().shows().call("user", "System__go_home").shows(("assistant", "home"))
        for _ in range(between):
            made.add("observe", "thought", content="")
        (point,) = found(made.call("user", f"{INTERFACE}__accept_proposal"))
        assert point.user_agent_decision == "gather_context"
        return point.gather_context_delta

    assert delta(BACKWARD - 2) == '[{"role":"assistant","content":"home"}]'
    assert delta(BACKWARD - 1) is None


def test_messages_have_the_times_of_what_they_tell() -> None:
    world = World().prompts("user", "observe")
    world.add("user", "task", content=" ").add("user", "llm_output", content="x")  # + 2, + 3
    world.add("observe", "task", content="not the user's").add("user", "task", content="Shall I?")  # + 4, + 5
    world.proposes().shows(
        ("user", "Environment notifications updates:\n[2025-11-18 09:00:07] New mail\n[2025-11-18 09:00:08] None"),
        ("user", "Environment notifications updates:\n***\n[2025-11-18 09:00:07] None\n[2025-13-18 09:00:07] x\n***"),
        ("assistant", "Thought: home"),
        ("tool-response", "you are home"),
        ("tool", "you are home"),
        ("user", "[TASK]: \nShall I?"),
        ("user", "[TASK]: \nStill?"),
        ("assistant", "one more than in the log"),
        ("tool-response", "again"),
        ("user", "Available Actions from current state:\n***"),
        ("user", "Current app state:\n***"),
        ("user", "something else"),
        ("odd", "Current app state:\n***"),
    )  # fmt: skip
    (point,) = found(world.call("user", f"{INTERFACE}__accept_proposal"))
    told = [(message["msg_type"], message["timestamp"]) for message in json.loads(point.llm_input)]
    assert told == [
        ("system_prompt", None),
        ("environment_notification", START + 7),
        ("environment_notification", None),
        ("user_action", START + 3),
        ("tool_observation", START + 3),
        ("tool_observation", START + 3),
        ("proposal", START + 5),
        ("proposal", None),
        ("user_action", None),
        ("tool_observation", None),
        ("available_tools", None),
        ("current_app_state", None),
        ("unknown", None),
        ("unknown", None),
    ]


def test_messages_and_arguments_may_be_json_text() -> None:
    world = (
        World()
        .prompts()
        .add("observe", "tool_call", tool_name="x__send_message_to_user", tool_arguments='{"content": "Tidy?"}')
    )
    world.add("user", "llm_input", content="not JSON").add("user", "llm_input", content=[1])
    world.add("user", "llm_input", content='[{"role": "user", "content": "hello"}]')
    (point,) = found(world.call("user", f"{INTERFACE}__reject_proposal"))
    assert point.agent_proposal == "Tidy?"
    assert json.loads(point.llm_input)[0]["content"] == "hello"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [("Tidy?", "Tidy?"), (None, ""), ({}, ""), ({"content": ["a"]}, '["a"]')],
)
def test_arguments_that_are_odd(arguments: Any, said: str) -> None:
    world = World().prompts().add("observe", "tool_call", tool_name="send_message_to_user", tool_arguments=arguments)
    assert found(world.answers("accept"))[0].agent_proposal == said


@pytest.mark.parametrize(("place", "task"), [(FIRST_LOGS - 1, "Tidy up."), (FIRST_LOGS, "")])
def test_the_task_is_looked_for_at_the_beginning(place: int, task: str) -> None:
    world = World()
    for _ in range(place):
        world.add("observe", "thought", content="")
    assert found(world.prompts().proposes().answers("accept"))[0].meta_task_description == task


def test_the_run_is_the_first_one_unless_the_file_says_otherwise() -> None:
    (point,) = found(World(run_number=None).prompts().proposes().answers("accept"))
    assert (point.run_number, point.sample_id) == (1, "tidy_run_1_p0")
    with pytest.raises(InputError, match=r"tidy.json: \$.metadata.definition.run_number: the number is too large"):
        found(World(run_number=2**63).prompts().proposes().answers("accept"))


@pytest.mark.parametrize("simulation", [None, {}, {"model_id": None}, {"model_id": "gpt-5"}, []])
def test_models_may_be_unknown(simulation: Any) -> None:
    (point,) = found(World(metadata={"simulation": simulation}).prompts().proposes().answers("accept"))
    assert (point.proactive_model_id, point.user_model_id) == ("unknown", "unknown")


def test_kd_43_a_rate_limit_is_looked_for_where_errors_stand() -> None:
    named = (
        World().prompts().add("observe", "thought", content="what is a RateLimitError?").proposes().answers("accept")
    )
    assert len(found(named)) == 1
    broken = "a rate limit broke a model call"
    for fields in (
        {"error": "RateLimitError"},
        {"exception": "litellm.RateLimitError: 429"},
        {"error": "rate_limited"},
    ):
        world = World().prompts().add("user", "error", **fields).proposes().answers("accept")
        assert skipped(world) == broken
    definition = {"has_exception": True, "exception_type": "RateLimitError", "exception_message": "429"}
    assert skipped(World(definition=definition).prompts().proposes().answers("accept")) == broken


def test_why_a_trace_is_skipped() -> None:
    assert skipped(World().add("unknown", "action", content="x")) == "no agents took part"
    assert skipped(World().prompts("user", "execute")) == "user or assistant cannot be told"


def test_kd_43_a_marker_tells_the_agents_apart_better_than_phrases() -> None:
    world = World().add("user", "system_prompt", content="You are Ada.").proposes().answers("accept")
    assert found(world) == ()
    world.metadata["pare_runner"] = {"agents": {"user": "user", "observe": "observe", "judge": "judge", "x": 1}}
    assert len(found(world)) == 1
    world.metadata["pare_runner"] = {"agents": {"observe": "user", "user": "execute"}}
    assert len(found(world)) == 0
    world.metadata["pare_runner"] = {"agents": ["user"]}
    with pytest.raises(
        InputError, match=r"tidy.json: \$.metadata.pare_runner.agents: must be an object, not \['user'\]"
    ):
        found(world)


def test_phrases_can_be_others() -> None:
    world = World().prompts("observe").add("user", "system_prompt", content="You are Ada.").proposes().answers("accept")
    assert found(world) == ()
    assert len(found(world, phrases=phrases_with(["user=You are Ada"]))) == 1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("users=You", "there is no role 'users' (did you mean 'user'?)"),
        ("user", "'user' has no phrase (write user=a phrase of its system prompt)"),
        ("user= ", "'user= ' has no phrase"),
    ],
)
def test_a_phrase_that_is_none(change: str, says: str) -> None:
    with pytest.raises(InputError) as caught:
        phrases_with([change])
    assert str(caught.value).startswith(says)


def test_an_entry_that_cannot_be_read_has_its_place() -> None:
    world = World().prompts()
    world.logs[1]["log_type"] = "tool_cal"
    with pytest.raises(InputError) as caught:
        found(world)
    assert str(caught.value).startswith("tidy.json: $.world_logs[1].log_type: there is no log_type 'tool_cal'")


@pytest.mark.parametrize("seconds", [5, 0])
@pytest.mark.parametrize(
    ("taps", "decision", "accepted"),
    [
        ([ACCEPT], "accept", True),
        ([REJECT], "reject", False),
        ([WAIT, ACCEPT], "accept", True),
        ([OPEN, ACCEPT], "gather_context", True),
        ([OPEN, WAIT, REJECT], "gather_context", False),
    ],
)
def test_a_run_of_ours(taps: list[Response], decision: str, accepted: bool, seconds: int) -> None:
    given = {"user": [WAIT, *taps], "observe": [PROPOSE], "execute": [LOOK]}
    played = run_of_ours(**given, generation_seconds=seconds)
    (point,) = decision_points(played, "x.json").points  # with 0 s, the answer and what it sets off have the same time
    assert (point.user_agent_decision, point.final_decision) == (decision, accepted)
    assert (point.sample_id, point.agent_proposal) == ("s_run_1_p0", "Shall I?")
    messages = json.loads(point.llm_input)
    assert [message["msg_type"] for message in messages] == [
        *("system_prompt", "environment_notification", "user_action", "tool_observation", "proposal")
    ]
    assert [message["timestamp"] for message in messages[2:]] == [BEGAN + seconds, BEGAN + seconds, BEGAN + 10]
    if decision == "gather_context":
        assert '"System__open_app"' in json.loads(point.gather_context_delta or "")[0]["content"]
    else:
        assert point.gather_context_delta is None


def test_a_run_of_ours_in_text() -> None:
    user = [acting("aui.wait"), acting("System.open_app", app_name="Notes"), acting("aui.reject_proposal")]
    observe = [acting("aui.send_message_to_user", content="Shall I?")]
    (point,) = decision_points(run_of_ours(user=user, observe=observe, protocol="react"), "x.json").points
    assert (point.user_agent_decision, point.final_decision) == ("gather_context", False)
    kinds = [message["msg_type"] for message in json.loads(point.llm_input)]
    assert kinds == ["system_prompt", "environment_notification", "user_action", "proposal"]


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**40), 2**40)
    | st.text(max_size=5)
    | st.sampled_from([*PROMPTS.values()]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["role", "content"]), inner, max_size=3)
    ),
    max_leaves=6,
)
ENTRIES = st.fixed_dictionaries(
    {
        "timestamp": st.integers(0, 3),
        "log_type": st.sampled_from(["system_prompt", "tool_call", "llm_input", "llm_output", "task", "error"]),
        "agent_id": st.sampled_from(["user", "observe", "execute"]) | ODD,
    },
    optional={
        "content": ODD | st.just([{"role": "user", "content": "[TASK]: x"}]),
        "tool_name": st.sampled_from(["send_message_to_user", "accept_proposal", "go_home"]) | ODD,
        "tool_arguments": ODD,
        "error": ODD,
    },
)


@given(st.lists(ENTRIES, max_size=30), ODD, ODD)
def test_odd_entries_are_no_trouble(entries: list[dict[str, Any]], simulation: Any, marker: Any) -> None:
    world = World(metadata={"simulation": simulation}).prompts().proposes().answers("accept")
    world.logs += entries
    assert all(point.user_agent_decision in DECISIONS for point in found(world))
    world.metadata["pare_runner"] = marker
    assert all(json.loads(point.llm_input) for point in found(world) if point.agent_proposal)


def test_a_run_of_pare_without_proposals(shared: Path) -> None:
    path = shared / "samples/traces/airport_return_ride_from_notes.agents.hf.json"
    decisions = decision_points(read_hf(path), path.name)
    assert (decisions.points, decisions.skipped) == ((), "")


def test_a_proposal_put_into_a_run_of_pare(shared: Path) -> None:
    path = shared / "samples/traces/airport_return_ride_from_notes.agents.hf.json"
    data = json.loads(path.read_text())
    logs = [json.loads(log) for log in data["world_logs"]]
    observe = next(log["agent_id"] for log in logs if "that monitors" in str(log.get("content")))
    calls = [log for log in logs if log["log_type"] == "tool_call"]
    proposal = next(log for log in calls if log["agent_id"] == observe)
    proposal.update(tool_name="PAREAgentUserInterface__send_message_to_user", tool_arguments={"content": "Book?"})
    taps = [log for log in calls if log["agent_id"] != observe and log["timestamp"] > proposal["timestamp"]]
    taps[2]["tool_name"] = "PAREAgentUserInterface__reject_proposal"
    changed = parse_hf(json.dumps(data | {"world_logs": [json.dumps(log) for log in logs]}), "x.json")
    (point,) = decision_points(changed, "x.json").points
    assert point.sample_id == "airport_return_ride_from_notes_run_1_p0"
    assert (point.user_agent_decision, point.final_decision, point.proactive_model_id) == (
        "gather_context",
        False,
        "mock",
    )
    kinds = [message["msg_type"] for message in json.loads(point.llm_input)]
    assert kinds == [
        *("system_prompt", "user_action", "tool_observation", "environment_notification"),
        *("available_tools", "current_app_state"),
    ]
    first = next(log for log in logs if log["log_type"] == "llm_output")
    assert [message["timestamp"] for message in json.loads(point.llm_input)][1:3] == [first["timestamp"]] * 2
    delta = json.loads(point.gather_context_delta or "")
    assert len(delta) == 2 * 3
