"""Meta-ARE's own importer takes our traces; what it refuses is known.

The refusals are those `docs/traces.md` tells of: PARE's own log types; apps and calls of classes that Meta-ARE does not
have; its rules about the order of events, which no proactive scenario keeps; empty texts as arguments. Tags it does not
know it leaves out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import orjson
import pytest

from pare_runner.traces.decoding import decode
from tests.interop.conftest import Ask, Said, entries, read

pytestmark = pytest.mark.interop

OWN_LOG_TYPES = {"agent_message", "available_tools", "current_app_state", "user_action"}
"""Log types of PARE; Meta-ARE knows none of them."""
OWN_CLASS = r"(Stateful\w+App|PAREAgentUserInterface|HomeScreenSystemApp)"

UNKNOWN_LOG_TYPE = re.compile(rf"ValueError: Unknown agent log type: ({'|'.join(sorted(OWN_LOG_TYPES))})")
UNKNOWN_TAGS = re.compile(r"Invalid tags '\[.*\]' found in scenario metadata\.")
UNKNOWN_APP = re.compile(r"No class found for the app name (.+)\.")
NO_EMPTY_TEXT = "ValueError: Non-optional type str cannot be None or empty."
COMPLETED = [
    re.compile(rf"AttributeError: module 'are\.simulation\.apps' has no attribute '{OWN_CLASS}'"),
    re.compile(re.escape(NO_EMPTY_TEXT)),
    re.compile(r"KeyError: 'action'"),  # the event that stops a run has none
]
INITIALIZE = [
    re.compile(r"ValueError: Agent events must have at least one predecessor event\."),
    re.compile(r"ValueError: Env events must have only one predecessor event"),
    re.compile(
        r"ValueError: Env events can only have a send_message_to_agent or user/env event as a predecessor event\."
    ),
    re.compile(r"ValueError: App (System|PAREAgentUserInterface) not found in scenario\."),
    re.compile(r"ValueError: execution_metadata is required for CONDITION events"),
]


@pytest.fixture(scope="session")
def of_oracle(ask: Ask, oracle: list[Path]) -> list[Said]:
    """What is said about the oracle traces."""
    return ask(oracle)


@pytest.fixture(scope="session")
def of_agents(ask: Ask, agents: list[Path]) -> list[Said]:
    """What is said about agent traces in the default dialect."""
    return ask(agents)


@pytest.fixture(scope="session")
def of_dialect(ask: Ask, agents_for_meta_are: list[Path]) -> list[Said]:
    """What is said about agent traces in Meta-ARE's dialect."""
    return ask(agents_for_meta_are)


@pytest.fixture(scope="session", params=["of_oracle", "of_dialect"])
def accepted(request: pytest.FixtureRequest) -> list[Said]:
    """What is said about the traces that must be accepted."""
    said: list[Said] = request.getfixturevalue(request.param)
    return said


def refused(said: Iterable[Said], way: str) -> dict[str, str]:
    """File → why it was refused, for those that were."""
    return {item["file"]: item[way]["error"] for item in said if item[way] and item[way]["error"]}


def unexpected(messages: Iterable[str], known: Iterable[re.Pattern[str]]) -> set[str]:
    """The messages that none of the known patterns explains."""
    patterns = list(known)
    return {message for message in messages if not any(pattern.fullmatch(message) for pattern in patterns)}


def test_every_file_is_accepted(accepted: list[Said]) -> None:
    assert len(accepted) > 19
    assert refused(accepted, "plain") == {}
    for said in accepted:
        assert said["world_logs"] == len(read(said["file"])["world_logs"]), said["file"]


def test_the_default_dialect_is_refused_for_the_log_types_of_pare_alone(of_agents: list[Said]) -> None:
    reasons = refused(of_agents, "plain")

    assert unexpected(reasons.values(), [UNKNOWN_LOG_TYPE]) == set()
    with_own = {
        said["file"]
        for said in of_agents
        if OWN_LOG_TYPES & {entry["log_type"] for entry in entries(read(said["file"]))}
    }
    assert set(reasons) == with_own
    assert with_own, "agent runs have logs of PARE's types"


