"""What tells of a machine is found and replaced; what merely looks like it stays."""

from __future__ import annotations

import pytest

from pare_runner.batch.archive.machine import Machine
from pare_runner.batch.archive.scrubbing import Scrubber

MACHINE = Machine(
    hosts=frozenset({"node-7.lab", "tower"}),
    users=frozenset({"zaphod", "root"}),
    paths=frozenset({"/home/zaphod", "/home/zaphod/work", "/tmp"}),
    remotes=frozenset({"git@git.example.org:heart/gold.git", "git.example.org:heart/gold"}),
    authors=frozenset({"Zaphod B", "z@example.org"}),
    services=frozenset({"http://llm.lab:8000/v1", "llm.lab:8000", "llm.lab", "LAB_KEY"}),
)
SCRUBBER = Scrubber(MACHINE)


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("cannot read /home/zaphod/work/a b.yaml: no", "cannot read <path> b.yaml: no"),
        ("'/home/zaphod'", "'<path>'"),
        ("/home/zaphodia/x", "/home/zaphodia/x"),
        ("/tmp/pytest-of-zaphod/0", "<path>"),
        ("/tmpfile", "/tmpfile"),
        ("run by zaphod on node-7.lab", "run by <user> on <host>"),
        ("my_zaphod_run", "my_<user>_run"),
        ("zaphods", "zaphods"),
        ("git@git.example.org:heart/gold.git", "<remote>"),
        ("Zaphod B <z@example.org>", "<author> <<author>>"),
        ("http://llm.lab:8000/v1/chat said no", "<service>/chat said no"),
        ("api_key_env=LAB_KEY", "api_key_env=<service>"),
        ("the root of the tree", "the root of the tree"),
    ],
)
def test_texts(text: str, cleaned: str) -> None:
    assert SCRUBBER.text(text) == cleaned
    assert SCRUBBER.text(cleaned) == cleaned


def test_values_of_json_keep_their_shape() -> None:
    value = {"served": {"/home/zaphod/llama": 3}, "list": ["zaphod", 1, None, True]}
    assert SCRUBBER.value(value) == {"served": {"<path>": 3}, "list": ["<user>", 1, None, True]}


def test_metadata_has_no_path_of_any_machine() -> None:
    assert SCRUBBER.metadata("scenarios=[/home/ford/a.yaml,/scratch/b.yaml] by root") == (
        "scenarios=[<path>,<path>] by <user>"
    )
    assert SCRUBBER.words(["+model.extra_headers.X-Team=gold", "seed=1"]) == [
        "+model.extra_headers.X-Team=<header>",
        "seed=1",
    ]


@pytest.mark.parametrize(
    ("text", "kind", "certain"),
    [
        ("a\nb /home/zaphod/x", "path", True),
        ("Dear zaphod", "user", False),
        ("the tower of Pisa", "host", False),
        ("on node-7.lab", "host", True),
        ("zaphod in /tmp/x", "path", True),
        ("http://llm.lab:8000/v1", "service", True),
    ],
)
def test_findings(text: str, kind: str, certain: bool) -> None:
    found = SCRUBBER.find(text)
    assert found is not None
    assert (found.kind, found.certain, found.line) == (kind, certain, 1 + text.count("\n"))


def test_nothing_is_found_in_plain_texts() -> None:
    assert SCRUBBER.find("Mara asks root for /Documents/tmp/report.txt") is None
    empty = Scrubber(Machine(*[frozenset[str]()] * 6))
    assert empty.text("/home/zaphod") == "/home/zaphod"
    assert empty.find("anything") is None
