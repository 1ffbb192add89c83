"""What one attempt of a model call can fail with, and how a server's answer is read as such a failure.

Providers agree on status codes but not on wordings. The tables below hold the codes and wordings that were found in the
documentation and issue threads of the services named beside them, November 2026.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pare_runner.llm.http.decoding import decode, sound
from pare_runner.policy.request import ErrorKind

MESSAGE_LENGTH = 400
GATEWAY = (502, 503, 504)
"""Statuses that a proxy or a load balancer sends while nobody stands behind it; 503 also comes from services."""

OVERFLOW_CODES = {
    "context_length_exceeded",  # OpenAI, Azure, Groq
    "exceed_context_size_error",  # llama.cpp
    "model_context_window_exceeded",  # Anthropic
}
OVERFLOW = re.compile(
    r"maximum context length"  # OpenAI, vLLM, SGLang, DeepSeek, Mistral, OpenRouter
    r"|longer than the (model's context|maximum model) length"  # SGLang; vLLM
    r"|exceeds? the available context size|context size has been exceeded"  # llama.cpp
    r"|exceed(s|ed)? (the )?(model's )?context (window|length|size)|context (window|length) exceeded"  # gateways
    r"|max_tokens must be at least 1, got -\d"  # vLLM, when the prompt leaves no room
    r"|prompt is too long"  # Anthropic
    r"|input token count.{0,40}exceeds the maximum"  # Gemini
    r"|maximum prompt length is"  # xAI
    r"|reduce the length of (the|your) (messages|prompt|input)",  # Groq
    re.IGNORECASE | re.DOTALL,
)
FILTER_CODES = {
    "content_filter",  # OpenAI, Azure
    "responsibleaipolicyviolation",  # Azure, inner error
    "content_policy_violation",  # OpenAI
    "data_inspection_failed",  # Alibaba
}
FILTER = re.compile(
    r"content exists risk"  # DeepSeek
    r"|prompt was flagged as potentially violating"  # OpenAI
    r"|requires moderation on .* your input was flagged",  # OpenRouter, with status 403
    re.IGNORECASE,
)
KEY_CODES = {"invalid_api_key", "authentication_error", "api_key_invalid", "unauthenticated"}
KEY = re.compile(r"(api key not valid|invalid api key|incorrect api key)", re.IGNORECASE)  # Gemini says it with 400
MODEL_CODES = {"model_not_found", "invalid_model", "not_found_error", "notfounderror"}
MODEL = re.compile(
    r"not a valid model|invalid model\b|model.{0,80} (does not exist|not exist|not found)",
    re.IGNORECASE,
)
WORDS = (  # of the codes in an error object that came with status 200
    (re.compile(r"rate_?limit|too_many_requests|resource_exhausted|insufficient_quota"), 429),
    (re.compile(r"overload|unavailable|capacity"), 503),
    (re.compile(r"timeout|timed_out"), 408),
)


class Failure(Exception):
    """One attempt that came to nothing.

    `retry`: another attempt may succeed. `busy`: the service says it has too much to do. `pause`: seconds it asks to
    wait. `lost`: there was no connection, or it broke: maybe the service is away. `gateway`: a status that something in
    front of the service may have sent in its place. The message may repeat a key that the service has sent back: nobody
    sees it before `Keys.clean`.
    """

    def __init__(
        self,
        kind: ErrorKind,
        message: str,
        *,
        retry: bool = False,
        busy: bool = False,
        pause: float | None = None,
        lost: bool = False,
        gateway: bool = False,
    ) -> None:
        self.kind: ErrorKind = kind
        self.message = message
        self.retry = retry
        self.busy = busy
        self.pause = pause
        self.lost = lost
        self.gateway = gateway
        super().__init__(f"{kind}: {message}")

    @property
    def answered(self) -> bool:
        """Whether the service itself has answered, if only to refuse."""
        return not (self.lost or self.gateway or self.kind == "timeout")


@dataclass(frozen=True, slots=True)
class ErrorObject:
    """An error as a server words it: its message on one line, and all its codes and types in small letters."""

    message: str
    codes: frozenset[str]

    def status(self) -> int:
        """The HTTP status that its codes amount to."""
        for code in sorted(self.codes):
            if re.fullmatch(r"[45][0-9]{2}", code):
                return int(code)
        if self.codes & KEY_CODES:
            return 401
        if self.codes & MODEL_CODES:
            return 404
        for pattern, status in WORDS:
            if any(pattern.search(code) for code in self.codes):
                return status
        return 500


def failure_of_answer(status: int, body: bytes, where: str, pause: float | None = None) -> Failure:
    """The failure that an answer with a status other than 2xx is; `where` is the URL to show."""
    if 300 <= status < 400:
        return Failure("rejected", f"HTTP {status} from {where}: a redirect, which is not followed; name the real URL")
    failure = classify(status, error_object(body), f"HTTP {status} from {where}", pause)
    failure.gateway = failure.retry and status in GATEWAY
    return failure


def failure_of_error(value: Any, where: str) -> Failure:
    """The failure that an error object in an answer with status 200 is."""
    found = _read(value)
    return classify(found.status(), found, f"error from {where}")


def classify(status: int, error: ErrorObject, what: str, pause: float | None = None) -> Failure:
    """The failure that `status` and `error` mean together; `what` begins its message."""
    message = f"{what}: {error.message}" if error.message else what
    if status == 429:
        return Failure("rate_limited", message, retry="insufficient_quota" not in error.codes, busy=True, pause=pause)
    if error.codes & OVERFLOW_CODES or OVERFLOW.search(error.message):
        return Failure("context_overflow", message)
    if error.codes & FILTER_CODES or FILTER.search(error.message):
        return Failure("content_filter", message)
    if status >= 500:
        return Failure("server_error", message, retry=True, busy=status in (503, 529), pause=pause)
    if status in (401, 403) or error.codes & KEY_CODES or KEY.search(error.message):
        return Failure("unauthorized", message)
    if status == 404 or error.codes & MODEL_CODES or MODEL.search(error.message):
        return Failure("not_found", message)
    if status == 408:
        return Failure("timeout", message, retry=True, pause=pause)
    return Failure("rejected", message)


def error_object(body: bytes) -> ErrorObject:
    """What the body of an error answer says, whatever its form; a page of HTML says nothing."""
    try:
        return _read(decode(body))
    except ValueError:
        text = body.decode("utf-8", "replace").strip()
        return ErrorObject("" if text.startswith("<") else one_line(text), frozenset())


def _read(value: Any) -> ErrorObject:
    """Message and codes of `{error: {...}}`, `{error: text}`, `[{error: ...}]`, `{message: ...}` or `{detail: ...}`."""
    messages: list[str] = []
    codes: set[str] = set()
    for part in _parts(value, 0):
        if isinstance(part, str):
            messages.append(part)
            continue
        messages += [part[key] for key in ("message", "detail", "raw") if isinstance(part.get(key), str)]
        for key in ("code", "type", "status", "reason"):
            if isinstance(part.get(key), str | int) and not isinstance(part[key], bool):
                codes.add(str(part[key]).lower())
    return ErrorObject(one_line(": ".join(dict.fromkeys(messages))), frozenset(codes))


def _parts(value: Any, depth: int) -> Iterator[Any]:
    """The value and what is inside it where services put the real error, outermost first."""
    if depth > 4:
        return
    if isinstance(value, list):
        for item in value[:4]:
            yield from _parts(item, depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("error", "innererror", "metadata", "details"):
            inner = value.get(key)
            if isinstance(inner, str) and key == "error":
                yield inner
            elif isinstance(inner, dict | list):
                yield from _parts(inner, depth + 1)


def one_line(text: str) -> str:
    """`text` on one line, without control characters."""
    return sound(" ".join("".join(char if char.isprintable() else " " for char in text).split()))


def shortened(text: str) -> str:
    """At most MESSAGE_LENGTH characters of `text`."""
    return text if len(text) <= MESSAGE_LENGTH else f"{text[:MESSAGE_LENGTH]}…"
