"""The parts of pare_runner import in one direction, and the pure ones touch nothing outside themselves.

`violations(root)` reads every module below a package folder with `ast`, never importing it, and returns one line
`file:line: what is wrong` for each breach of these rules:

- pure parts import, of this package, only the parts that stand before them in `PURE_PARTS`, `errors` and `names`;
- pure parts use no module of `IMPURE_MODULES` and no name of `IMPURE_BUILTINS`, and read neither clock nor time zone;
- pure parts have no imports inside functions but those of `LOCAL_IMPORTS`;
- parts with I/O import, of one another, only those that stand before them in `IO_PARTS`;
- `analysis` reads files only, so it imports no part of the engine; `cli` is imported by `__main__` alone;
- a module has at most 500 lines, or a docstring that gives the reason after the word "Length:"; the kernel stays small.
"""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest

PACKAGE = "pare_runner"
PURE_PARTS = ("kernel", "apps", "policy", "scenarios", "noise", "agents", "episode")
IO_PARTS = ("library", "llm", "prove", "traces", "batch")
FOR_EVERYBODY = ("errors", "names")
FOR_IO = ("atomic", "parquet")

# fmt: off
IMPURE_MODULES = frozenset({
    "os", "pathlib", "glob", "shutil", "tempfile", "fileinput", "importlib", "pkgutil", "platform", "getpass", "signal",
    "socket", "ssl", "select", "selectors", "urllib", "http", "requests", "aiohttp", "httpx",
    "time", "subprocess", "multiprocessing", "threading", "concurrent", "asyncio", "psutil",
    "random", "uuid", "secrets", "locale",
})
# fmt: on
IMPURE_IO_NAMES = frozenset({"open", "open_code", "FileIO", "OpenWrapper"})
IMPURE_BUILTINS = frozenset({"open", "hash", "input", "print"})
CLOCK_READERS = frozenset({"now", "utcnow", "today"})

# (module below the package, imported package): why the import is inside a function.
LOCAL_IMPORTS = {
    ("apps.messaging", "rapidfuzz"): "slow to load, and only the search of conversations needs it",
}

MODULE_LINES = 500
KERNEL_LINES = 700


@dataclass(frozen=True)
class Module:
    """One source file of the package; `name` is relative to it: `apps.messaging`, or `` for the package itself."""

    path: Path
    name: str
    shown: str
    source: str

    @property
    def part(self) -> str:
        return self.name.split(".")[0]

    @property
    def package(self) -> str:
        """The package that relative imports of level 1 start from."""
        return self.name if self.path.stem == "__init__" else self.name.rpartition(".")[0]

    @property
    def lines(self) -> int:
        return len(self.source.splitlines())

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source)


@dataclass(frozen=True)
class Import:
    """One imported module, by its full name; `own` is its name below the package, or None for anything else."""

    module: str
    line: int
    local: bool

    @property
    def own(self) -> str | None:
        if self.module == PACKAGE:
            return ""
        return self.module.removeprefix(f"{PACKAGE}.") if self.module.startswith(f"{PACKAGE}.") else None


def violations(root: Path) -> list[str]:
    """Return what breaks the rules in the package folder `root`, as `file:line: text`, in file order."""
    found: list[str] = []
    kernel_lines = 0
    for module in modules(root):
        try:
            imports = list(imports_of(module))
        except SyntaxError as error:
            found.append(f"{module.shown}:{error.lineno}: cannot be parsed: {error.msg}")
            continue
        problems = [*layer_problems(module, imports), *length_problems(module)]
        if module.part in PURE_PARTS:
            problems += purity_problems(module, imports)
        found += [f"{module.shown}:{line}: {text}" for line, text in sorted(problems)]
        if module.part == "kernel":
            kernel_lines += module.lines
    if kernel_lines >= KERNEL_LINES:
        found.append(f"{root.name}/kernel:1: {kernel_lines} lines in all, must stay below {KERNEL_LINES}")
    return found


def modules(root: Path) -> Iterator[Module]:
    for path in sorted(root.rglob("*.py")):
        inner = path.relative_to(root)
        names = inner.with_suffix("").parts
        name = ".".join(names[:-1] if names[-1] == "__init__" else names)
        yield Module(path, name, f"{root.name}/{inner.as_posix()}", path.read_text(encoding="utf-8"))


