"""docs/caching.md: the second command runs nothing, other checks judge what was kept, and the cache's commands work."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from pare_runner.batch.cache.store import CacheStore
from pare_runner.batch.cache.upkeep import contents
from pare_runner.batch.journal import read_journal
from pare_runner.batch.work import SOURCE
from pare_runner.cli import app
from pare_runner.cli.hydra_entry import main
from tests.docs.pages import page

PAGE = page("caching.md")
COMMANDS = re.findall(r"^(pare cache .*?) *(?:#.*)?$", PAGE, re.MULTILINE)
SCENARIO = """\
id: picnic_bread
start_time: 2026-05-02T09:00:00Z
apps:
  messages:
    type: StatefulMessagingApp
    users: {ida: Ida Holm}
    conversations: [{id: ida, participants: [ida], messages: [{from: ida, at: -1d, content: "See you there!"}]}]
events:
  - id: asks
    env: messages.create_and_add_message
    at: 10s
    args: {conversation_id: ida, sender_id: ida, content: "Can you bring bread?"}
  - {id: offers, agent: aui.send_message_to_user, after: asks, delay: 5s, args: {content: "Shall I say yes to Ida?"}}
  - {id: accepts, user: aui.accept_proposal, after: offers, delay: 5s}
  - id: says
    agent: messages.send_message
    after: accepts
    args: {user_id: ida, content: "Yes, I bring bread."}
checks:
  - {called: messages.send_message, after: accepts, args: {content: {contains: bread}}}
"""


@pytest.fixture(autouse=True)
def in_a_folder(with_our_programs: Path) -> None:
    Path("bread.yaml").write_text(SCENARIO)


def sources(directory: str) -> list[object]:
    return [line.get(SOURCE) for line in read_journal(Path(directory)).lines]


def statuses(directory: str) -> list[object]:
    return [line["status"] for line in read_journal(Path(directory)).lines]


def test_the_same_again_and_other_checks() -> None:
    for number, text in enumerate((SCENARIO, SCENARIO, SCENARIO.replace("contains: bread", "contains: butter"))):
        Path("bread.yaml").write_text(text)
        assert main(["scenarios=[bread.yaml]", f"output_dir=out{number}"]) == 0
    assert [sources(f"out{number}") for number in range(3)] == [[None], ["cache"], ["cache"]]
    assert [statuses(f"out{number}") for number in range(3)] == [["success"], ["success"], ["failed"]]
    for number, choice in enumerate(("cache=refresh", "cache=bypass", "enable_caching=false"), start=3):
        assert f"`{choice.removeprefix('cache=')}`" in PAGE
        assert main(["scenarios=[bread.yaml]", f"output_dir=out{number}", choice]) == 0
        assert sources(f"out{number}") == [None]


def test_rescore_prints_the_table_of_the_page(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["scenarios=[bread.yaml]", "output_dir=outputs/my_run"]) == 0
    Path("bread.yaml").write_text(SCENARIO.replace("contains: bread", "contains: butter"))
    capsys.readouterr()
    (command,) = re.findall(r"^\$ (pare rescore .*)$", PAGE, re.MULTILINE)
    assert app.main(shlex.split(command)[1:]) == 0
    head, row, _ = capsys.readouterr().out.splitlines()
    shown = PAGE.partition(f"$ {command}\n")[2].splitlines()[:2]
    assert head.split() == shown[0].split()
    assert row.split()[:4] == shown[1].split()[:4]
    assert statuses("outputs/my_run") == ["failed"]


def test_the_commands_of_the_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["scenarios=[dinner_headcount_change]", "output_dir=out"]) == 0
    assert len(COMMANDS) == 6
    for command in COMMANDS:
        if "--config" in command:  # the page's hash is somebody else's
            assert main(["scenarios=[dinner_headcount_change]", "output_dir=again"]) == 0
            command = command.replace("48940529", contents(CacheStore.here()).configs[0].name[:8])
        words = shlex.split(command.replace("/data/", f"{tmp_path}/"))
        assert app.main(words[1:]) == 0, command
