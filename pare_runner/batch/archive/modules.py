"""The source files that a module of somebody's own needs: itself, and what it imports that is installed nowhere."""

from __future__ import annotations

import ast
import sys
import sysconfig
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

_OURS = ("pare_runner", "hydra_plugins")


def own_modules(start: Iterable[ModuleType]) -> list[ModuleType]:
    """`start` and the imported modules that their sources name, as far as they are somebody's own, sorted by name.

    Left out is what is installed, part of Python or of this package. Packages above a module are part of it.
    """
    found: dict[str, ModuleType] = {}
    left = [module for module in start if is_own(module)]
    while left:
        module = left.pop()
        if module.__name__ in found:
            continue
        found[module.__name__] = module
        names = [*_above(module.__name__), *_imported(module)]
        left += [known for name in names if (known := sys.modules.get(name)) is not None and is_own(known)]
    return [found[name] for name in sorted(found)]


def is_own(module: ModuleType) -> bool:
    """Whether a module is a Python file that is neither installed, nor part of Python, nor ours."""
    path = getattr(module, "__file__", None)
    if path is None or not path.endswith(".py") or module.__name__.partition(".")[0] in _OURS:
        return False
    return not any(Path(path).resolve().is_relative_to(folder) for folder in _installed())


def code_name(module: ModuleType) -> str:
    """Where a module's file has to be, below a folder that Python looks in."""
    parts = module.__name__.replace(".", "/")
    is_package = Path(str(module.__file__)).stem == "__init__"
    return f"{parts}/__init__.py" if is_package else f"{parts}.py"


@cache
def _installed() -> tuple[Path, ...]:
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple({Path(sysconfig.get_path(name)).resolve() for name in names})


def _above(name: str) -> Iterator[str]:
    while "." in name:
        name = name.rpartition(".")[0]
        yield name


def _imported(module: ModuleType) -> Iterator[str]:
    """What a module's source imports, wherever it does, by names of which some may be no modules."""
    try:
        tree = ast.parse(Path(str(module.__file__)).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    package = (module.__package__ or "").split(".")
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            source = ".".join([*base, *([node.module] if node.module else [])])
            yield source
            yield from (f"{source}.{alias.name}" for alias in node.names)
