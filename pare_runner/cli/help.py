"""The text of `python -m pare_runner --help`, made from the configuration folder and the configuration models."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.cli.flags import FLAGS
from pare_runner.cli.live import is_live

_WIDTH = 110
_FROM_GROUPS = ("export", "trace_dump_format", "protocol", "protocol_version")  # chosen as an option of a group

_INTRO = """\
usage: python -m pare_runner [FLAG ...] [GROUP=OPTION | KEY=VALUE ...]

Runs an experiment: a composition of one option of each group and any values of your own. Without arguments it plays
the solutions of all scenarios (an oracle run), offline. Results go to a new directory below outputs/.
"""

_EXAMPLES = """\
examples
  python -m pare_runner                                the default experiment
  python -m pare_runner suite=smoke export=none        a quick look
  python -m pare_runner 'scenarios=[my_scenario.yaml]'  one scenario file (or the id of a shipped one)
  python -m pare_runner 'suite.tags=[calendar]' suite.runs=3
  python -m pare_runner seed=0,1,2 -m                  a sweep of three jobs
  python -m pare_runner seed=1 --cfg job               print the composition, run nothing

exit status
  0 all ran    1 some runs ended in an exception    2 bad input    130 interrupted
  PARE_DEBUG=1 shows the traceback behind an error.
"""


def help_text(conf_dirs: Sequence[Path]) -> str:
    """What the command can do; the groups are those found in `conf_dirs`, an earlier directory wins."""
    return "\n".join([_INTRO, *_groups(conf_dirs), "", *_keys(), "", *_flags(), "", _EXAMPLES.rstrip()])


def group_options(conf_dirs: Sequence[Path]) -> dict[str, dict[str, str]]:
    """Group -> option -> its description: the first comment of the option's file that is not a directive of Hydra."""
    found: dict[str, dict[str, str]] = {}
    for conf_dir in reversed(conf_dirs):
        for path in sorted(conf_dir.glob("*/*.yaml")):
            found.setdefault(path.parent.name, {})[path.stem] = _description(path)
    found.pop("hydra", None)
    return {group: dict(sorted(options.items())) for group, options in sorted(found.items())}


def _description(path: Path) -> str:
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if not line.startswith("#"):
            break
        text = line.lstrip("# ").rstrip()
        if text and not text.startswith("@"):
            return text
    return ""


def _groups(conf_dirs: Sequence[Path]) -> Iterator[str]:
    yield "groups (GROUP=OPTION)"
    for group, options in group_options(conf_dirs).items():
        for index, (option, text) in enumerate(options.items()):
            yield _row(group if index == 0 else "", f"{option:<14}{text}", width=10)


def _keys() -> Iterator[str]:
    yield "keys (KEY=VALUE; text with commas or blanks in quotes, lists as '[a,b]')"
    for name, info in MultiScenarioRunnerConfig.model_fields.items():
        if name == "suite":
            for part, about in SuiteConfig.model_fields.items():
                if part not in ("name", "source"):
                    yield _row(f"suite.{part}", about.description or "")
        elif is_live(name) and name not in _FROM_GROUPS:
            yield _row(name, info.description or "")


def _flags() -> Iterator[str]:
    yield "flags (anywhere on the line)"
    for flag in FLAGS:
        yield _row(flag.usage, flag.help, width=26)


def _row(name: str, text: str, *, width: int = 18) -> str:
    lines = textwrap.wrap(text, _WIDTH - width - 2) or [""]
    return "\n".join(f"  {name if index == 0 else '':<{width}}{line}".rstrip() for index, line in enumerate(lines))
