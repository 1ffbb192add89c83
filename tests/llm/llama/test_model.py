"""The scripted model before any server reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf import TokenType

from tests.llm.llama.model import MARKS, frequent_words, split, vocabulary, write_model
from tests.llm.llama.script import TURNS, Turn


def test_every_turn_is_spelled_by_tokens_of_its_own() -> None:
    tokens, kinds, following = vocabulary(TURNS)
    assert len(tokens) == len(kinds) == len(set(tokens))
    assert len(following) == len(set(following.values()))
    for turn in TURNS:
        token, text = tokens.index(turn.cue), ""
        while (token := following.get(token, 0)) != 0:
            assert kinds[token] is TokenType.USER_DEFINED
            assert tokens[token] not in MARKS
            text += tokens[token]
        assert text == turn.text


def test_split() -> None:
    assert split("abcdefghijkl", set()) == ["abcdef", "ghijkl"]
    assert split("abcdefghijkl", {"abcdef"}) == ["abcdefghijkl"]
    assert split("abcdefghijklm", {"abcdef"}) == ["abcdefg", "hijklm"]
    assert split("abcdef", {"abcdef"}) is None


def test_frequent_words() -> None:
    assert frequent_words('"name": a and of an and "name": x', 3) == ['"name":', " and", " an"]
    assert frequent_words("the cat, the dog, the cow", 1) == [" the"]


def test_turns_that_cannot_be_told_apart() -> None:
    with pytest.raises(ValueError, match=r"the turn <\|b\|> cannot be cut"):
        vocabulary([Turn("<|a|>", "same"), Turn("<|b|>", "same")])


def test_the_file_is_small_and_always_the_same(tmp_path: Path) -> None:
    files = [tmp_path / "one.gguf", tmp_path / "two.gguf"]
    for file in files:
        write_model(file, TURNS, "{{ messages }}")
    first, second = (file.read_bytes() for file in files)
    assert first == second
    assert len(first) < 8_000_000
