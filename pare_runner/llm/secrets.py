"""Where keys come from: the environment, and a `.env` file in the working directory."""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import dotenv_values

from pare_runner.errors import ConfigError

FILE = ".env"


def environment(folder: Path | None = None) -> dict[str, str]:
    """The environment, and beneath it the variables of `.env` in `folder` (default: the working directory).

    A variable that is set in both, even to nothing, has the environment's value. Nothing is put into `os.environ`, so
    no child process inherits a key from the file. ConfigError when the file is there and cannot be read.
    """
    path = (folder or Path()) / FILE
    try:
        values = dotenv_values(path) if path.is_file() else {}
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{FILE} cannot be read: {reason}") from None
    return {name: value for name, value in values.items() if value is not None} | dict(os.environ)
