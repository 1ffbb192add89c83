"""The text of `python -m pare_runner --help`, made from the configuration folder and the configuration models."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from pathlib import Path

from pare_runner.batch.config import MultiScenarioRunnerConfig, SuiteConfig
from pare_runner.cli.flags import FLAGS
from pare_runner.cli.live import is_live
from pare_runner.cli.nodes import BASE_URL, ENDPOINT, VIEWS
from pare_runner.llm.config import LLMEngineConfig, Quirks

_WIDTH = 110
_FROM_GROUPS = ("export", "trace_dump_format", "protocol", "protocol_version")  # chosen as an option of a group
_HINTS = {"model": "model=X: observe and execute; model@user=X (or observe, execute, judge): one role"}
_AS_NODES = {field: f"{node}.{key}" for node, keys in VIEWS.items() for key, field in keys.items()}

_INTRO = """\
usage: python -m pare_runner [FLAG ...] [GROUP=OPTION | KEY=VALUE ...]

Runs an experiment: a composition of one option of each group and any values of your own. Without arguments a user and
an assistant that need no model go through all scenarios, offline. Results go to a new directory below outputs/.
"""

_EXAMPLES = """\
examples
  python -m pare_runner                                the default experiment
  python -m pare_runner suite=smoke export=none        a quick look
  python -m pare_runner model=gpt5                     a model assists another one (keys: `pare models list`)
  python -m pare_runner model=local model.base_url=http://localhost:8000/v1 model@user=scripted
  python -m pare_runner oracle=true                    the solutions as their authors wrote them, without agents
  python -m pare_runner 'scenarios=[my_scenario.yaml]'  one scenario file (or the id of a shipped one)
  python -m pare_runner 'suite.tags=[calendar]' suite.runs=3
  python -m pare_runner seed=0,1,2 -m                  a sweep of three jobs
  python -m pare_runner model=gpt5 --forecast          what it would cost; limits.max_cost_usd=5 stops it there
  python -m pare_runner seed=1 --cfg job               print the composition, run nothing

exit status
  0 all ran    1 some runs ended in an exception    2 bad input    75 stopped, can be resumed    130 interrupted
  PARE_DEBUG=1 shows the traceback behind an error.
"""


def help_text(conf_dirs: Sequence[Path]) -> str:
    """What the command can do; the groups are those found in `conf_dirs`, an earlier directory wins."""
    return "\n".join(
        [_INTRO, *_groups(conf_dirs), "", *_keys(), "", *_model_keys(), "", *_flags(), "", _EXAMPLES.rstrip()]
    )


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
            yield _row(f"{group if index == 0 else '':<10}{option}", text, width=28)
        if group in _HINTS:
            yield _row("", _HINTS[group], width=10)


def _keys() -> Iterator[str]:
    yield "keys (KEY=VALUE; text with commas or blanks in quotes, lists as '[a,b]'; empty: KEY= or KEY=null)"
    for name, info in MultiScenarioRunnerConfig.model_fields.items():
        if name == "suite":
            for part, about in SuiteConfig.model_fields.items():
                if part not in ("name", "source"):
                    yield _row(f"suite.{part}", about.description or "", width=32)
        elif is_live(name) and name not in _FROM_GROUPS:
            aliases = _AS_NODES.get(name)
            yield _row(name, f"{info.description}{f' Also: {aliases}.' if aliases else ''}", width=32)


def _model_keys() -> Iterator[str]:
    yield "keys of a model (model.KEY for observe and execute; user.KEY, observe.KEY, execute.KEY, judge.KEY for one)"
    for name, info in LLMEngineConfig.model_fields.items():
        key = BASE_URL if name == ENDPOINT else name
        if name == "quirks":
            for part, about in Quirks.model_fields.items():
                yield _row(f"{key}.{part}", about.description or "", width=24)
        else:
            yield _row(key, info.description or "", width=24)


def _flags() -> Iterator[str]:
    yield "flags (anywhere on the line)"
    for flag in FLAGS:
        yield _row(flag.usage, flag.help, width=26)


def _row(name: str, text: str, *, width: int) -> str:
    lines = textwrap.wrap(text, _WIDTH - width - 2) or [""]
    return "\n".join(f"  {name if index == 0 else '':<{width}}{line}".rstrip() for index, line in enumerate(lines))