def imports_of(module: Module) -> Iterator[Import]:
    """Yield every import of a module; `from a import b` counts as `a.b` where `a` may be a package of ours."""
    inside = {
        id(node)
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    for node in ast.walk(module.tree):
        local = id(node) in inside
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(alias.name, node.lineno, local)
        elif isinstance(node, ast.ImportFrom):
            source = absolute_source(module, node)
            if source == PACKAGE:
                for alias in node.names:
                    yield Import(f"{PACKAGE}.{alias.name}", node.lineno, local)
            else:
                yield Import(source, node.lineno, local)


def absolute_source(module: Module, node: ast.ImportFrom) -> str:
    if not node.level:
        return node.module or ""
    package = [PACKAGE, *module.package.split(".")] if module.package else [PACKAGE]
    base = package[: len(package) - node.level + 1]
    return ".".join([*base, node.module] if node.module else base)


def layer_problems(module: Module, imports: list[Import]) -> Iterator[tuple[int, str]]:
    part = module.part
    for item in imports:
        if item.own is None:
            continue
        target = item.own.split(".")[0]
        if target == part or target in FOR_EVERYBODY:
            continue
        shown = item.own or "the package itself"
        if part in PURE_PARTS:
            before = PURE_PARTS[: PURE_PARTS.index(part)]
            if target not in before:
                allowed = ", ".join((*before, *FOR_EVERYBODY))
                yield item.line, f"the pure part {part} imports {shown}; it may import only {allowed}"
        elif part == "analysis":
            yield item.line, f"analysis imports {shown}; it reads files and may import only {', '.join(FOR_EVERYBODY)}"
        elif target == "cli" and part != "__main__":
            yield item.line, f"{module.name or PACKAGE} imports {shown}; only __main__.py may import cli"
        elif part in IO_PARTS and target in IO_PARTS and IO_PARTS.index(target) > IO_PARTS.index(part):
            yield item.line, f"{part} imports {shown}, which stands above it: {' < '.join(IO_PARTS)}"
        elif part in FOR_IO:
            yield item.line, f"{part}.py imports {shown}; parts with I/O import it, so it imports no part"
        elif part in FOR_EVERYBODY:
            yield item.line, f"{part}.py imports {shown}; everybody imports it, so it imports no part"


def purity_problems(module: Module, imports: list[Import]) -> Iterator[tuple[int, str]]:
    for item in imports:
        top = item.module.split(".")[0]
        if top in IMPURE_MODULES:
            yield item.line, f"the pure part {module.part} imports {item.module}"
        if item.local and not local_import_allowed(module, top):
            yield item.line, f"imports {item.module} inside a function; add it to LOCAL_IMPORTS if there is a reason"
    yield from impure_names(module)


def local_import_allowed(module: Module, top: str) -> bool:
    return any(
        top == package and (module.name == name or module.name.startswith(f"{name}."))
        for name, package in LOCAL_IMPORTS
    )


def impure_names(module: Module) -> Iterator[tuple[int, str]]:
    """Yield uses of I/O, of process-dependent builtins, of the clock and of the local time zone."""
    bound = names_bound(module.tree)
    aliases = datetime_aliases(module.tree)
    called = {id(node.func) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Name) and node.id in IMPURE_BUILTINS and isinstance(node.ctx, ast.Load):
            if id(node) in called or node.id not in bound:
                yield node.lineno, f"uses {node.id}(), which a pure part must not"
        elif isinstance(node, ast.Attribute):
            owner = last_name(node.value)
            if owner == "io" and node.attr in IMPURE_IO_NAMES:
                yield node.lineno, f"uses io.{node.attr}, which a pure part must not"
            elif owner == "builtins" and node.attr in IMPURE_BUILTINS:
                yield node.lineno, f"uses {node.attr}(), which a pure part must not"
            elif owner in aliases and node.attr in CLOCK_READERS:
                yield node.lineno, f"reads the wall clock: {owner}.{node.attr}"
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            yield from zone_problems(node, node.func, aliases)
        elif isinstance(node, ast.ImportFrom) and node.module == "io":
            for alias in node.names:
                if alias.name in IMPURE_IO_NAMES:
                    yield node.lineno, f"uses io.{alias.name}, which a pure part must not"


def zone_problems(call: ast.Call, function: ast.Attribute, aliases: set[str]) -> Iterator[tuple[int, str]]:
    arguments = len(call.args) + len(call.keywords)
    if function.attr == "fromtimestamp" and last_name(function.value) in aliases and arguments < 2:
        yield call.lineno, "reads the local time zone: fromtimestamp without tz"
    elif function.attr == "astimezone" and not arguments:
        yield call.lineno, "reads the local time zone: astimezone without an argument"


def names_bound(tree: ast.Module) -> set[str]:
    """Names that the module itself gives a meaning to, as a parameter, a variable or a function outside a class."""
    methods = {id(item) for node in ast.walk(tree) if isinstance(node, ast.ClassDef) for item in node.body}
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            bound.add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and id(node) not in methods:
            bound.add(node.name)
    return bound


def datetime_aliases(tree: ast.Module) -> set[str]:
    aliases = {"datetime", "date"}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "datetime":
            aliases |= {alias.asname for alias in node.names if alias.asname and alias.name in ("datetime", "date")}
    return aliases


def last_name(node: ast.expr) -> str:
    if isinstance(node, ast.Name):
        return node.id
    return node.attr if isinstance(node, ast.Attribute) else ""


def length_problems(module: Module) -> Iterator[tuple[int, str]]:
    if module.lines > MODULE_LINES and "Length:" not in (ast.get_docstring(module.tree) or ""):
        yield 1, f'{module.lines} lines, above {MODULE_LINES}, and no "Length:" with the reason in the docstring'


def test_the_package_keeps_its_layers() -> None:
    found = violations(Path(__file__).resolve().parents[1] / PACKAGE)
    assert not found, "\n" + "\n".join(found)


def test_impure_builtins_exist() -> None:
    assert all(hasattr(builtins, name) for name in IMPURE_BUILTINS)


def check(tmp_path: Path, files: dict[str, str]) -> list[str]:
    """Write a small package and return its violations without the package's own name."""
    root = tmp_path / PACKAGE
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return [line.removeprefix(f"{PACKAGE}/") for line in violations(root)]


CLEAN = {
    "__init__.py": "",
    "__main__.py": "from pare_runner.cli.app import main\n",
    "errors.py": "class PareError(Exception): ...\n",
    "names.py": "KINDS = ('a', 'b')\n",
    "kernel/__init__.py": "from .clock import Clock\n",
    "kernel/clock.py": "import heapq\nfrom ..errors import PareError\nclass Clock: ...\n",
    "apps/cab.py": (
        "from datetime import UTC, datetime\n"
        "from pare_runner.kernel.clock import Clock\n"
        "class Cab:\n"
        "    def open(self): ...\n"
        "    def now(self): return datetime.fromtimestamp(0, tz=UTC)\n"
        "def digest(key, hash=None): return hash or key\n"
    ),
    "apps/messaging.py": "def search():\n    from rapidfuzz import fuzz\n    return fuzz\n",
    "episode/run.py": "import io\nfrom pare_runner import agents, names\nbuffer = io.StringIO()\n",
    "library/files.py": "import os\nfrom pare_runner.scenarios import compile\ndef f():\n    import time\n",
    "analysis/frame.py": "import os\nfrom pare_runner.errors import PareError\nfrom . import other\n",
    "cli/app.py": "from pare_runner import analysis, batch\n",
    "batch/queue.py": "import time\nprint(time.time(), hash('a'))\n",
}


def test_a_clean_tree_passes(tmp_path: Path) -> None:
    assert check(tmp_path, CLEAN) == []


def test_missing_parts_are_fine(tmp_path: Path) -> None:
    assert check(tmp_path, {"errors.py": ""}) == []


@pytest.mark.parametrize(
    ("path", "line", "says"),
    [
        ("kernel/bad.py", "from pare_runner.apps import base", "the pure part kernel imports apps"),
        ("kernel/bad.py", "from pare_runner import apps", "the pure part kernel imports apps"),
        ("kernel/bad.py", "from .. import apps", "the pure part kernel imports apps"),
        ("kernel/bad.py", "from ..apps.base import App", "the pure part kernel imports apps.base"),
        ("kernel/__init__.py", "from ..policy import Policy", "the pure part kernel imports policy"),
        ("kernel/sub/bad.py", "from ...policy import Policy", "the pure part kernel imports policy"),
        ("kernel/bad.py", "import pare_runner", "the pure part kernel imports the package itself"),
        ("policy/bad.py", "import pare_runner.scenarios.schema", "the pure part policy imports scenarios.schema"),
        ("noise/bad.py", "from pare_runner.agents import user", "the pure part noise imports agents"),
        ("episode/bad.py", "from pare_runner.library import files", "the pure part episode imports library"),
        ("episode/bad.py", "from pare_runner.llm import client", "the pure part episode imports llm"),
        ("episode/bad.py", "from pare_runner import other", "the pure part episode imports other"),
        ("agents/bad.py", "import os.path", "the pure part agents imports os.path"),
        ("agents/bad.py", "from pathlib import Path", "the pure part agents imports pathlib"),
        ("agents/bad.py", "from urllib.parse import quote", "the pure part agents imports urllib.parse"),
        ("agents/bad.py", "import numpy, random", "the pure part agents imports random"),
        ("agents/bad.py", "if 1:\n    import asyncio", "the pure part agents imports asyncio"),
        ("apps/bad.py", "from datetime import datetime\ndatetime.now()", "reads the wall clock: datetime.now"),
        ("apps/bad.py", "import datetime\ndatetime.date.today()", "reads the wall clock: date.today"),
        ("apps/bad.py", "from datetime import datetime as D\nf(factory=D.utcnow)", "reads the wall clock: D.utcnow"),
        ("apps/bad.py", "from datetime import datetime\ndatetime.fromtimestamp(0)", "reads the local time zone"),
        ("apps/bad.py", "moment.astimezone()", "reads the local time zone"),
        ("apps/bad.py", "open('a')", "uses open()"),
        ("apps/bad.py", "sorted([], key=hash)", "uses hash()"),
        ("apps/bad.py", "class A:\n    def hash(self): return hash(self)", "uses hash()"),
        ("apps/bad.py", "input()", "uses input()"),
        ("apps/bad.py", "print('x')", "uses print()"),
        ("apps/bad.py", "import builtins\nbuiltins.open('x')", "uses open()"),
        ("apps/bad.py", "import io\nio.open('x')", "uses io.open"),
        ("apps/bad.py", "from io import FileIO", "uses io.FileIO"),
        ("apps/bad.py", "def f():\n    from rapidfuzz import fuzz", "imports rapidfuzz inside a function"),
        ("apps/messaging.py", "async def f():\n    import json", "imports json inside a function"),
        ("traces/bad.py", "from pare_runner.batch import job", "traces imports batch"),
        ("atomic.py", "from pare_runner.batch import job", "atomic.py imports batch"),
        ("analysis/bad.py", "from pare_runner.kernel import clock", "analysis imports kernel"),
        ("analysis/bad.py", "from pare_runner.traces import reader", "analysis imports traces"),
        ("analysis/bad.py", "from pare_runner.cli import app", "analysis imports cli"),
        ("batch/bad.py", "from pare_runner.cli.app import main", "batch.bad imports cli.app"),
        ("__init__.py", "from .cli import app", "pare_runner imports cli"),
        ("errors.py", "from pare_runner.kernel import clock", "errors.py imports kernel"),
        ("batch/bad.py", "def (", "cannot be parsed"),
    ],
)
def test_a_violation_is_named_with_its_line(tmp_path: Path, path: str, line: str, says: str) -> None:
    (found,) = check(tmp_path, CLEAN | {path: f"'''A docstring.'''\n{line}\n"})
    where, _, text = found.partition(": ")
    assert where in {f"{path}:{number}" for number in range(2, 2 + len(line.splitlines()))}
    assert text.startswith(says)


def test_a_local_impure_import_breaks_two_rules(tmp_path: Path) -> None:
    found = check(tmp_path, {"kernel/bad.py": "def f():\n    import os\n"})
    assert [line.partition(": ")[0] for line in found] == ["kernel/bad.py:2", "kernel/bad.py:2"]


def test_a_long_module_needs_a_reason(tmp_path: Path) -> None:
    body = "x = 1\n" * 500
    files = {"llm/a.py": body, "llm/b.py": f"'''Too much.'''\n{body}", "llm/c.py": f"'''Length: one table.'''\n{body}"}
    assert check(tmp_path, files) == [
        'llm/b.py:1: 501 lines, above 500, and no "Length:" with the reason in the docstring'
    ]


def test_the_kernel_stays_small(tmp_path: Path) -> None:
    files = {"kernel/a.py": "x = 1\n" * 400, "kernel/b.py": "x = 1\n" * 300}
    assert check(tmp_path, files) == ["kernel:1: 700 lines in all, must stay below 700"]
