"""The package lock of an archive: installed distributions with their versions."""

from __future__ import annotations

import re
from collections.abc import Collection
from importlib.metadata import PackageNotFoundError, distribution, distributions, packages_distributions

from pare_runner.batch.provenance import DISTRIBUTION

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def installed() -> dict[str, str]:
    """Name → version of everything that is installed, sorted; names as pip normalises them."""
    found = {_normal(str(item.name)): item.version for item in distributions() if item.name}
    return dict(sorted(found.items()))


def needed(modules: Collection[str] = ()) -> dict[str, str]:
    """The same of what this package needs, and what the installed `modules` belong to, with all that these need."""
    owners = packages_distributions() if modules else {}
    left = [DISTRIBUTION, *(name for module in modules for name in owners.get(module.partition(".")[0], ()))]
    found: dict[str, str] = {}
    while left:
        name = _normal(left.pop())
        if name in found:
            continue
        try:
            item = distribution(name)
        except PackageNotFoundError:
            continue
        found[name] = item.version
        texts = [text for text in item.requires or [] if "extra ==" not in text]
        left += [match.group() for text in texts if (match := _NAME.match(text))]
    return dict(sorted(found.items()))


def lock_text(versions: dict[str, str]) -> str:
    """`requirements.txt` of exactly these versions."""
    return "".join(f"{name}=={version}\n" for name, version in versions.items())


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
