"""What no experiment may ask for, whoever made its configuration: Python or the command line."""

from __future__ import annotations

import os

from pare_runner.batch.config import MultiScenarioRunnerConfig
from pare_runner.errors import ConfigError

LAST = "last"
"""Value of `resume` for the newest directory that is not finished."""


def check_asked(config: MultiScenarioRunnerConfig) -> None:
    """ConfigError for what would otherwise be passed over in silence, and cost runs that nobody asked for."""
    if config.judge_only:
        raise ConfigError("judge_only=true: nothing is run to judge what was run", hint="`pare rescore DIR` does that")
    if config.only is not None and config.resume is None:
        raise ConfigError(f"only={config.only} makes runs again, so it needs resume=DIR or resume=last")
    if config.resume not in (None, LAST):
        check_places(config.resume, config.output_dir)


def check_places(resumed: str | None, explicit: str | None) -> None:
    """ConfigError if the directory that is gone on with is not the one that results are to go to."""
    if resumed and explicit and not same_place(resumed, explicit):
        raise ConfigError(f"resume={resumed} goes on in that directory, so output_dir={explicit} cannot be used")


def same_place(first: str, second: str) -> bool:
    """Whether two names are of one directory, which need not be there."""
    return os.path.abspath(first) == os.path.abspath(second)
