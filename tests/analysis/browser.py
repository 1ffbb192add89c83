"""A real browser that looks at pages."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="no chromium, chromium-browser or google-chrome on the PATH"
)

# Before anything else on the page: what goes wrong is kept. After all else: what there is.
WATCH = """<script>
const wrong = [];
addEventListener("error", (event) => wrong.push(String(event.message)), true);
addEventListener("unhandledrejection", (event) => wrong.push(String(event.reason)));
addEventListener("securitypolicyviolation", (event) => wrong.push(event.violatedDirective));
</script>"""
LOOK = """<script>
const found = {};
const size = (item) => { const box = item.getBoundingClientRect(); return [box.width, box.height]; };
%s
found.wide = document.documentElement.scrollWidth;
found.window = innerWidth;
found.paper = getComputedStyle(document.body).backgroundColor;
found.fetched = performance.getEntriesByType("resource").map((entry) => entry.name);
found.wrong = wrong;
const said = document.createElement("pre");
said.id = "found";
said.textContent = JSON.stringify(found);
document.body.append(said);
</script>"""


def browse(page: Path, folder: Path, *more: str, window: str = "1400,3000") -> tuple[str, str]:
    """Standard output and error of the browser for `page`."""
    assert CHROMIUM is not None
    command = [
        CHROMIUM,
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--no-first-run",
        "--disable-sync",
        f"--user-data-dir={folder / 'profile'}",
        "--enable-logging=stderr",
        f"--window-size={window}",
        *more,
        page.as_uri(),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    return done.stdout, done.stderr


def looked_at(page: Path, folder: Path, *more: str, look: str = "", window: str = "1400,3000") -> dict[str, Any]:
    """What the browser says of `page`, which it sees with scripts of ours around it: what went wrong, what it fetched,
    how wide it is, and what `look` puts into `found`."""
    text = page.read_text()
    # A page without a script allows none; ours are let in, and nothing else.
    if "script-src" not in text:
        text = text.replace("default-src 'none';", "default-src 'none'; script-src 'unsafe-inline';", 1)
    head = next(mark for mark in ("<head>", "<head ") if mark in text)
    watched = folder / "watched.html"
    watched.write_text(text.replace(head, f"{head}{WATCH}", 1).replace("</body>", f"{LOOK % look}</body>", 1))
    out, err = browse(watched, folder, "--dump-dom", *more, window=window)
    assert not re.findall(r"CONSOLE.*", err)
    (found,) = re.findall(r'<pre id="found">(.*?)</pre>', out, re.DOTALL)
    seen: dict[str, Any] = json.loads(html.unescape(found))
    return seen


def printed(page: Path, folder: Path) -> int:
    """The number of pages of `page` on paper."""
    browse(page, folder, f"--print-to-pdf={folder / 'page.pdf'}", "--no-pdf-header-footer")
    paper = (folder / "page.pdf").read_bytes()
    assert paper.startswith(b"%PDF")
    return len(re.findall(rb"/Type\s*/Page\b", paper))
