"""Keeps keys out of configurations, and so out of everything that is written about a run.

A configuration may name environment variables; it never holds what is in them. What cannot be told apart from a key is
refused, and no message repeats a refused value.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

REFERENCE = re.compile(r"\$(?:\{([A-Z_][A-Z0-9_]*)\}|([A-Z_][A-Z0-9_]*))")
"""`$NAME` or `${NAME}`: the value of an environment variable."""
VARIABLE = re.compile(r"[A-Z_][A-Z0-9_]*")
_SECRET_NAME = re.compile(r"auth|api.?key|secret|password|credential|cookie|(^|[-_])(key|token)$", re.IGNORECASE)
_SCHEME = re.compile(r"\s*[A-Za-z]*\s*")
_KEY = re.compile(r"(?:sk|pk|gsk|hf|xai|ghp|glpat|AIza|Bearer)[-_ A-Za-z0-9]{12,}|[A-Za-z0-9]{32,}")
_SURE_KEY = re.compile(
    r"(?<![A-Za-z0-9])(?:(?:sk|pk|gsk|hf|xai|ghp|glpat)[-_]|AIza)(?=[-_A-Za-z]*[0-9])[-_A-Za-z0-9]{12,}"
)
"""Nothing else begins like this; names of files and scenarios may well match `_KEY`."""
_MAY_BE_KEY = re.compile(rf"{_SURE_KEY.pattern}|[A-Za-z0-9]{{32,}}")


def is_key(text: str) -> bool:
    """Whether `text` holds what can hardly be anything but a key of a service."""
    return _SURE_KEY.search(text) is not None


def masked(text: str) -> str:
    """`text` for a message: `***` for each part that may be a key."""
    return _MAY_BE_KEY.sub("***", text)


def checked_variable(name: str) -> str:
    """The name of a variable; ValueError for anything else, a key above all."""
    if not VARIABLE.fullmatch(name):
        raise ValueError("must be the name of an environment variable (A-Z, 0-9, _), never the key itself")
    return name


def checked_url(url: str) -> str:
    """A base URL without its last slash; ValueError if it is none or carries more than a place."""
    try:
        parts = urlsplit(url)
        sound = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        sound = False
    if not sound:
        raise ValueError("must be an address like http://localhost:8000/v1")
    if parts.username is not None or parts.password is not None or parts.query or parts.fragment:
        raise ValueError("must hold neither user, password, query nor fragment; a key is named by api_key_env")
    return url.rstrip("/")


def check_headers(headers: Mapping[str, str]) -> None:
    """ValueError for a header whose value holds a key rather than a reference to one."""
    for name, value in headers.items():
        literal = REFERENCE.sub("", value)
        secret = _SECRET_NAME.search(name) is not None
        if (secret and (literal == value or not _SCHEME.fullmatch(literal))) or _KEY.search(literal):
            raise ValueError(f"the value of {name} may be a key: name the environment variable that holds it, as $NAME")


def check_body(value: object, name: str = "") -> None:
    """ValueError for a text inside a request's body that is named or built like a key."""
    if isinstance(value, Mapping):
        for member, inner in value.items():
            check_body(inner, str(member))
    elif isinstance(value, list | tuple):
        for inner in value:
            check_body(inner, name)
    elif isinstance(value, str) and (_SECRET_NAME.search(name) or _KEY.search(value)):
        raise ValueError(f"the value of {name} may be a key, and a request's body is written to files")
