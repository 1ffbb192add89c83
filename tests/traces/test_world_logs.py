"""The world log: what each agent was told, asked, answered and did."""

from __future__ import annotations

import json
from typing import Any

from pare_runner.policy.request import ModelError, Response
from pare_runner.traces.contract import TraceContext
from pare_runner.traces.detection import PHRASES
from pare_runner.traces.documents import parse_hf
from pare_runner.traces.documents import world_logs as read_logs
from pare_runner.traces.hf import HfWriter, hf_document
from pare_runner.traces.record import record_of
from pare_runner.traces.world_logs import PARE_ONLY
from tests.episode.conftest import (
    ACCEPT,
    ACCEPTS,
    ASKS,
    DONE,
    LOOK,
    NONSENSE,
    PROPOSE,
    REJECT,
    Play,
    calling,
    events,
    news,
)

ALONE = ("timestamp", "id", "agent_id", "log_type")


def helped() -> Play:
    return Play(
        events(news("hello"), ASKS, ACCEPTS),
        user=[calling(("System.open_app", {"app_name": "Notes"})), ACCEPT],
        observe=[LOOK, PROPOSE],
        execute=[calling(("Notes.delete_note", {"note_id": "milk"})), DONE],
    )


def logs(play: Play, **context: Any) -> list[dict[str, Any]]:
    document = hf_document(record_of(play.outcome, TraceContext("a_run", {}, **context)))
    names = document["metadata"]["pare_runner"]["agents"] | {"unknown": "world"}
    found = [json.loads(text) for text in document["world_logs"]]
    return [{**entry, "agent": names[entry["agent_id"]]} for entry in found]


def of(entries: list[dict[str, Any]], kind: str, agent: str | None = None) -> list[dict[str, Any]]:
    return [entry for entry in entries if entry["log_type"] == kind and agent in (None, entry["agent"])]


def test_the_entries_of_a_call_in_order() -> None:
    found = [entry["log_type"] for entry in logs(helped())]

    assert found[: found.index("end_task")][:16] == [
        *("action", "system_prompt", "task", "step", "environment_notifications", "available_tools"),
        *("current_app_state", "llm_input", "llm_output", "tool_call", "action", "observation"),
        *("system_prompt", "task", "step", "environment_notifications"),
    ]
    assert found[-6:] == ["stop", "end_task"] * 3


def test_each_agent_has_an_id_of_its_own_that_is_the_same_in_every_trace_of_the_run() -> None:
    first, second = (record_of(helped().outcome, TraceContext(name)) for name in ("a", "b"))
    agents = [hf_document(trace)["metadata"]["pare_runner"]["agents"] for trace in (first, second)]

    assert list(agents[0].values()) == ["user", "observe", "execute"]
    assert agents[0] == agents[1]
    ids = [entry["id"] for entry in logs(helped())]
    assert len(set(ids)) == len(ids)


def test_what_an_agent_was_told() -> None:
    found = logs(helped())

    assert of(found, "environment_notifications", "user")[0]["content"].endswith(
        "Chat: new message (sender id: ann; conversation id: talk; content: hello)"
    )
    assert "StatefulNotesApp" not in of(found, "user_action", "observe")[0]["content"]
    assert "open_app(app_name='Notes')" in of(found, "user_action", "observe")[0]["content"]
    assert [entry["content"] for entry in of(found, "agent_message")] == ["Shall I?"]
    assert [entry["attachments"] for entry in of(found, "agent_message")] == [[]]
    assert "Shall I?" in of(found, "task", "execute")[0]["content"]
    assert [entry["content"] for entry in of(found, "task", "user")] == ["", "Shall I?", ""]


def test_only_the_user_sees_screens_and_they_stand_apart_from_the_news() -> None:
    found = logs(helped())

    screens = of(found, "current_app_state")
    assert {entry["agent"] for entry in screens} == {"user"}
    assert not any("new message" in entry["content"] for entry in screens)
    tools = of(found, "available_tools")
    assert "- System__open_app: " in tools[0]["content"]
    assert "- PAREAgentUserInterface__accept_proposal: " in tools[1]["content"]


