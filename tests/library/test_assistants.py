"""Assistants by name: registered, installed, from a module; and one clear message for each that cannot be had."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.errors import ConfigError
from pare_runner.library import assistants
from pare_runner.library.assistants import assistant, assistant_names, register_assistant, source_hash

MODULE = """
import functools

class Mine:
    def __init__(self, setup): ...
    async def observe(self, phase): ...
    async def execute(self, phase): ...

class Bare:
    async def observe(self, phase): ...

class Empty: ...

class Unmade(Mine):
    def __init__(self): ...

class Hasty(Mine):
    def observe(self, phase): ...

def plain(method):
    def wrapper(self, phase):
        return method(self, phase)
    return wrapper

class Wrapped(Mine):
    @plain
    async def observe(self, phase): ...
    @functools.wraps(Mine.execute)
    def execute(self, phase):
        return super().execute(phase)

class Called(Mine):
    class Observe:
        async def __call__(self, phase): ...
    observe = Observe()

def make(setup):
    return Mine(setup)

number = 3
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A working directory with the module `lodger`; what is imported and put on the path is forgotten again."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    known = set(sys.modules)
    (tmp_path / "lodger.py").write_text(MODULE)
    yield tmp_path
    for name in set(sys.modules) - known:
        del sys.modules[name]


def refused(agent_type: str) -> str:
    with pytest.raises(ConfigError) as caught:
        assistant(agent_type)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_the_shipped_one_is_known() -> None:
    assert assistant("observe-execute") is ObserveExecuteAssistant
    assert "observe-execute" in assistant_names()


def test_an_unknown_name_is_told_with_the_nearest() -> None:
    assert refused("observe-excute") == (
        "there is no assistant 'observe-excute' (did you mean 'observe-execute'? or module:Class of your own)"
    )
    assert "known: observe-execute" in refused("nothing like it")


def test_a_name_is_registered_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assistants, "_REGISTERED", dict(assistants._REGISTERED))
    register_assistant("mine", ObserveExecuteAssistant)
    register_assistant("mine", ObserveExecuteAssistant)
    assert assistant("mine") is ObserveExecuteAssistant
    with pytest.raises(ConfigError, match="there is an assistant 'mine' already"):
        register_assistant("mine", lambda setup: ObserveExecuteAssistant(setup))


def test_a_class_or_a_function_of_the_working_directory_is_found(folder: Path) -> None:
    assert assistant("lodger:Mine").__name__ == "Mine"
    assert assistant("lodger:make").__name__ == "make"
    assert sys.path[0] == str(folder)
    assistant("lodger:Mine")
    assert sys.path.count(str(folder)) == 1


@pytest.mark.parametrize("name", ["Wrapped", "Called"])
def test_what_a_decorator_or_an_object_does_is_left_to_it(folder: Path, name: str) -> None:
    assert assistant(f"lodger:{name}").__name__ == name


def test_the_working_directory_comes_first_for_a_command_on_the_path(folder: Path) -> None:
    """A console script has the folder of the script, not the working directory, at the head of its path."""
    (folder / "bin").mkdir()
    script = folder / "bin" / "command"
    script.write_text("from pare_runner.library.assistants import assistant\nprint(assistant('lodger:Mine'))\n")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=True, cwd=folder)
    assert done.stdout == "<class 'lodger.Mine'>\n"


@pytest.mark.parametrize(
    ("agent_type", "says"),
    [
        (
            "lodgr:Mine",
            "agent_type=lodgr:Mine: there is no module 'lodgr', neither here nor installed (did you mean 'lodger'?)",
        ),
        ("lodger.rooms:Mine", "there is no module 'lodger.rooms', neither here nor installed (did you mean 'lodger'?)"),
        ("lodger:Mnie", "agent_type=lodger:Mnie: the module lodger has no 'Mnie' (did you mean 'Mine'?)"),
        ("lodger:", "the module lodger has no ''"),
        (":Mine", "cannot be loaded: ValueError"),
        ("lodger:Bare", "agent_type=lodger:Bare is no assistant: it has no method execute"),
        ("lodger:Empty", "it has no method observe and no execute"),
        ("lodger:Unmade", "it cannot be made with one argument, the AgentSetup"),
        ("lodger:Hasty", "agent_type=lodger:Hasty is no assistant: observe must be written `async def`"),
        ("lodger:number", "agent_type=lodger:number is no assistant: it cannot be called"),
    ],
)
def test_what_cannot_be_had_from_a_module_is_told(folder: Path, agent_type: str, says: str) -> None:
    assert says in refused(agent_type)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (
            "import nowhere_to_be_found\n",
            "cannot be loaded: ModuleNotFoundError: No module named 'nowhere_to_be_found'",
        ),
        ("1 / 0\n", "cannot be loaded: ZeroDivisionError: division by zero"),
        ("def (\n", "cannot be loaded: SyntaxError: invalid syntax (broken.py, line 1)"),
        ("raise SystemExit(3)\n", "cannot be loaded: SystemExit: 3"),
    ],
)
def test_a_module_that_does_not_import_is_told(folder: Path, source: str, says: str) -> None:
    (folder / "broken.py").write_text(source)
    assert says in refused("broken:Mine")


def install(folder: Path, value: str) -> None:
    """What an installer leaves of a package with one entry point."""
    info = folder / "site" / "lodging-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: lodging\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[pare.assistants]\nlodger = {value}\n")
    sys.path.insert(0, str(info.parent))
    sys.path.insert(0, str(folder))


def test_an_installed_one_is_found_by_its_entry_point(folder: Path) -> None:
    install(folder, "lodger:Mine")
    assert assistant("lodger").__name__ == "Mine"
    assert assistant_names() == ["lodger", "observe-execute"]
    assert "did you mean 'lodger'?" in refused("lodgr")


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("lodger:Gone", "agent_type=lodger cannot be loaded: AttributeError: module 'lodger' has no attribute 'Gone'"),
        ("lodger:Empty", "agent_type=lodger is no assistant: it has no method observe and no execute"),
    ],
)
def test_an_installed_one_that_is_none_is_told(folder: Path, value: str, says: str) -> None:
    install(folder, value)
    assert says in refused("lodger")


def test_the_source_of_an_assistant_of_ones_own_has_a_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    hashes = []
    for number in range(2):
        text = f"class Mine:\n    number = {number}\n    def __init__(self, setup): ...\n"
        text += "    async def observe(self, phase): ...\n    async def execute(self, phase): ...\n"
        Path(f"hashed_{number}.py").write_text(text)
        hashes.append(source_hash(f"hashed_{number}:Mine"))
    assert None not in hashes
    assert hashes[0] != hashes[1]
    assert source_hash("observe-execute") is None
