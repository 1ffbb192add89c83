"""Redaction: what is asked for is hidden at every depth, nothing else changes, and twice is once."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pare_runner.errors import ConfigError
from pare_runner.traces.redaction import KINDS, Redaction, is_json

OPENAI = "sk-proj-Ab3dEf6hIj9lMn2pQr5t"
HEX = "a8f5f167f44f4964e6c998dee827110c"
EVERYTHING = Redaction.of(KINDS)

WORDS = st.sampled_from(["hello", "see", "Ada", "at 9:00", "-", "{", "\n", '"', "\\", "é", "🙂", "100%", "a=b"])
ADDRESSES = st.from_regex(r"[a-z][a-z0-9]{0,8}(?:[.+_-][a-z0-9]{1,5})?@[a-z]{2,8}\.(?:org|co\.uk)", fullmatch=True)
SECRETS = st.from_regex(r"sk-(?:proj|ant)-[A-Za-z0-9]{24,40}", fullmatch=True)
GAPS = st.sampled_from([" ", "\n", "\t", ", ", "<", ">", '"', "(", "; "])
TRICKY = st.lists(
    st.sampled_from([*'abn@./:=\\"[]{}~1 C\n', "/home/", "key", "token: ", "Bearer ", "[redacted:", HEX, OPENAI])
).map("".join)
ANY = st.text(st.characters(), max_size=20)
"""Text with lone surrogates, too."""


def redact(value: Any, kinds: Iterable[str]) -> tuple[Any, dict[str, int]]:
    return Redaction.of(kinds).value(value)


def nested(value: Any, depth: int) -> Any:
    """`value` as a member, and around it as often as said as JSON text in a member of its own."""
    for level in range(depth):
        value = {"log": json.dumps({"content": value, "n": 1.5}, ensure_ascii=level % 2 == 0), "id": level}
    return value


def texts(value: Any) -> Iterator[str]:
    """All strings of a value, those in JSON texts as they are read."""
    if isinstance(value, str):
        if is_json(value):
            yield from texts(json.loads(value))
        else:
            yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            yield key
            yield from texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from texts(item)


def skeleton(value: Any) -> Any:
    """A value with every text reduced to the fact that it is one; JSON texts count as what they hold."""
    if isinstance(value, str):
        return ["json", skeleton(json.loads(value))] if is_json(value) else "text"
    if isinstance(value, dict):
        return ["object", *([skeleton(key), skeleton(item)] for key, item in value.items())]
    if isinstance(value, list):
        return ["list", *map(skeleton, value)]
    return value


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | ANY | ADDRESSES,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ANY | ADDRESSES, inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("mail bob@example.com.", "emails", "mail [redacted:email:1]."),
        ("Bob <bob.b+x@mail.example.co.uk>, ada@x.org", "emails", "Bob <[redacted:email:1]>, [redacted:email:2]"),
        ("a@x.org b@x.org a@x.org", "emails", "[redacted:email:1] [redacted:email:2] [redacted:email:1]"),
        ("ada@bro..., bob@x.o..., cy@...", "emails", "[redacted:email:1], [redacted:email:2]..., [redacted:email:3]"),
        ("jürgen@exämple.de", "emails", "[redacted:email:1]"),
        ("a@b@c.de", "emails", "a@[redacted:email:1]"),
        ("@bob, 3 @ 5, bob@localhost", "emails", "@bob, 3 @ 5, bob@localhost"),
        (f"use {OPENAI}, please", "keys", "use [redacted:key:1], please"),
        (f"OPENAI_API_KEY={'x' * 15}1", "keys", f"OPENAI_API_KEY={'x' * 15}1"),
        (f"HF_TOKEN={HEX}", "keys", "HF_TOKEN=[redacted:key:1]"),
        (f'"clientSecret": "{HEX}"', "keys", '"clientSecret": "[redacted:key:1]"'),
        (f"{{\\\"api_key\\\": \\\"{HEX}\\\"}}", "keys", '{\\"api_key\\": \\"[redacted:key:1]\\"}'),
        (f"my_key-{OPENAI}\\n{OPENAI}", "keys", "my_key-[redacted:key:1]\\n[redacted:key:1]"),
        (f"Authorization: {HEX}", "keys", "Authorization: [redacted:key:1]"),
        (f"risk-assessment-of-the-{'x' * 20}", "keys", f"risk-assessment-of-the-{'x' * 20}"),
        (f"token:\\n  {HEX}", "keys", "token:\\n  [redacted:key:1]"),
        (f"token=\\{HEX}", "keys", "token=\\[redacted:key:1]"),
        (f"Bearer\\n{HEX}", "bearer", "Bearer\\n[redacted:bearer:1]"),
        (f"checksum: {HEX}", "keys", f"checksum: {HEX}"),
        (f"monkey: {HEX}", "keys", f"monkey: {HEX}"),
        ("the key: 12345678901234567890", "keys", "the key: 12345678901234567890"),
        ("-----BEGIN RSA PRIVATE KEY-----\nMII+/=\n-----END RSA PRIVATE KEY-----", "keys", "[redacted:key:1]"),
        ("AKIA" + "ABCDEFGHIJ234567", "keys", "[redacted:key:1]"),
        ("Authorization: Bearer abc.def-123", "bearer", "Authorization: Bearer [redacted:bearer:1]"),
        ("Authorization: Basic dXNlcjpwYXNz1", "bearer", "Authorization: Basic [redacted:bearer:1]"),
        ("the bearer certificate, basic arithmetic", "bearer", "the bearer certificate, basic arithmetic"),
        ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0x.sig-1", "bearer", "[redacted:bearer:1]"),
        ('File "/home/ada/x/run.py", line 3', "paths", 'File "[redacted:path:1]", line 3'),
        ("/tmp/x and ~/notes and ~bob/notes", "paths", "[redacted:path:1] and [redacted:path:2] and [redacted:path:3]"),
        (r"in C:\Users\ada\x.txt or D:/data", "paths", "in [redacted:path:1] or [redacted:path:2]"),
        ("https://example.com/home/ada, and/or, /homes/x", "paths", "https://example.com/home/ada, and/or, /homes/x"),
        ("file:///home/ada/x", "paths", "file://[redacted:path:1]"),
    ],
)  # fmt: skip
def test_what_a_kind_hides_and_what_not(text: str, kind: str, expected: str) -> None:
    assert redact(text, [kind])[0] == expected


def test_only_the_kinds_that_are_asked_for() -> None:
    text = f"bob@x.org {OPENAI} Bearer {HEX} /home/bob/x"
    assert redact(text, []) == (text, {})
    redacted, counts = redact(text, ["paths", "emails"])
    assert redacted == f"[redacted:email:1] {OPENAI} Bearer {HEX} [redacted:path:1]"
    assert counts == {"paths": 1, "emails": 1}


def test_counts_tell_how_often_and_numbers_how_many() -> None:
    value = ["bob@x.org", {"to": ["ada@x.org", "bob@x.org"]}]
    assert redact(value, ["emails"]) == (
        ["[redacted:email:1]", {"to": ["[redacted:email:2]", "[redacted:email:1]"]}],
        {"emails": 3},
    )


def test_escapes_of_json_that_a_text_quotes_stay_whole() -> None:
    action = {"to": "\nbob@x.org\n", "at": 'C:\\Users\\bob\\x"', "e": "ébob@x.org", "k": f"é{OPENAI}\t"}
    said = f"Action:\n{json.dumps(action)}"
    assert "\\u00e9bob" in said
    redacted, counts = redact(said, KINDS)
    assert json.loads(redacted.partition("\n")[2]) == {
        "to": "\n[redacted:email:1]\n",
        "at": '[redacted:path:1]"',
        "e": "é[redacted:email:1]",
        "k": "é[redacted:key:1]\t",
    }
    assert counts == {"keys": 1, "bearer": 0, "emails": 2, "paths": 1}


def test_an_escaped_address_in_json_text_is_found() -> None:
    value = '{"to": "bob\\u0040x.org", "n": 1.50, "n": 2}'
    assert redact(value, ["emails"])[0] == '{"to": "[redacted:email:1]", "n": 1.50, "n": 2}'


def test_the_value_of_a_member_that_is_called_a_secret() -> None:
    value = {"api_key": HEX, "x-api-key": "aB3dE5gH7jK9mN1p", "prompt_tokens": 7, "token": "short", "id": HEX}
    redacted, counts = redact(value, ["keys"])
    assert redacted == {**value, "api_key": "[redacted:key:1]", "x-api-key": "[redacted:key:2]"}
    assert counts == {"keys": 2}
    assert json.loads(redact(json.dumps(value, indent=1), ["keys"])[0]) == redacted


def test_numbers_of_markers_that_are_there_are_not_used_again() -> None:
    first, _ = redact({"a": "bob@x.org"}, ["emails"])
    again = {**first, "b": "ada@x.org", "c": "bob@x.org"}
    expected = {"a": "[redacted:email:1]", "b": "[redacted:email:2]", "c": "[redacted:email:3]"}
    assert redact(again, ["emails"]) == (expected, {"emails": 2})
    assert json.loads(redact(json.dumps(again), ["emails"])[0]) == expected


def test_a_pattern_of_ones_own() -> None:
    value, counts = redact("call 0170 5551234, room 5551234e", [r"pattern:\b\d{4} ?\d{7}\b", "pattern:e"])
    assert value == "call [redacted:pattern:1], room 5551234[redacted:pattern:2]"
    assert counts == {"pattern": 2}


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("email", "'email' cannot be redacted (did you mean 'emails'?)"),
        ("pattern:(", "'(' is no regular expression"),
        ("pattern:", "matches the empty text"),
        ("pattern:a*", "matches the empty text"),
        ("keys:x", "cannot be redacted"),
    ],
)
def test_a_kind_that_is_none(kind: str, says: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Redaction.of(["emails", kind])
    assert says in str(caught.value)


def test_a_trace_of_an_agent_run(shared: Path) -> None:
    data = (shared / "samples/traces/airport_return_ride_from_notes.agents.hf.json").read_text()
    assert redact(data, KINDS) == (data, dict.fromkeys(KINDS, 0))
    redacted, counts = redact(data, ["pattern:simulating a real human user"])
    assert counts == {"pattern": 11}
    document, original = json.loads(redacted), json.loads(data)
    assert skeleton(document) == skeleton(original)
    assert json.loads(document["world_logs"][0])["content"].count("[redacted:pattern:1]") == 1
    assert redact(original, ["pattern:simulating a real human user"]) == (document, counts)


@given(st.lists(st.tuples(WORDS, GAPS, ADDRESSES | SECRETS, GAPS), min_size=1, max_size=4), st.integers(0, 3))
def test_no_address_and_no_key_survives(parts: list[tuple[str, str, str, str]], depth: int) -> None:
    value = nested("".join("".join(part) for part in parts), depth)
    redacted, counts = redact(value, ["emails", "keys"])
    left = "\n".join(texts(redacted))
    assert not any(part[2] in left for part in parts)
    assert sum(counts.values()) == len(parts)
    assert skeleton(redacted) == skeleton(value)


@given(VALUES, st.integers(0, 2))
def test_nothing_but_texts_changes(value: Any, depth: int) -> None:
    value = nested(value, depth)
    redacted, _ = EVERYTHING.value(value)
    assert skeleton(redacted) == skeleton(value)


@given(VALUES)
def test_json_text_that_holds_nothing_to_hide_stays_as_it_is(value: Any) -> None:
    text = json.dumps([value], indent=3, ensure_ascii=True)
    redacted, counts = EVERYTHING.value(text)
    assert (redacted == text) == (not any(counts.values()))


@given(st.lists(TRICKY, max_size=3), st.booleans())
def test_json_that_a_text_quotes_stays_json(parts: list[str], twice: bool) -> None:
    inner = {"content": parts, "key": "".join(parts)}
    value: Any = {"said": f"Action: {json.dumps(inner)}"} if twice else inner
    redacted, _ = EVERYTHING.value(f"Action: {json.dumps(value)}")
    found = json.loads(redacted.removeprefix("Action: "))
    assert skeleton(found) == skeleton(value)
    if twice:
        assert skeleton(json.loads(found["said"].removeprefix("Action: "))) == skeleton(inner)


@given(TRICKY | VALUES.map(json.dumps), st.booleans())
def test_twice_is_once(text: str, as_member: bool) -> None:
    value = {"api_key": text} if as_member else text
    redacted, _ = EVERYTHING.value(value)
    assert EVERYTHING.value(redacted) == (redacted, dict.fromkeys(KINDS, 0))
