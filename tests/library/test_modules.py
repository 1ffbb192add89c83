"""Python scenario files as modules: stable names, relative imports, changes, and what does not import."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path

import pytest

from pare_runner.errors import InputError
from pare_runner.library.entries import python_hash
from pare_runner.library.modules import PREFIX, module_name, registered_in
from tests.library.conftest import Write, python_text


def ids(path: Path, folder: str) -> list[str]:
    return [item.scenario_id for item in registered_in(path, Path(folder))]


def test_a_file_is_a_module_named_after_folder_and_path(write: Write) -> None:
    path = write("my-situations/sub/late.py", python_text("late"))
    assert ids(path, "my-situations") == ["late"]
    name = module_name(path.resolve(), Path("my-situations").resolve())
    assert name.startswith(f"{PREFIX}my_situations")
    assert name.endswith(".sub.late")
    assert sys.modules[name].__file__ == str(path.resolve())


def test_its_classes_can_be_pickled(write: Write) -> None:
    (item,) = registered_in(write("pickled/mine.py", python_text("pickled")), Path("pickled"))
    assert pickle.loads(pickle.dumps(item.make)) is item.make


def test_files_of_a_folder_import_one_another(write: Write) -> None:
    write("related/_words.py", "WORD = 'other'")
    write("related/other.py", python_text("other"))
    text = "from ._words import WORD\nfrom .other import Mine as Other\n" + python_text("one")
    assert ids(write("related/one.py", text), "related") == ["one"]
    assert ids(Path("related/other.py"), "related") == ["other"]


def test_a_file_is_run_once_until_it_changes(write: Write) -> None:
    counting = "import builtins\nbuiltins.runs = getattr(builtins, 'runs', 0) + 1\n"
    path = write("changing/mine.py", counting + python_text("before"))
    try:
        assert ids(path, "changing") == ids(path, "changing") == ["before"]
        assert sys.modules["builtins"].runs == 1  # type: ignore[attr-defined]
        write("changing/mine.py", counting + python_text("later!"[:5]))
        assert ids(path, "changing") == ["later"]
        assert sys.modules["builtins"].runs == 2  # type: ignore[attr-defined]
    finally:
        del sys.modules["builtins"].runs  # type: ignore[attr-defined]
    assert not list(Path("changing").rglob("*.pyc"))


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("import nothing_like_this", "mine.py:1: does not import: ModuleNotFoundError: No module named"),
        ("x = 1\ny = x / 0", "mine.py:2: does not import: ZeroDivisionError: division by zero"),
        ("x = 1\ndef f(:", "mine.py:2: does not import: SyntaxError: invalid syntax"),
        ("import sys\nsys.exit('no')", "mine.py:2: does not import: SystemExit: no"),
    ],
)
def test_a_file_that_does_not_import_is_named_with_its_line(write: Write, text: str, says: str) -> None:
    path = write("broken/mine.py", text)
    for _ in range(2):
        with pytest.raises(InputError) as caught:
            registered_in(path, Path("broken"))
        assert str(caught.value).startswith(f"broken/{says}")


def test_one_id_twice_in_a_file_names_both_classes(write: Write) -> None:
    text = python_text("same", "One") + python_text("same", "Two")
    with pytest.raises(InputError, match=r"two scenarios are called 'same': One in .* and Two in "):
        registered_in(write("double/mine.py", text), Path("double"))


def test_the_hash_of_a_python_scenario_follows_its_source(write: Write) -> None:
    def hash_of(text: str) -> str | None:
        (item, *_) = registered_in(write("hashed/mine.py", text), Path("hashed"))
        return python_hash(item.make)

    first = hash_of(python_text("mine"))
    assert first is not None
    assert hash_of(python_text("mine") + "\n# changed") != first
    assert hash_of(python_text("mine")) == first


def test_a_class_without_source_has_no_hash() -> None:
    namespace: dict[str, object] = {"__name__": "nowhere"}
    exec(python_text("nowhere_scenario_without_source").replace("@register", "#"), namespace)
    assert python_hash(namespace["Mine"]) is None
