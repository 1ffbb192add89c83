"""Kinds of assistant by name: those of this package, installed ones, and classes named by `module:Class`."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from importlib.metadata import entry_points
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Any

from pare_runner.agents.assistant import ObserveExecuteAssistant
from pare_runner.agents.contract import AgentSetup, Assistant
from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.policy.hashing import content_hash

GROUP = "pare.assistants"
"""Entry point group: name of a kind → what makes an assistant when called with an `AgentSetup`."""

METHODS = ("observe", "execute")

MakeAssistant = Callable[[AgentSetup], Assistant]

_REGISTERED: dict[str, MakeAssistant] = {"observe-execute": ObserveExecuteAssistant}


def register_assistant(name: str, make: MakeAssistant) -> None:
    """Let `agent_type=<name>` stand for `make` in this process; ConfigError if the name stands for another already."""
    if _REGISTERED.setdefault(name, make) is not make:
        raise ConfigError(f"there is an assistant {name!r} already")


def assistant_names() -> list[str]:
    """All names known in this process."""
    return sorted({*_REGISTERED, *entry_points(group=GROUP).names})


def assistant(agent_type: str) -> MakeAssistant:
    """What makes assistants of this kind: a registered name, `module:Class`, or the name of an entry point.

    Modules are looked for in the working directory first, whichever command asks. ConfigError if there is none, naming
    the nearest, if it cannot be imported, and for what is no assistant.
    """
    if agent_type in _REGISTERED:
        return _REGISTERED[agent_type]
    module, colon, name = agent_type.partition(":")
    if colon:
        return _checked(agent_type, _member(agent_type, _imported(agent_type, module), name))
    installed = entry_points(group=GROUP)
    if agent_type in installed.names:
        try:
            found = installed[agent_type].load()
        except (Exception, SystemExit) as error:  # whatever the import of somebody's module raises
            raise _broken(agent_type, error) from error
        return _checked(agent_type, found)
    hint = did_you_mean(agent_type, assistant_names())
    raise ConfigError(f"there is no assistant {agent_type!r}", hint=f"{hint} or module:Class of your own".strip())


def source_hash(agent_type: str) -> str | None:
    """Hash of the source file of an assistant of one's own; None for one of this package, or without a file."""
    make = assistant(agent_type)
    module = inspect.getmodule(make)
    if module is None or module.__name__.startswith("pare_runner."):
        return None
    try:
        source = inspect.getsource(module)
    except (OSError, TypeError):
        return None
    return content_hash(source.encode())


def _imported(agent_type: str, module: str) -> ModuleType:
    here = Path.cwd()
    if not any(Path(entry).resolve() == here for entry in sys.path):
        sys.path.insert(0, str(here))  # as `python -m` does; a command on the PATH does not
    importlib.invalidate_caches()
    try:
        return importlib.import_module(module)
    except (Exception, SystemExit) as error:  # whatever the import of somebody's module raises
        if isinstance(error, ModuleNotFoundError) and error.name and f"{module}.".startswith(f"{error.name}."):
            files = [path.stem for path in here.glob("*.py")]
            raise ConfigError(
                f"agent_type={agent_type}: there is no module {error.name!r}, neither here nor installed",
                hint=did_you_mean(error.name, files),
            ) from None
        raise _broken(agent_type, error) from error


def _member(agent_type: str, module: ModuleType, name: str) -> Any:
    if not hasattr(module, name):
        classes = [key for key, value in vars(module).items() if isinstance(value, type)]
        raise ConfigError(
            f"agent_type={agent_type}: the module {module.__name__} has no {name!r}", hint=did_you_mean(name, classes)
        )
    return getattr(module, name)


def _broken(agent_type: str, error: BaseException) -> ConfigError:
    return ConfigError(f"agent_type={agent_type} cannot be loaded: {type(error).__name__}: {error}")


def _checked(agent_type: str, found: Any) -> MakeAssistant:
    methods = [name for name in METHODS if not callable(getattr(found, name, None))]
    if isinstance(found, type) and methods:
        raise ConfigError(f"agent_type={agent_type} is no assistant: it has no method {' and no '.join(methods)}")
    if not callable(found):
        raise ConfigError(f"agent_type={agent_type} is no assistant: it cannot be called")
    plain = [name for name in METHODS if isinstance(found, type) and _is_plain(found, name)]
    if plain:
        raise ConfigError(f"agent_type={agent_type} is no assistant: {' and '.join(plain)} must be written `async def`")
    if not _takes_setup(found):
        raise ConfigError(
            f"agent_type={agent_type} is no assistant: it cannot be made with one argument, the AgentSetup"
        )
    make: MakeAssistant = found
    return make


def _is_plain(found: type, name: str) -> bool:
    """Whether a method is a function that cannot be awaited; what a decorator made of it may do anything."""
    method = inspect.getattr_static(found, name)
    as_written = isinstance(method, FunctionType) and method.__name__ == name and not hasattr(method, "__wrapped__")
    return as_written and not inspect.iscoroutinefunction(method)


def _takes_setup(make: Callable[..., Any]) -> bool:
    try:
        inspect.signature(make).bind(None)
    except TypeError:
        return False
    except ValueError:  # it has no signature to look at
        return True
    return True
