"""Reading a recording: everything comes back, and no damage goes unnoticed."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pare_runner.errors import InputError
from pare_runner.llm.recording.keys import Failure, UnitKey
from pare_runner.llm.recording.lines import place_in, sealed, unsealed
from pare_runner.llm.recording.recording import Recording
from pare_runner.llm.recording.store import CallStore
from pare_runner.policy.messages import Message, ToolCall
from pare_runner.policy.request import Response, Usage
from tests.llm.recording.exchange import DINNER, DONE, EXCHANGE, READ, SYSTEM, TOOLS, record, request

TEXT = st.text(max_size=40)
ANY_TEXT = st.text(st.characters(), max_size=40)
"""Text with lone surrogates, which UTF-8 cannot hold."""
COUNT = st.integers(0, 2**40)


def test_all_comes_back(recorded: Path) -> None:
    recording = Recording.load(recorded)
    unit = recording.unit(DINNER)
    assert unit.calls["observe", 0].answer == READ
    assert unit.calls["observe", 1].answer == DONE
    assert unit.calls["execute", 0].answer == Failure("content_filter", "refused", 1)
    assert unit.calls["execute", 0].stop == ("<end_action>",)
    assert unit.calls["observe", 1].turn == 1
    assert recording.messages[SYSTEM.hash] == SYSTEM.value
    assert [recording.tools[name] for name in recording.tool_lists[TOOLS.hash]] == orjson.loads(TOOLS.json)
    assert not recording.unit(UnitKey("lunch", 1)).calls
    assert recording.call_count == 5


@given(
    message=st.builds(Message, st.sampled_from(["system", "user", "tool"]), ANY_TEXT, tool_call_id=st.none() | TEXT),
    reply=st.builds(
        Response,
        content=ANY_TEXT,
        tool_calls=st.lists(st.builds(ToolCall, TEXT, TEXT, ANY_TEXT), max_size=3).map(tuple),
        reasoning=st.none() | ANY_TEXT,
        finish_reason=TEXT,
        usage=st.builds(Usage, COUNT, COUNT, COUNT, COUNT),
        latency=st.floats(0, 1e9),
        served_model=st.none() | TEXT,
        retries=COUNT,
    ),
    scenario=TEXT,
)
@settings(max_examples=60, deadline=None)
def test_any_text_survives(message: Message, reply: Response, scenario: str) -> None:
    with TemporaryDirectory() as folder:
        unit = UnitKey(scenario, 7)
        with CallStore(Path(folder)) as store:
            store.record(unit, request(messages=[message]), scenario, reply)
            store.finish()
        recording = Recording.load(Path(folder))
        call = recording.unit(unit).calls["observe", 0]
        assert call.answer == reply
        assert call.sampling == scenario
        assert recording.messages[call.messages[0]] == message.value


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    directory = tmp_path_factory.mktemp("whole")
    with CallStore(directory) as store:
        record(store, DINNER, EXCHANGE)
        store.finish()
    return (directory / "calls.jsonl").read_bytes()


@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_one_changed_byte_anywhere_is_found_with_its_line(whole: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(whole) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda byte: byte != whole[place]))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "calls.jsonl"
        path.write_bytes(whole[:place] + bytes([byte]) + whole[place + 1 :])
        with pytest.raises(InputError) as caught:
            Recording.load(Path(folder))
    assert f"calls.jsonl:{whole[:place].count(10) + 1}" in str(caught.value)


@pytest.mark.parametrize("number", range(13))
def test_a_line_that_is_gone_is_missed(whole: bytes, tmp_path: Path, number: int) -> None:
    lines = whole.splitlines(keepends=True)
    (tmp_path / "calls.jsonl").write_bytes(b"".join(lines[:number] + lines[number + 1 :]))
    with pytest.raises(InputError, match=r"1 line of kind \w+ is missing|is no recording"):
        Recording.load(tmp_path)


def test_a_line_too_many_is_noticed(whole: bytes, tmp_path: Path) -> None:
    last = whole.splitlines(keepends=True)[-1]
    (tmp_path / "calls.jsonl").write_bytes(whole + last)
    with pytest.raises(InputError, match="1 line of kind call is too many"):
        Recording.load(tmp_path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"\n", b"\xff\xfe\n", b"null"])
def test_a_file_of_something_else(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_bytes(content)
    with pytest.raises(InputError, match=r"calls\.jsonl:1"):
        Recording.load(tmp_path)


def test_a_broken_line_says_which_call_it_is(whole: bytes, tmp_path: Path) -> None:
    broken = whole.replace(b"I look first", b"I look forst")
    number = broken[: broken.index(b"forst")].count(10) + 1
    (tmp_path / "calls.jsonl").write_bytes(broken)
    with pytest.raises(InputError) as caught:
        Recording.load(tmp_path)
    place = f"calls.jsonl:{number} (scenario dinner, run 1, attempt 1, role observe, index 0)"
    assert str(caught.value) == f"{tmp_path}/{place}: this line is not what was written: its checksum does not fit"


def test_a_broken_text_says_its_hash(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "calls.jsonl").write_bytes(whole.replace(b"Be brief", b"Be drief"))
    with pytest.raises(InputError, match=rf"\(message {SYSTEM.hash}\)"):
        Recording.load(tmp_path)


def test_nothing_recorded(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no recorded model calls"):
        Recording.load(tmp_path)


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (b'{"kind":"call","scenario":"a"}', "KeyError"),
        (b'{"kind":"poem"}', "no line of a recording: KeyError"),
        (b"{nothing}", "Expecting property name"),
    ],
)
def test_a_sealed_line_of_another_shape(line: bytes, says: str, tmp_path: Path) -> None:
    (tmp_path / "calls").mkdir()
    (tmp_path / "calls" / "0.jsonl").write_bytes(sealed(line))
    with pytest.raises(InputError, match=says):
        Recording.load(tmp_path)


def test_a_call_whose_texts_are_gone(tmp_path: Path) -> None:
    with CallStore(tmp_path) as store:
        record(store, DINNER, EXCHANGE[:1])
    shard = tmp_path / "calls" / "0.jsonl"
    shard.write_bytes(b"".join(shard.read_bytes().splitlines(keepends=True)[1:]))
    with pytest.raises(InputError, match=r"refers to message [0-9a-f]{24}, which is not there"):
        Recording.load(tmp_path)


def test_seals() -> None:
    line = sealed(b'{"a":1}')
    assert unsealed(line[:-1]) == {"a": 1}
    with pytest.raises(ValueError, match="checksum"):
        unsealed(line[:-1].replace(b"1", b"2", 1))
    assert place_in(b"nothing") == ""
