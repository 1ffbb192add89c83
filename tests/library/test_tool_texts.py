"""The shipped names and descriptions: complete, unambiguous, and really other than the tools' own."""

from __future__ import annotations

import re
from collections import Counter

from pare_runner.apps.core.tools import ToolKind, ToolSpec
from pare_runner.apps.registry import ALL_APPS
from pare_runner.library.noise_data import load_augmentation_data
from pare_runner.noise.scope import SPARED
from pare_runner.policy.tools import Tool

DATA = load_augmentation_data({})
SPECS: dict[str, ToolSpec] = {
    f"{cls.__name__}__{name}": spec
    for cls in ALL_APPS
    if cls not in SPARED
    for name, spec in cls.tools(ToolKind.AGENT).items()
}


def test_every_agent_tool_but_those_left_alone_has_a_name_and_a_description() -> None:
    assert DATA.tool_names_mapping.keys() == SPECS.keys()
    assert DATA.tool_descriptions_mapping.keys() == SPECS.keys()


def test_names_are_unique_within_an_app_and_none_is_a_tools_own() -> None:
    classes = {tool: tool.partition("__")[0] for tool in SPECS}
    names = Counter((classes[tool], name) for tool, name in DATA.tool_names_mapping.items())
    assert set(names.values()) == {1}
    assert not names.keys() & {(classes[tool], spec.name) for tool, spec in SPECS.items()}
    for name in DATA.tool_names_mapping.values():
        assert re.fullmatch(r"[a-z][a-z_]{1,35}", name)  # with the longest name of an app a provider takes it


def test_descriptions_are_sentences_of_other_words() -> None:
    for tool, text in DATA.tool_descriptions_mapping.items():
        own = Tool("", "", SPECS[tool]).description
        sentences = re.split(r"(?<=[.;:])\s+", own)
        assert text[0].isupper(), tool
        assert text.endswith("."), tool
        assert not any(sentence in text for sentence in sentences if len(sentence.split()) > 2), tool
    assert len(set(DATA.tool_descriptions_mapping.values())) == len(SPECS)


def test_no_description_gives_a_name_away() -> None:
    """A renamed tool must not be found by a description that still speaks of it by its own name."""
    names = {spec.name for spec in SPECS.values() if "_" in spec.name}
    for tool, text in DATA.tool_descriptions_mapping.items():
        assert not names & set(re.findall(r"\w+", text)), tool
    for tool, spec in SPECS.items():
        told = [spec.description, spec.returns_description, *(argument.description for argument in spec.arguments)]
        assert not names & set(re.findall(r"\w+", " ".join(told))), tool
