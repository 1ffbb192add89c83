"""What is hidden when a trace is redacted: a pattern for each kind of thing.

Patterns look at plain text, which may quote JSON: a letter behind a backslash (`\\n`) may be an escape and is no
beginning of a word. They take time in proportion to the text, whatever it is: runs of characters are matched
possessively and only from their beginning.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

GROUP = "hidden"
"""The part of a match that is hidden; a pattern without such a group hides the whole match."""

_ESCAPED = r"(?:(?<=\\[bfnrt])|(?<=\\u[0-9a-fA-F]{4}))"
_NO_ESCAPE = r"(?<=\\)(?![bfnrt]|u[0-9a-fA-F]{4})"
_WORD = rf"(?:{_ESCAPED}|(?<![\w.%+\\-])|{_NO_ESCAPE})"
"""Here a word may begin: behind an escape, behind a backslash that begins none, behind what is no part of words."""
_KEY = rf"(?:{_ESCAPED}|(?<![A-Za-z0-9\\])|{_NO_ESCAPE})"
_SPACE = r"(?:\s|\\[nrt])"
_OPENING = rf"[\"'\\]{{0,6}}{_SPACE}{{0,8}}[:=]{_SPACE}{{0,8}}[\"'\\]{{0,6}}(?:(?<!\\)|{_ESCAPED}|{_NO_ESCAPE})"
"""From the end of a name to its value, in code, JSON, JSON in JSON, YAML and headers; never into an escape."""

NAMES = rf"""(?x:
    (?i: api[_-]?(?:key|token|secret) | access[_-]?(?:key|token) | client[_-]?secret | private[_-]?key )
    | (?: {_ESCAPED} | (?<![A-Za-z]) ) (?i: key | token | secret | passw(?:or)?d | credential | authorization )
    | (?<=[a-z]) (?: Key | Token | Secret | Password | Credential )
)(?i:s?(?:[_-](?:id|key|token|value))?)"""
"""Names of things that are secret."""

SHAPES = (
    r"sk-[\w-]{20,}+",  # OpenAI, Anthropic (sk-ant-), OpenRouter (sk-or-), DeepSeek
    r"AIza[\w-]{35}",  # Google
    r"hf_[A-Za-z0-9]{30,}+",  # Hugging Face
    r"gh[pousr]_[A-Za-z0-9]{36,}+",  # GitHub
    r"github_pat_\w{22,}+",
    r"glpat-[\w-]{20,}+",  # GitLab
    r"gsk_[A-Za-z0-9]{40,}+",  # Groq
    r"xai-[\w-]{40,}+",  # xAI
    r"csk-[\w-]{40,}+",  # Cerebras
    r"pplx-[\w-]{40,}+",  # Perplexity
    r"r8_[A-Za-z0-9]{37,}+",  # Replicate
    r"tgp_v1_[\w-]{40,}+",  # Together
    r"fw_[A-Za-z0-9]{22,}+",  # Fireworks
    r"nvapi-[\w-]{50,}+",  # NVIDIA
    r"A(?:KI|SI)A[0-9A-Z]{16}",  # AWS
    r"xox[abeoprs]-[\w-]{10,}+",  # Slack
    r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,}+",  # Stripe
)
"""Keys that are known by their form."""

_KNOWN_KEYS = rf"{_KEY}(?:{'|'.join(SHAPES)})"
_PRIVATE_KEYS = r"-----BEGIN (?:[A-Z]{1,12} ){0,3}PRIVATE KEY-----[\w+/=\s\\]*+-----END [A-Z ]{0,60}+-----"
_ASSIGNED_KEYS = rf"{NAMES}{_OPENING}(?P<{GROUP}>[\w+/=.~-]{{16,}}+)"
_AUTHORIZATION = rf"(?:{_ESCAPED}|\b)(?i:bearer|basic){_SPACE}{{1,8}}(?P<{GROUP}>[\w.~+/=-]{{8,}}+)"
_WEB_TOKEN = rf"{_WORD}eyJ[\w-]{{10,}}+\.[\w-]{{10,}}+\.[\w-]*+"
_EMAIL = rf"{_WORD}[\w.%+-]++@[\w-]*+(?:(?:\.[\w-]++)++|(?:\.{{3}}|…))"  # notifications cut texts short

_NAME = r"[^\s\"'<>|:;*?,()\[\]{}\\/`]++"
_ROOTS = r"(?:home|Users|root|tmp|var/tmp|var/folders|private|mnt|media|scratch)"
_POSIX = rf"(?:{_ESCAPED}|(?<=file://)|(?<![\w.~/-]))/{_ROOTS}(?:/{_NAME})++"
_HOME = rf"(?:{_ESCAPED}|(?<![\w.~/-]))~(?:[\w.-]++)?(?:/{_NAME})++"
_DRIVE = rf"{_WORD}[A-Za-z]:(?:[\\/]{{1,4}}+{_NAME})++"


@dataclass(frozen=True, slots=True)
class Rule:
    """Hides what `pattern` finds, if `counts` says of its text that it is the thing; `label` names it in markers."""

    kind: str
    label: str
    pattern: re.Pattern[str]
    counts: Callable[[str], bool] = bool


def _is_token(text: str) -> bool:
    """Whether what follows `Bearer` or `Basic` is a token and not a word of a sentence."""
    return any(character.isdigit() for character in text) or len(text) >= 24


def is_random(text: str) -> bool:
    """Whether a text looks drawn by chance: letters and digits, at least 3 bits a character if hexadecimal, else 3.5.

    The thresholds are low because what is looked at is the value of something called a key, a token or a secret.
    """
    if not (any(character.isdigit() for character in text) and any(character.isalpha() for character in text)):
        return False
    shares = [count / len(text) for count in Counter(text).values()]
    bits = -sum(share * math.log2(share) for share in shares)
    return bits >= (3.0 if re.fullmatch(r"[0-9a-fA-F]+", text) else 3.5)


def _rules(kind: str, label: str, *patterns: str, counts: Callable[[str], bool] = bool) -> tuple[Rule, ...]:
    return tuple(Rule(kind, label, re.compile(pattern), counts) for pattern in patterns)


RULES: Mapping[str, tuple[Rule, ...]] = {
    "keys": (
        *_rules("keys", "key", _PRIVATE_KEYS, _KNOWN_KEYS),
        *_rules("keys", "key", _ASSIGNED_KEYS, counts=is_random),
    ),
    "bearer": (
        *_rules("bearer", "bearer", _WEB_TOKEN),
        *_rules("bearer", "bearer", _AUTHORIZATION, counts=_is_token),
    ),
    "emails": _rules("emails", "email", _EMAIL),
    "paths": _rules("paths", "path", _POSIX, _HOME, _DRIVE),
}
"""Kind → its rules."""

SECRET_NAME = re.compile(rf"[\w.-]*?{NAMES}")
"""Matches a name whose value is a secret if it looks random."""
SECRET_VALUE = re.compile(r"[\w+/=.~-]{16,}")
