"""The files app as agents see it."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from pare_runner.apps.blueprint import Blueprint
from pare_runner.apps.core.services import FileStore, Services, building
from pare_runner.apps.files.app import SandboxLocalFileSystem
from pare_runner.apps.phone import Phone
from pare_runner.kernel.events import EventType

START = 1763456400.0
READS: list[tuple[str, dict[str, Any]]] = [
    ("cat", {"path": "/docs", "recursive": True}),
    ("cat", {"path": "/docs/*.txt"}),
    ("display", {"path": "/photo.jpg"}),
    ("exists", {"path": "/docs"}),
    ("info", {"path": "/docs/plan.txt"}),
    ("ls", {"detail": True}),
    ("tree", {}),
    ("read_document", {"file_path": "/docs/plan.txt"}),
]


def test_it_is_the_phones_file_store() -> None:
    with building(Services()) as services:
        first, second = SandboxLocalFileSystem("Files"), SandboxLocalFileSystem("More")
    assert services.files is first
    assert isinstance(second, FileStore)


def test_the_host_is_not_touched() -> None:
    fs = SandboxLocalFileSystem("Files", sandbox_dir="/etc", state_directory="/etc")
    assert fs.ls("/") == []
    assert not fs.exists("/etc/passwd")


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        (".", "/"),
        ("/", "/"),
        ("docs", "/docs"),
        ("/docs/../docs/./old/", "/docs/old"),
        ("~", "/home/userhome"),
        ("~/todo.txt", "/home/userhome/todo.txt"),
    ],
)
def test_paths(fs: SandboxLocalFileSystem, path: str, shown: str) -> None:
    assert fs.info(path)["name"] == shown


@pytest.mark.parametrize("path", ["..", "/../etc", "docs/../../x", "~/../../../x"])
@pytest.mark.parametrize(
    ("tool", "argument"),
    [
        ("cat", "path"),
        ("open", "path"),
        ("mkdir", "path"),
        ("makedirs", "path"),
        ("rm", "path"),
        ("ls", "path"),
        ("exists", "path"),
        ("display", "path"),
        ("info", "path"),
        ("tree", "path"),
        ("read_document", "file_path"),
        ("read_bytes", "path"),
    ],
)
def test_a_path_that_leaves_the_root_is_refused(
    fs: SandboxLocalFileSystem, path: str, tool: str, argument: str
) -> None:
    with pytest.raises(PermissionError, match="leads out"):
        getattr(fs, tool)(**{argument: path})


def test_neither_end_of_a_move_may_leave_the_root(fs: SandboxLocalFileSystem) -> None:
    for source, target in (("../x", "/x"), ("/photo.jpg", "../x")):
        with pytest.raises(PermissionError):
            fs.mv(source, target)


def test_listing(fs: SandboxLocalFileSystem) -> None:
    assert fs.ls() == ["/Downloads", "/docs", "/home", "/photo.jpg"]
    assert fs.ls("/docs") == ["/docs/notes.txt", "/docs/old", "/docs/plan.txt"]
    assert fs.ls("/docs/plan.txt") == ["/docs/plan.txt"]
    assert fs.ls("/docs", detail=True)[:2] == [
        {
            "name": "/docs/notes.txt",
            "size": 8,
            "type": "file",
            "permissions": "644",
            "modified": "2025-11-18 09:00:00",
        },
        {"name": "/docs/old", "size": 0, "type": "directory", "permissions": "755"},
    ]
    with pytest.raises(FileNotFoundError, match="did you mean 'docs'"):
        fs.ls("/doc")


def test_tree(fs: SandboxLocalFileSystem) -> None:
    assert fs.tree("/docs").splitlines() == [
        "/docs",
        "├── notes.txt",
        "├── old/",
        "│   └── list.txt",
        "└── plan.txt",
    ]
    with pytest.raises(NotADirectoryError):
        fs.tree("/photo.jpg")


def test_cat(fs: SandboxLocalFileSystem) -> None:
    assert fs.cat("/docs/notes.txt") == "call Tom"
    assert fs.cat("/photo.jpg") == b"\xff\xd8\xff\xe0\x00\x10"
    assert (
        fs.cat("/docs/*.txt") == "==> /docs/notes.txt <==\ncall Tom\n\n==> /docs/plan.txt <==\nbuy wood\nbuild shelf\n"
    )
    assert str(fs.cat("/docs", recursive=True)).count("==>") == 3
    with pytest.raises(IsADirectoryError):
        fs.cat("/docs")
    with pytest.raises(IsADirectoryError):
        fs.cat("/doc*")
    with pytest.raises(FileNotFoundError):
        fs.cat("/docs/*.pdf")


def test_cat_and_errors(fs: SandboxLocalFileSystem) -> None:
    assert fs.cat("/nothing", on_error="omit") == ""
    assert "/nothing" in str(fs.cat("/nothing", on_error="return"))
    with pytest.raises(ValueError, match="is not text"):
        fs.cat("/", recursive=True)
    assert "photo" not in str(fs.cat("/", recursive=True, on_error="omit"))
    assert "photo.jpg is not text" in str(fs.cat("/", recursive=True, on_error="return"))
    with pytest.raises(ValueError, match="on_error"):
        fs.cat("/photo.jpg", on_error="ignore")


def test_wildcards_give_way_to_a_file_of_that_name(fs: SandboxLocalFileSystem) -> None:
    fs.write_bytes("/docs/[1].txt", b"one")
    assert fs.cat("/docs/[1].txt") == "one"


def test_read_document(fs: SandboxLocalFileSystem) -> None:
    assert fs.read_document("/docs/plan.txt") == "buy wood\nbuild shelf\n"
    assert fs.read_document("/docs/plan.txt", max_lines=1) == "buy wood\n[1 more lines]"
    fs.write_bytes("/long.txt", b"line\n" * 30)
    assert fs.read_document("/long.txt").endswith("line\n[10 more lines]")
    assert fs.read_document("/long.txt", max_lines=None).count("line") == 30
    fs.write_bytes("/empty.txt", b"")
    for path in ("/nothing.txt", "/empty.txt", "/photo.jpg", "/docs"):
        with pytest.raises(FileNotFoundError):
            fs.read_document(path)
    with pytest.raises(ValueError, match="max_lines"):
        fs.read_document("/long.txt", max_lines=0)


def test_exists_and_display(fs: SandboxLocalFileSystem) -> None:
    assert [fs.exists(path) for path in ("/docs", "/photo.jpg", "/photo.jpg/x", "/x")] == [True, True, False, False]
    assert fs.display("/photo.jpg")
    for path, error in (("/x", FileNotFoundError), ("/docs", IsADirectoryError)):
        with pytest.raises(error):
            fs.display(path)


@pytest.mark.parametrize("mode", ["r", "rb", "rt", "r+", "rb+", "a"])
def test_opening_to_read_or_append_changes_nothing(fs: SandboxLocalFileSystem, mode: str) -> None:
    before = fs.get_state()
    assert fs.open("/docs/notes.txt", mode) == "call Tom"
    assert fs.get_state() == before


def test_opening_to_write(fs: SandboxLocalFileSystem) -> None:
    for mode in ("w", "a", "x"):
        assert fs.open(f"/docs/{mode}.txt", mode) == ""
    assert fs.open("/docs/notes.txt", "w") == ""
    assert fs.read_bytes("/docs/notes.txt") == b""
    with pytest.raises(FileExistsError):
        fs.open("/docs/notes.txt", "x")
    for mode in ("r", "r+"):
        with pytest.raises(FileNotFoundError):
            fs.open("/docs/nothing.txt", mode)
    with pytest.raises(FileNotFoundError):
        fs.open("/nowhere/a.txt", "w")
    for mode in ("", "rw", "z", "rbb"):
        with pytest.raises(ValueError, match="mode"):
            fs.open("/docs/notes.txt", mode)
    with pytest.raises(ValueError, match="compression"):
        fs.open("/docs/notes.txt", compression="gzip")


def test_making_folders(fs: SandboxLocalFileSystem) -> None:
    fs.mkdir("/a/b/c")
    fs.makedirs("/d/e")
    fs.makedirs("/d/e", exist_ok=True)
    assert fs.exists("/a/b/c")
    assert fs.exists("/d/e")
    for path in ("/a", "/docs/plan.txt", "/"):
        with pytest.raises(FileExistsError):
            fs.mkdir(path)
    with pytest.raises(FileExistsError):
        fs.makedirs("/docs/plan.txt", exist_ok=True)
    with pytest.raises(FileNotFoundError):
        fs.mkdir("/x/y", create_parents=False)
    with pytest.raises(NotADirectoryError):
        fs.mkdir("/docs/plan.txt/x/y")


def test_moving(fs: SandboxLocalFileSystem) -> None:
    fs.mv("/docs/notes.txt", "/docs/renamed.txt")
    fs.mv("/docs/renamed.txt", "/Downloads")
    fs.mv("/photo.jpg", "Downloads/")
    assert fs.ls("/Downloads") == ["/Downloads/photo.jpg", "/Downloads/renamed.txt"]
    fs.mv("/Downloads/renamed.txt", "/docs/plan.txt")
    assert fs.cat("/docs/plan.txt") == "call Tom"
    fs.mv("/docs", "/Downloads/papers")
    assert fs.cat("/Downloads/papers/old/list.txt") == "nails"


@pytest.mark.parametrize(
    ("source", "target", "error"),
    [
        ("/nothing", "/x", FileNotFoundError),
        ("/photo.jpg", "/nowhere/x", FileNotFoundError),
        ("/photo.jpg", "/nowhere/", FileNotFoundError),
        ("/photo.jpg", "/docs/plan.txt/", NotADirectoryError),
        ("/photo.jpg", "/docs/plan.txt/x", NotADirectoryError),
        ("/photo.jpg", "/", FileExistsError),
        ("/docs", "/docs/old", ValueError),
        ("/docs", "/photo.jpg", FileExistsError),
        ("/", "/x", PermissionError),
        ("/photo.jpg", "", ValueError),
    ],
)
def test_a_move_that_fails_changes_nothing(
    fs: SandboxLocalFileSystem, source: str, target: str, error: type[Exception]
) -> None:
    before = fs.get_state()
    with pytest.raises(error):
        fs.mv(source, target)
    assert fs.get_state() == before


def test_a_folder_is_not_moved_over_a_full_one(fs: SandboxLocalFileSystem) -> None:
    fs.makedirs("/Downloads/docs")
    with pytest.raises(FileExistsError):
        fs.mv("/docs", "/Downloads")


def test_removing(fs: SandboxLocalFileSystem) -> None:
    fs.rm("/photo.jpg")
    fs.rm("/docs/*.txt")
    assert fs.ls("/docs") == ["/docs/old"]
    fs.rm("/docs", recursive=True)
    fs.rm("/Downloads", recursive=True)
    assert fs.ls() == ["/home"]


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"path": "/docs"}, IsADirectoryError),
        ({"path": "/docs/*"}, IsADirectoryError),
        ({"path": "/docs", "recursive": True, "maxdepth": 1}, ValueError),
        ({"path": "/", "recursive": True}, PermissionError),
        ({"path": "/nothing"}, FileNotFoundError),
        ({"path": "/no*"}, FileNotFoundError),
    ],
)
def test_a_removal_that_fails_changes_nothing(
    fs: SandboxLocalFileSystem, arguments: dict[str, Any], error: type[Exception]
) -> None:
    before = fs.get_state()
    with pytest.raises(error):
        fs.rm(**arguments)
    assert fs.get_state() == before


def test_maxdepth_counts_levels(fs: SandboxLocalFileSystem) -> None:
    with pytest.raises(ValueError, match="2 levels deep"):
        fs.mv("/docs", "/x", maxdepth=1)
    fs.mv("/docs", "/x", maxdepth=2)
    fs.rm("/x", recursive=True, maxdepth=2)
    assert not fs.exists("/x")


def test_permissions(fs: SandboxLocalFileSystem) -> None:
    fs.set_permissions("/docs/plan.txt", "444")
    assert fs.info("/docs/plan.txt")["permissions"] == "444"
    for call in (lambda: fs.write_bytes("/docs/plan.txt", b""), lambda: fs.open("/docs/plan.txt", "a")):
        with pytest.raises(PermissionError, match="may not be changed"):
            call()
    fs.set_permissions("/docs/plan.txt", 0o200)
    with pytest.raises(PermissionError, match="may not be read"):
        fs.cat("/docs/plan.txt")
    fs.set_permissions("/docs", 0o555)
    before = fs.get_state()
    for call in (
        lambda: fs.rm("/docs/notes.txt"),
        lambda: fs.rm("/docs", recursive=True),
        lambda: fs.mv("/photo.jpg", "/docs"),
        lambda: fs.mv("/docs/notes.txt", "/"),
        lambda: fs.mkdir("/docs/new"),
        lambda: fs.write_bytes("/docs/new.txt", b""),
    ):
        with pytest.raises(PermissionError):
            call()
    assert fs.get_state() == before
    for permission in ("rw", "999", -1, 0o1000, True, None, 4.4):
        with pytest.raises(ValueError, match="permissions"):
            fs.set_permissions("/docs", permission)
    with pytest.raises(TypeError):
        fs.set_permissions(7, "444")


def test_unknown_options_are_refused(fs: SandboxLocalFileSystem) -> None:
    assert fs.cat("/docs/notes.txt", kwargs={}) == "call Tom"
    with pytest.raises(TypeError, match="'encoding'"):
        fs.cat("/docs/notes.txt", kwargs={"encoding": "latin-1"})


@pytest.mark.parametrize(("tool", "arguments"), READS)
def test_reading_changes_nothing(fs: SandboxLocalFileSystem, tool: str, arguments: dict[str, Any]) -> None:
    before = fs.get_state()
    assert getattr(fs, tool)(**arguments) == getattr(fs, tool)(**arguments)
    assert fs.get_state() == before


def test_calls_of_agents_and_taps(fs: SandboxLocalFileSystem) -> None:
    phone = Phone([fs], fs.services)
    done = phone.call(EventType.AGENT, "Files", "cat", {"path": "/photo.jpg"})
    assert done.metadata.return_value == "/9j/4AAQ"
    assert phone.call(EventType.AGENT, "Files", "set_permissions", {"path": "/", "permission": "0"}).failed()
    assert not phone.call(EventType.ENV, "Files", "set_permissions", {"path": "/", "permission": "755"}).failed()
    assert phone.call(EventType.USER, "Files", "ls", {}).failed()
    assert phone.call(EventType.USER, "System", "open_app", {"app_name": "Files"}).failed()


def test_each_run_has_files_of_its_own(fs: SandboxLocalFileSystem) -> None:
    blueprint = Blueprint([fs])
    services = Services()
    (app,) = blueprint.build(services)
    assert services.files is app
    assert isinstance(app, SandboxLocalFileSystem)
    app.rm("/docs", recursive=True)
    assert fs.exists("/docs")
    assert blueprint.states["Files"] == ("SandboxLocalFileSystem", fs.get_state())


def test_state_expressions_see_paths(fs: SandboxLocalFileSystem) -> None:
    assert fs.files["/docs/notes.txt"] == "call Tom"
    assert list(fs.files) == [
        "/photo.jpg",
        "/docs/notes.txt",
        "/docs/plan.txt",
        "/docs/old/list.txt",
        "/home/userhome/todo.txt",
    ]


def test_argument_values_make_calls_that_succeed(fs: SandboxLocalFileSystem) -> None:
    for name, spec in type(fs).tools().items():
        required = [argument.name for argument in spec.arguments if argument.required]
        choices = {argument: fs.argument_values(spec, argument) for argument in required}
        assert all(choices.values())
        for number in range(max(map(len, choices.values()), default=1)):
            trial = SandboxLocalFileSystem()
            trial.load_state(copy.deepcopy(fs.get_state()))
            given = {argument: values[number % len(values)] for argument, values in choices.items()}
            if not (name == "read_document" and given["file_path"] == "/photo.jpg"):
                getattr(trial, name)(**given)
