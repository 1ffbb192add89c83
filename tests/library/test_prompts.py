"""The shipped prompts, and folders that replace some of them."""

from __future__ import annotations

import itertools
import typing
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from pare_runner.agents.prompts import VARIABLES
from pare_runner.agents.protocols.react import ReactProtocol
from pare_runner.agents.replies import ProblemKind
from pare_runner.apps.core.tools import ToolKind
from pare_runner.apps.notes.app import StatefulNotesApp
from pare_runner.errors import InputError
from pare_runner.library.prompts import load_prompts, shipped_texts
from pare_runner.policy.request import Response
from pare_runner.policy.tools import NO_TOOLS, Tool

NOW = "2025-11-18 09:00:00"
NEWS = [{"time": "2025-11-18 08:59:50", "text": "Messages: <new> & 'old'"}]
TOOLS = [Tool(f"Notes__{name}", "Notes", spec) for name, spec in StatefulNotesApp.tools(ToolKind.AGENT).items()]
PHRASES = {
    "user": "simulating a real human user",
    "observe": "proactive assistant that monitors",
    "execute": "proactive assistant executing",
}
VALUES: Mapping[str, list[Any]] = {
    "now": [NOW],
    "apps": [["Notes", "Messages"]],
    "protocol": ["native", "react"],
    "tools": [[], TOOLS],
    "goal": [None, "Pack for the trip."],
    "additional": [None, "You are in a hurry."],
    "notifications": [[], NEWS],
    "messages": [[], ["Shall I?"], ["It is done.", "Shall I?"]],
    "proposal": [None, "Shall I?"],
    "app": [None, "Notes"],
    "screen": [None, "NoteDetail"],
    "shows": [{}, {"note_id": "packing", "tags": ["ä"]}],
    "answer": ["", "But not before ten."],
    "kind": [*typing.get_args(ProblemKind), "after_end"],
    "message": ["there is no tool 'x'"],
    "results": [[{"text": "A note.", "failed": False}], [{"text": "", "failed": False}]],
    "title": ["A title"],
    "rubric": ["It is polite."],
    "evidence": ["Nothing happened."],
}
SYSTEM: dict[str, Any] = {"now": NOW, "apps": ["Notes", "Messages"], "tools": []}


def system(role: str, protocol: str, **values: Any) -> str:
    extra: dict[str, Any] = {"goal": None, "additional": None} if role == "user" else {}
    return load_prompts().render(role, **(SYSTEM | extra | {"protocol": protocol} | values))


def render(name: str, **values: Any) -> str:
    return load_prompts().render(name, **values).strip()


def test_the_variables_of_every_shipped_template_are_listed() -> None:
    assert set(shipped_texts()) | {"judge"} == set(VARIABLES)


@pytest.mark.parametrize("name", sorted(shipped_texts()))
def test_every_template_renders_with_whatever_it_may_be_given(name: str) -> None:
    names = VARIABLES[name]
    for values in itertools.product(*(VALUES[variable] for variable in names)):
        context = dict(zip(names, values, strict=True))
        text = load_prompts().render(name, **context).strip()
        assert "{%" not in text
        assert "\n\n\n" not in text
        assert not any(line != line.rstrip() for line in text.splitlines()), name
        assert text or not any(context.values()) or (name == "tools" and not context["tools"])


@pytest.mark.parametrize("protocol", ["native", "react"])
@pytest.mark.parametrize("role", list(PHRASES))
def test_system_prompts_are_told_apart_by_their_phrases(role: str, protocol: str) -> None:
    text = system(role, protocol)
    assert [other for other, phrase in PHRASES.items() if phrase in text] == [role]
    assert "Apps on the phone: Notes, Messages." in text
    assert NOW in text
    assert ("<end_action>" in text) == (protocol == "react")
    assert "<meta_task_description>" not in text


def test_tools_are_in_the_prompt_only_where_they_are_given() -> None:
    assert "- Notes__search_notes: Find notes" in system("observe", "react", tools=TOOLS)
    assert "Available Actions" not in system("observe", "react", tools=TOOLS)
    assert 'under "Available Actions"' in system("user", "react")


@pytest.mark.parametrize(
    ("goal", "additional", "text"),
    [("Pack.", None, "Pack."), (None, "Hurry.", "Hurry."), ("Pack.", "Hurry.", "Pack.\nHurry.")],
)
def test_what_the_scenario_says_about_the_user(goal: str | None, additional: str | None, text: str) -> None:
    found = system("user", "native", goal=goal, additional=additional)
    assert f"<meta_task_description>\n{text}\n</meta_task_description>" in found


