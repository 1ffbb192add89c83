"""The shipped prompts, and folders that replace some of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from pare_runner.agents.prompts import ENDING, PromptSet
from pare_runner.errors import ConfigError, InputError, did_you_mean
from pare_runner.library.files import read_text, shown
from pare_runner.library.prompt_samples import try_out

SHIPPED = Path(__file__).with_name("prompt_texts")


@cache
def shipped_texts() -> dict[str, str]:
    """Name → text of the shipped templates, sorted by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(SHIPPED.glob(f"*{ENDING}"))}


def load_prompts(directory: Path | None = None) -> PromptSet:
    """The shipped prompts; the files of `directory` replace those of the same name.

    InputError if there is no such folder or no template in it, or for a file in it that is empty or no template's
    (names that begin with a dot are passed over); ConfigError for a template that cannot be used, or not be rendered
    with sample values.
    """
    if directory is None:
        return _shipped()
    own = _texts_of(directory)
    try:
        prompts = PromptSet(shipped_texts() | own)
        try_out(prompts)
        return prompts
    except ConfigError as error:
        problem = error.problems[0]
        if problem.where.partition(ENDING)[0] not in own:
            raise
        where = shown(directory / problem.where)
        raise ConfigError(problem.message, where=where, hint=problem.hint) from None


@cache
def _shipped() -> PromptSet:
    return PromptSet(shipped_texts())


def _texts_of(directory: Path) -> dict[str, str]:
    known = [name + ENDING for name in shipped_texts()]
    try:
        files = sorted(path for path in directory.iterdir() if not path.name.startswith("."))
    except FileNotFoundError:
        raise InputError("there is no such folder of prompts", where=shown(directory)) from None
    except OSError as error:
        raise InputError(f"no folder of prompts: {error.strerror}", where=shown(directory)) from None
    for path in files:
        if path.name not in known:
            raise InputError("there is no prompt of this name", where=shown(path), hint=did_you_mean(path.name, known))
    if not files:
        raise InputError(
            "there is no template in this folder", where=shown(directory), hint="`pare prompts export DIR` writes them"
        )
    texts = {path: read_text(path) for path in files}
    for path, text in texts.items():
        if not text.strip():
            raise InputError("the template is empty", where=shown(path), hint="without the file ours is used")
    return {path.stem: text for path, text in texts.items()}