def test_requests_replies_and_what_came_of_them() -> None:
    found = logs(helped())

    first = of(found, "llm_input", "observe")[0]["content"]
    assert [message["role"] for message in first] == ["system", "user"]
    second = of(found, "llm_input", "observe")[1]["content"]
    assert [message["role"] for message in second] == ["system", "user", "assistant", "tool-response"]
    assert all(list(message) == ["role", "content", "attachments"] for message in second)
    assert second[2]["content"].startswith("<tool_call>\n{")
    assert [entry["tool_name"] for entry in of(found, "tool_call", "execute")] == ["Notes__delete_note"]
    assert of(found, "tool_call", "execute")[0]["tool_arguments"] == {"note_id": "milk"}
    assert [entry["content"] for entry in of(found, "final_answer")] == ["Done."]
    seen = of(found, "observation", "observe")[0]["content"]
    assert seen == second[3]["content"]
    assert {entry["completion_duration"] for entry in of(found, "llm_output")} == {5.0}


def test_an_agent_that_is_rejected_hears_of_it() -> None:
    play = Play(events(news("hello"), ASKS), user=[calling(("System.go_home", {})), REJECT], observe=[PROPOSE])

    (answer,) = of(logs(play), "agent_user_interface")
    assert answer["content"].startswith("[REJECT]: ")


def test_replies_that_cannot_be_used_and_calls_that_fail_are_errors() -> None:
    play = Play(events(news("hello"), ASKS), observe=[NONSENSE, LOOK])
    (error,) = of(logs(play), "error")
    assert (error["error"], error["category"], error["agent_id"]) == (
        *("no_action", "malformed_reply"),
        error["agent_id"],
    )

    play = Play(events(news("hello"), ASKS), observe=[ModelError("content_filter", "no")])
    (error,) = of(logs(play), "error")
    assert (error["error"], error["category"]) == ("content_filter", "model_call")


def test_thoughts() -> None:
    said = Response(content="Thought: hm.\nAction:\n{}", reasoning=None)
    play = Play(events(news("hello"), ASKS), user=[said], protocol="react")
    assert [entry["content"] for entry in of(logs(play), "thought")][:1] == ["Thought: hm."]


def test_the_prompts_of_all_agents_carry_the_words_that_pares_parser_goes_by() -> None:
    prompts = {entry["agent"]: entry["content"] for entry in of(logs(helped()), "system_prompt")}

    for role, phrase in PHRASES.items():
        assert [name for name, text in prompts.items() if phrase in text] == [role]


def test_the_goal_of_the_user_stands_in_its_tags() -> None:
    play = Play(events(news("hello"), ASKS, rest="user: {goal: Have dinner with Ann.}\n"))

    prompt = of(logs(play), "system_prompt", "user")[0]["content"]
    assert prompt.endswith("<meta_task_description>Have dinner with Ann.</meta_task_description>")


def test_kd_42_the_dialect_of_meta_are_has_nothing_it_refuses() -> None:
    ours, theirs = logs(helped()), logs(helped(), dialect="meta_are")

    assert {entry["log_type"] for entry in ours} & PARE_ONLY == PARE_ONLY
    assert not {entry["log_type"] for entry in theirs} & PARE_ONLY
    kept = [entry["log_type"] for entry in ours if entry["log_type"] not in PARE_ONLY]
    assert [entry["log_type"] for entry in theirs] == kept
    assert not any(phrase in entry["content"] for entry in of(theirs, "system_prompt") for phrase in PHRASES.values())


def test_kd_42_our_own_reader_takes_what_we_write() -> None:
    (file,) = HfWriter().render(record_of(helped().outcome, TraceContext("a_run")))
    document = parse_hf(file.data, "a_run.json")

    assert len(read_logs(document)) == len(logs(helped()))
