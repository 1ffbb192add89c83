"""A real llama.cpp server with a model that knows one story, and a second one whose context is too short for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pare_runner.episode.toolsets import Toolsets
from pare_runner.library.prompts import shipped_texts
from pare_runner.scenarios.compiler.compile import compile_scenario
from tests.llm.llama.model import frequent_words, write_model
from tests.llm.llama.script import TURNS
from tests.llm.llama.server import serving

HERE = Path(__file__).parent
SCENARIO = HERE / "plumber_is_late.yaml"
WORDS = 250
CONTEXT = 1 << 15
SHORT_CONTEXT = 2048
# One for each role with each protocol, and two to spare: a conversation that goes on finds what was read before.
SLOTS = 8


@pytest.fixture(scope="session")
def scripted_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The model as a GGUF file."""
    path = tmp_path_factory.mktemp("llama") / "scripted.gguf"
    template = (HERE / "chat.jinja").read_text(encoding="utf-8")
    write_model(path, TURNS, template, frequent_words(prompts(), WORDS))
    return path


def prompts() -> str:
    """What most of a request consists of. Words of it that are tokens make prompts half as long, and tests as quick."""
    scenario = compile_scenario(SCENARIO.read_text(encoding="utf-8"), SCENARIO.name)
    scenario.initialize()
    tools = Toolsets(scenario).assistant("execute", scenario.new_phone(0, 1))
    return "".join([*shipped_texts().values(), tools.json.decode()])


@pytest.fixture(scope="session")
def llama_server(scripted_model: Path) -> Iterator[str]:
    """Base URL of a server with room for whole conversations; its model is called `scripted`."""
    with serving(scripted_model, scripted_model.with_name("server.log"), context=CONTEXT, slots=SLOTS) as url:
        yield url


@pytest.fixture(scope="session")
def short_llama_server(scripted_model: Path) -> Iterator[str]:
    """Base URL of a server of the same model that refuses prompts of more than `SHORT_CONTEXT` tokens."""
    with serving(scripted_model, scripted_model.with_name("short.log"), context=SHORT_CONTEXT, slots=1) as url:
        yield url