def test_the_dialects_differ_in_these_log_types_and_what_marks_agents(
    agents: list[Path], agents_for_meta_are: list[Path]
) -> None:
    for path, other in zip(agents, agents_for_meta_are, strict=True):
        document, plain = read(path), read(other)
        kept = [entry for entry in entries(document) if entry["log_type"] not in OWN_LOG_TYPES]
        for entry, theirs in zip(kept, entries(plain), strict=True):
            if entry["log_type"] == "system_prompt":
                assert entry["content"].startswith(theirs["content"])
                entry["content"] = theirs["content"]
            assert entry == theirs, path.name
        assert {**document, "world_logs": []} == {**plain, "world_logs": []}, path.name


def test_what_it_only_logs_is_about_tags(accepted: list[Said]) -> None:
    for said in accepted:
        tags = read(said["file"])["metadata"]["definition"]["tags"]
        assert unexpected(said["plain"]["log"], [UNKNOWN_TAGS]) == set()
        if set(tags) <= set(said["tag_names"]):
            assert (said["tags"], said["plain"]["log"]) == (tags, [])
        else:
            assert (said["tags"], len(said["plain"]["log"])) == ([], 1)


def test_every_argument_is_read_as_the_value_it_was(of_oracle: list[Said], of_dialect: list[Said]) -> None:
    count = 0
    for said in [*of_oracle, *of_dialect]:
        ours = list(arguments(read(said["file"])))
        count += len(ours)
        for argument, theirs in zip(ours, said["arguments"], strict=True):
            if argument["value"] == "":
                assert f"ValueError: {theirs['error']}" == NO_EMPTY_TEXT
            else:
                assert theirs == {"value": decode(argument["value"], argument["value_type"])}, said["file"]
    assert count > 1000


def arguments(document: dict[str, Any]) -> Iterable[dict[str, Any]]:
    """Every argument of a trace, planned and completed, in file order."""
    for event in [*document["events"], *document["completed_events"]]:
        yield from (event["action"] or {}).get("args") or ()


def test_completed_events_are_refused_for_classes_it_lacks_and_empty_texts(accepted: list[Said]) -> None:
    assert unexpected(refused(accepted, "completed").values(), COMPLETED) == set()


def test_initialize_skips_our_apps_and_keeps_its_rules(accepted: list[Said]) -> None:
    assert unexpected(refused(accepted, "initialize").values(), INITIALIZE) == set()
    for said in accepted:
        document = read(said["file"])
        lacking = {app["name"] for app in document["apps"] if re.fullmatch(OWN_CLASS, app["class_name"])}
        skipped = [UNKNOWN_APP.fullmatch(line) for line in said["initialize"]["log"]]
        assert {match[1] for match in skipped if match} == lacking, said["file"]
        assert all(skipped), said["initialize"]["log"]


def test_it_refuses_what_it_should(ask: Ask, oracle: list[Path], tmp_path: Path) -> None:
    """A control: the script does tell what the importer raises."""
    spoilt: dict[str, Callable[[dict[str, Any]], object]] = {
        "version": lambda document: document.update(version="are_simulation_v0"),
        "log": lambda document: document["world_logs"].append('{"log_type": "user_action", "timestamp": 0}'),
        "event": lambda document: document["events"][0].pop("dependencies"),
    }
    files = []
    for name, spoil in spoilt.items():
        document = read(oracle[0])
        spoil(document)
        files.append(tmp_path / f"{name}.json")
        files[-1].write_bytes(orjson.dumps(document))

    version, log, event = (said["plain"]["error"] for said in ask(files))

    assert "Unsupported version" in version
    assert UNKNOWN_LOG_TYPE.fullmatch(log)
    assert "dependencies" in event


def test_traces_that_pare_wrote(ask: Ask, shared: Path) -> None:
    """The same importer on PARE's own files: oracle traces are taken, the agent trace is refused for its log types."""
    said = ask(sorted((shared / "samples/traces").glob("*.json")))

    reasons = refused(said, "plain")
    assert {Path(name).name for name in reasons} == {"airport_return_ride_from_notes.agents.hf.json"}
    assert unexpected(reasons.values(), [UNKNOWN_LOG_TYPE]) == set()
