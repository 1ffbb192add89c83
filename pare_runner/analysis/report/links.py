"""Links from a report to files, as they are found from the folder that the report is in."""

from __future__ import annotations

import os
from urllib.parse import quote


def link(path: str, folder: str) -> str:
    """The address of `path` from `folder`; both count from the working directory. Relative, so that both can move."""
    return quote(os.path.relpath(path, folder or ".").replace(os.sep, "/"), safe="/")
