"""`pare prompts`."""

from __future__ import annotations

from pathlib import Path

import pytest

from pare_runner.library.prompts import load_prompts, shipped_texts
from tests.cli.conftest import Pare

DINNER = ("--scenario", "dinner_headcount_change")


def test_what_the_user_receives(pare: Pare) -> None:
    said = pare("prompts", "show", "user", *DINNER)
    assert (said.status, said.err) == (0, "")
    head, system, user, tools = said.out.split("\n--- ")
    assert head == "user, native: turn 1, 2025-11-18 09:00:00 UTC\n"
    assert system.startswith("system ---\nYou are simulating a real human user")
    assert user.startswith(
        "user ---\nEnvironment notifications at Tuesday, 2025-11-18 09:00:00: nothing new.\n\nCurrent app state"
    )
    assert '\n{"type":"function","function":{"name":"System__open_app",' in tools


def test_what_the_assistant_receives_as_text(pare: Pare) -> None:
    out = pare("prompts", "show", "observe", *DINNER, "--protocol", "react").out
    assert "- Messages__read_conversation: Read the messages" in out
    assert "send_message_to_group" not in out
    assert out.endswith("--- stop ---\n<end_action>\nObservation:\n")


def test_what_is_received_when_executing(pare: Pare) -> None:
    found = pare("prompts", "show", "execute", *DINNER, "--json").json
    assert (found["role"], found["protocol"], found["turn"], found["stop"]) == ("execute", "native", 3, [])
    assert [message["role"] for message in found["messages"]] == ["system", "user"]
    assert found["messages"][1]["content"].startswith("[TASK]: The user has accepted this proposal")
    names = [tool["function"]["name"] for tool in found["tools"]]
    assert "Calendar__edit_calendar_event" in names
    assert not any(name.endswith("__wait") for name in names)


def test_with_templates_of_ones_own(pare: Pare) -> None:
    Path("mine").mkdir()
    Path("mine/observe.jinja").write_text("Watch {{ apps | join('+') }}.")
    found = pare("prompts", "show", "observe", *DINNER, "--prompts-dir", "mine", "--json").json
    assert found["messages"][0] == {"role": "system", "content": "Watch Messages+Calendar."}


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (
            ("execute", "--scenario", "quiet_friday_afternoon"),
            "quiet_friday_afternoon: execute is never asked: in its flow the user accepts no proposal\n",
        ),
        (("user", "--scenario", "nothing_like_it"), "there is no scenario 'nothing_like_it'"),
        (("judge", *DINNER), "pare: there is no role 'judge' (known: execute, observe, user)\n"),
        (("observ", *DINNER), "pare: there is no role 'observ' (did you mean 'observe'?)\n"),
        (("user", *DINNER, "--protocol", "xml"), "pare: there is no protocol 'xml' (known: native, react)\n"),
        (("user", *DINNER, "--prompts-dir", "no"), "no: there is no such folder of prompts\n"),
        (("execute", *DINNER, "--prompts-dir", "."), "observe_turn.jinja:1: ZeroDivisionError: "),
    ],
)
def test_what_cannot_be_shown(pare: Pare, argv: tuple[str, ...], says: str) -> None:
    Path("observe_turn.jinja").write_text("{{ 1 // 0 }}")
    said = pare("prompts", "show", *argv)
    assert (said.status, said.out) == (2, "")
    assert says in said.err


def test_export(pare: Pare) -> None:
    count = len(shipped_texts())
    assert pare("prompts", "export", "my/prompts").out == f"wrote {count} templates to my/prompts\n"
    assert load_prompts(Path("my/prompts")).hash == load_prompts().hash
    Path("my/prompts/user.jinja").write_text("changed")
    for name in set(shipped_texts()) - {"tools", "user"}:
        Path(f"my/prompts/{name}.jinja").unlink()
    said = pare("prompts", "export", "my/prompts")
    message = "my/prompts/tools.jinja: exists already, like 1 more; nothing was written (--force overwrites)\n"
    assert (said.status, said.err) == (2, message)
    assert len(list(Path("my/prompts").iterdir())) == 2
    assert pare("prompts", "export", "my/prompts", "--force").status == 0
    assert load_prompts(Path("my/prompts")).hash == load_prompts().hash


def test_export_to_a_file(pare: Pare) -> None:
    Path("taken").touch()
    said = pare("prompts", "export", "taken")
    assert (said.status, said.err) == (2, "taken: cannot be written: File exists\n")
