"""Keyed draws: pinned values, independence of the process, ranges. A changed constant changes every golden trace."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pare_runner.kernel.draws import Draws, encode_key, hex_id, word

KEYS = st.lists(st.one_of(st.text(), st.integers(), st.floats(allow_nan=False), st.booleans(), st.none()), max_size=4)


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ((), 0xE4A6A0577479B2B4),
        (("a",), 0xF90444487DD54289),
        (("a", 1), 0xAA759405C08687C7),
        (("a", "1"), 0x80E4C4F9CEDDC069),
        ((1.5, None, True), 0x220617CBB08DC827),
        (("é", -1), 0xFF2DEB7DECB9C20B),
    ],
)
def test_known_words(key: tuple[str | int | float | bool | None, ...], expected: int) -> None:
    assert word(*key) == expected


def test_known_ids_and_numbers() -> None:
    draws = Draws(42, "dinner", 1)
    assert hex_id("dinner", "Notes", 0) == "64d80f6f974fc0328cff2fc0ca749628"
    assert draws.uniform("fail", "Emails__send_email", 3) == 0.054926339536860214
    assert [draws.integer(1, 6, "die", number) for number in range(8)] == [3, 1, 4, 6, 3, 4, 1, 5]
    assert [draws.choice("abc", number) for number in range(6)] == list("bbbaac")


def test_the_encoding_of_a_key() -> None:
    assert encode_key(("ab", 1, 2.5, True, None)) == b"s2:abi1:1f3:2.5b4:TrueN4:None"


@given(KEYS, KEYS)
def test_different_keys_have_different_encodings(left: list[str | int], right: list[str | int]) -> None:
    same = [(type(part), repr(part)) for part in left] == [(type(part), repr(part)) for part in right]
    assert (encode_key(left) == encode_key(right)) == same


def test_draws_do_not_depend_on_the_draws_before_them() -> None:
    draws = Draws(0, "s")
    alone = draws.uniform("x")
    for number in range(100):
        draws.uniform("y", number)
    assert draws.uniform("x") == alone


def test_seed_scenario_run_and_channel_are_part_of_the_key() -> None:
    numbers = {
        draws.uniform("x")
        for draws in (Draws(0, "s"), Draws(1, "s"), Draws(0, "t"), Draws(0, "s", 2), Draws(0, "s", 1, "noise"))
    }
    assert len(numbers) == 5


@given(st.integers(), st.text())
def test_uniform_lies_in_the_half_open_interval(seed: int, key: str) -> None:
    draws = Draws(seed, "s")
    assert 0.0 <= draws.uniform(key) < 1.0
    assert -2.0 <= draws.uniform(key, low=-2.0, high=5.0) < 5.0


def test_uniform_is_uniform() -> None:
    draws = Draws(0, "s")
    numbers = [draws.uniform(number) for number in range(4000)]
    counts = [sum(low <= number * 10 < low + 1 for number in numbers) for low in range(10)]
    assert all(330 < count < 470 for count in counts)
    assert sum(numbers) / 4000 == pytest.approx(0.5, abs=0.02)


@given(st.integers(-100, 100), st.integers(0, 50), st.text())
def test_integers_lie_in_the_closed_interval(low: int, width: int, key: str) -> None:
    assert low <= Draws(0, "s").integer(low, low + width, key) <= low + width


def test_every_integer_comes_up() -> None:
    assert {Draws(0, "s").integer(1, 6, number) for number in range(200)} == {1, 2, 3, 4, 5, 6}


@pytest.mark.parametrize("hash_seed", ["0", "1"])
def test_draws_are_the_same_in_every_process(hash_seed: str) -> None:
    code = "from pare_runner.kernel.draws import Draws, word; print(word('a', 1), Draws(42, 'dinner').uniform('x'))"
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert shown.stdout.split() == [str(word("a", 1)), str(Draws(42, "dinner").uniform("x"))]
