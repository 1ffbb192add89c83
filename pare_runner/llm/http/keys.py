"""The keys that requests carry, and how they stay out of every message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.failures import one_line, shortened
from pare_runner.llm.keyless import REFERENCE

SHORT = 4
"""Values shorter than this are no secrets, and taking them out would spoil every message."""
REDACTED = "[key]"
BEARER = re.compile(r"(?i)\b(bearer\s+)[^\s\"',;]+")
USER_INFO = re.compile(r"(?<=://)[^/\s@]+@")
"""User and password in an address; those of proxies hold some."""
KEY_LIKE = re.compile(r"\bsk-[\w*-]{4,}")


class Keys:
    """Reads keys from `environ`, and knows each one it has given out."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._given: set[str] = set()

    def key(self, config: LLMEngineConfig) -> str | None:
        """The key of `config`; None if it needs none, ConfigError if the variable is not set."""
        return self._value(config.api_key_env, config, "key") if config.api_key_env else None

    def headers(self, config: LLMEngineConfig, *, keyless: bool = False) -> dict[str, str]:
        """The extra headers with references replaced; `keyless`: only those that hold none. ConfigError as above."""
        return {
            name: self._filled(text, config, f"header {name}")
            for name, text in config.extra_headers.items()
            if not (keyless and REFERENCE.search(text))
        }

    def clean(self, message: str) -> str:
        """`message` on one line, without keys, shortened: fit for a log and an error."""
        for value in sorted(self._given, key=len, reverse=True):
            message = message.replace(value, REDACTED)
        message = USER_INFO.sub(f"{REDACTED}@", BEARER.sub(rf"\1{REDACTED}", message))
        return shortened(one_line(KEY_LIKE.sub(REDACTED, message)))

    def _filled(self, text: str, config: LLMEngineConfig, use: str) -> str:
        return REFERENCE.sub(lambda found: self._value(found[1] or found[2], config, use), text)

    def _value(self, variable: str, config: LLMEngineConfig, use: str) -> str:
        value = self._environ.get(variable, "").strip()
        if not value:
            raise ConfigError(
                f"model {config.label}: the environment variable {variable}, which holds its {use}, is not set",
                hint=f"set {variable} in the environment or in .env",
            )
        if not (value.isascii() and value.isprintable()):
            raise ConfigError(f"model {config.label}: {variable} holds characters that no HTTP header can carry")
        if len(value) >= SHORT:
            self._given.add(value)
        return value