def test_the_example_of_the_text_protocol_is_read_as_a_call() -> None:
    example = system("observe", "react").rpartition("Thought:")[2]
    protocol = ReactProtocol(lambda results: "")
    problem = protocol.read(Response(content=f"Thought:{example}"), NO_TOOLS, may_end=False).problem
    assert problem is not None
    assert (problem.kind, "'Clock__set_alarm'" in problem.message) == ("unknown_tool", True)


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, f"Environment notifications at {NOW}: nothing new."),
        (
            {"notifications": NEWS, "messages": ["Done."]},
            f"Environment notifications at {NOW}:\n[2025-11-18 08:59:50] Messages: <new> & 'old'\n\n"
            "The assistant writes: Done.",
        ),
        (
            {"messages": ["Shall I?"], "proposal": "Shall I?"},
            f"Environment notifications at {NOW}: nothing new.\n\n"
            "[TASK]: The assistant proposes the following and awaits your answer.\nShall I?",
        ),
        (
            {"proposal": "Shall I?"},
            f"Environment notifications at {NOW}: nothing new.\n\n"
            "[TASK]: This proposal of the assistant still awaits your answer.\nShall I?",
        ),
    ],
)
def test_the_turn_of_the_user(values: dict[str, Any], text: str) -> None:
    usual: dict[str, Any] = {"now": NOW, "notifications": [], "messages": [], "proposal": None, "protocol": "native"}
    assert render("user_turn", **(usual | values)) == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({}, "Current app state: the home screen."),
        (
            {"app": "Notes", "screen": "NoteDetail", "shows": {"note_id": "packing", "tags": ["ä"]}},
            'Current app state: Notes, screen NoteDetail\nnote_id: packing\ntags: ["ä"]',
        ),
    ],
)
def test_the_screen_of_the_user(values: dict[str, Any], text: str) -> None:
    usual: dict[str, Any] = {"app": None, "screen": None, "shows": {}, "tools": TOOLS}
    assert render("user_screen", **(usual | values), protocol="native") == text
    react = render("user_screen", **(usual | values), protocol="react")
    assert react.startswith(f"{text}\n\nAvailable Actions:\n- Notes__")


def test_the_turns_of_the_assistant() -> None:
    assert render("observe_turn", now=NOW, notifications=[]) == f"Environment notifications at {NOW}: nothing new."
    told = f"Environment notifications at {NOW}:\n[2025-11-18 08:59:50] Messages: <new> & 'old'"
    assert render("observe_turn", now=NOW, notifications=NEWS) == told
    assert render("execute_turn", now=NOW, notifications=NEWS) == told


def test_the_task() -> None:
    text = render("execute_task", now=NOW, proposal="Shall I?", answer="")
    assert text == f"[TASK]: The user has accepted this proposal of yours. Carry it out now, {NOW}.\n\nShall I?"
    answered = render("execute_task", now=NOW, proposal="Shall I?", answer="But not before ten.")
    assert answered == f"{text}\n\nThe user said when accepting it: But not before ten."


@pytest.mark.parametrize("protocol", ["native", "react"])
def test_every_kind_of_malformed_reply_has_its_own_advice(protocol: str) -> None:
    kinds = [*typing.get_args(ProblemKind), "after_end"]
    texts = {kind: render("error", kind=kind, message="It is wrong", protocol=protocol) for kind in kinds}
    assert all("It is wrong." in text for text in texts.values())
    assert texts["no_action"] == texts["empty"]
    assert len(set(texts.values())) == len(kinds) - 1
    wanted = [kind for kind, text in texts.items() if "<end_action>" in text]
    assert wanted == ([] if protocol == "native" else kinds[:-1])


def test_results() -> None:
    assert render("observation", results=VALUES["results"][0]) == "Observation:\nA note."
    assert render("observation", results=VALUES["results"][1]) == "Observation:\n(no output)"


def test_a_folder_replaces_what_it_has(tmp_path: Path) -> None:
    (tmp_path / "observe_turn.jinja").write_text("Now {{ now }}.")
    (tmp_path / ".notes").write_text("{{")
    prompts = load_prompts(tmp_path)
    assert prompts.render("observe_turn", now=NOW, notifications=[]) == f"Now {NOW}."
    assert prompts.texts["observe"] == load_prompts().texts["observe"]
    assert prompts.hash != load_prompts().hash


def test_a_copy_changes_nothing(tmp_path: Path) -> None:
    for name, text in shipped_texts().items():
        (tmp_path / f"{name}.jinja").write_text(text)
    assert load_prompts(tmp_path).hash == load_prompts().hash


@pytest.mark.parametrize(
    ("name", "data", "says"),
    [
        ("obsrve.jinja", b"", "mine/obsrve.jinja: there is no prompt of this name (did you mean 'observe.jinja'?)"),
        ("observe.txt", b"", "mine/observe.txt: there is no prompt of this name (did you mean 'observe.jinja'?)"),
        ("user.jinja", b"\n{{ goals }}", "mine/user.jinja:2: there is no variable 'goals' (did you mean 'goal'?)"),
        ("user.jinja", b"{% if goal %}", "mine/user.jinja:1: Unexpected end of template."),
        (
            "observe_turn.jinja",
            b"\n{{ now.foo.bar }}",
            "mine/observe_turn.jinja:2: 'str object' has no attribute 'foo'",
        ),
        ("react.jinja", b"{{ 1 / 0 }}", "mine/react.jinja:1: ZeroDivisionError: division by zero"),
        ("error.jinja", b"{% if protocol == 'react' %}{{ kind.x.y }}{% endif %}", "mine/error.jinja:1: 'str object'"),
        ("judge.jinja", b" \n", "mine/judge.jinja: the template is empty (without the file ours is used)"),
        ("user.jinja", b"\xff", "mine/user.jinja:1:1: byte 0 is 0xff, which is not UTF-8 (save the file as UTF-8)"),
    ],
)
def test_files_that_cannot_be_used(
    name: str, data: bytes, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("mine").mkdir()
    Path("mine", name).write_bytes(data)
    with pytest.raises(InputError) as caught:
        load_prompts(Path("mine"))
    assert str(caught.value).startswith(says)


def test_folders_that_are_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    Path("bare").mkdir()
    Path("bare/.hidden").touch()
    with pytest.raises(InputError, match=r"^bare: there is no template in this folder \(`pare prompts export"):
        load_prompts(Path("bare"))
    with pytest.raises(InputError, match=r"^nowhere: there is no such folder of prompts$"):
        load_prompts(Path("nowhere"))
    with pytest.raises(InputError, match=r"^file: no folder of prompts: Not a directory$"):
        load_prompts(Path("file"))
