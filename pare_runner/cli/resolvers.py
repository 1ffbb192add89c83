"""The functions our configuration files use inside `${...}`; importing this module registers them."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from omegaconf import OmegaConf

from pare_runner.batch.asked import LAST, check_places
from pare_runner.cli.folder_names import unnamed_keys
from pare_runner.llm.config import OFFLINE_ASSISTANTS

MAX_SLUG = 80
HASH_LENGTH = 6


def slug(text: object) -> str:
    """A folder name for `text`: readable, at most `MAX_SLUG` + 7 characters, and different for different texts.

    Anything but letters, digits and `._=,@+-` becomes `_`; the end is a hash of the whole text.
    """
    whole = "" if text is None else str(text)
    readable = re.sub(r"[^A-Za-z0-9._=,@+-]+", "_", whole).strip("_.-")[:MAX_SLUG] or "default"
    hashed = hashlib.blake2b(whole.encode("utf-8", errors="surrogatepass"), digest_size=8).hexdigest()
    return f"{readable}-{hashed[:HASH_LENGTH]}"


def directory(resumed: object, explicit: object, otherwise: str) -> str:
    """The directory that is gone on with, or somebody named, else the usual one.

    `last` is the newest one below the folder of the usual one that is not finished; ConfigError if there is none, and
    for two different directories.
    """
    named = [str(item) for item in (resumed, explicit) if item not in (None, "")]
    if not named:
        return otherwise
    if resumed == LAST:
        from pare_runner.batch.status import newest_unfinished  # slow to import, and seldom asked for

        named[0] = str(newest_unfinished(Path(Path(otherwise).parts[0])))
    if len(named) > 1:
        check_places(*named)
    return named[0]


def log_handlers(to_file: object) -> list[str]:
    """Names of the logging handlers a job uses."""
    return ["console", "file"] if to_file is True else ["console"]


def user_model(model: object, observe: object, execute: object, fixed: object) -> str:
    """Option of the simulated user: `scripted` with an offline assistant, `fixed` as soon as a model assists.

    Who serves the assistant's model alone has no key for `fixed`: with `local` the user is that model, too.
    """
    roles = {model if role == "same" else role for role in (observe, execute)}
    if roles <= set(OFFLINE_ASSISTANTS):
        return "scripted"
    return "same" if roles == {"local"} == {model} else str(fixed)


OmegaConf.register_new_resolver("pare_slug", slug, replace=True)
OmegaConf.register_new_resolver("pare_dir", directory, replace=True)
OmegaConf.register_new_resolver("pare_log_handlers", log_handlers, replace=True)
OmegaConf.register_new_resolver("pare_user", user_model, replace=True)
OmegaConf.register_new_resolver("pare_unnamed_keys", unnamed_keys, replace=True)
