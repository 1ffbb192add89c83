"""How a model is reached and asked: the configuration of one engine, validated and frozen.

Every field says in its metadata whether it is part of a result's identity: what shapes a reply is, what only says
where, how fast or at what price it is served is not. No field ever holds a key, only the name of a variable.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, model_validator

from pare_runner.llm.keyless import check_body, check_headers, checked_url, checked_variable

OFFLINE = "offline"
"""The adapter of policies that need no model."""
OFFLINE_ASSISTANTS = ("scripted", "passive", "eager", "random")
"""Names of the offline policies that play the assistant."""

Names = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(strict=False)]


def _headers(headers: dict[str, str]) -> dict[str, str]:
    check_headers(headers)
    return headers


def _body(body: dict[str, JsonValue]) -> dict[str, JsonValue]:
    check_body(body)
    return body


class ConfigModel(BaseModel):
    """Base of all configuration models."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, strict=True, protected_namespaces=(), hide_input_in_errors=True
    )


def shapes(default: Any, description: str, **constraints: Any) -> Any:
    """A field that can change a result: part of its identity."""
    return Field(default, description=description, json_schema_extra={"identity": True}, **constraints)


def serves(default: Any, description: str, **constraints: Any) -> Any:
    """A field that cannot change a result."""
    return Field(default, description=description, json_schema_extra={"identity": False}, **constraints)


class Quirks(ConfigModel):
    """Where a provider or a model departs from the common form of chat completions."""

    max_tokens_key: Literal["max_tokens", "max_completion_tokens"] = shapes(
        "max_tokens", "Name under which the limit of output tokens is sent."
    )
    omit: Names = shapes((), "Parameters that must not be sent (temperature, stop, seed, tool_choice, ...).")
    reasoning_key: str = shapes("reasoning_content", "Name under which a reply holds its reasoning.")
    send_reasoning: bool = shapes(False, "Send the reasoning of earlier replies back.")
    system_role: Literal["system", "developer", "user"] = shapes(
        "system", "Role under which the system prompt is sent."
    )
    tool_choice: Literal["auto", "required", "none"] | None = shapes(
        "auto", "Value of tool_choice when tools are offered; empty: not sent."
    )


class Prices(ConfigModel):
    """US dollars per million tokens, with where and when they were read."""

    input: float = serves(..., "Prompt tokens.", ge=0)
    output: float = serves(..., "Completion tokens, reasoning included.", ge=0)
    cached_input: float | None = serves(None, "Prompt tokens read from the provider's cache; empty: as input.", ge=0)
    source: str = serves(..., "Where the prices were read.", min_length=1)
    date: str = serves(..., "When they were read.", pattern=r"^\d{4}-\d{2}-\d{2}$")


class LLMEngineConfig(ConfigModel):
    """One model: which it is, how it is asked, where it is reached."""

    model_name: str = shapes("", "Name the provider knows the model by; with the adapter offline that of a policy.")
    provider: str | None = shapes(None, "Which service answers.")
    endpoint: Annotated[str, AfterValidator(checked_url)] | None = serves(
        None, "Base URL of the service, up to and including /v1."
    )
    alias: str | None = shapes(None, "Short name in results; empty: the model's name.")
    adapter: str = shapes(
        "openai", "What speaks to it: openai (any compatible server), litellm, offline, or an own one."
    )
    api_key_env: Annotated[str, AfterValidator(checked_variable)] | None = serves(
        None, "Name of the environment variable that holds the key; empty: no key is sent."
    )

    temperature: float | None = shapes(None, "Sampling temperature; empty: the provider's own.", ge=0)
    top_p: float | None = shapes(None, "Nucleus sampling; empty: the provider's own.", gt=0, le=1)
    max_tokens: int | None = shapes(None, "Output tokens of one reply at most.", ge=1)
    seed: int | None = shapes(None, "Seed sent to the provider.")
    stop: Names = shapes((), "Stop sequences beside those of the message protocol.")
    reasoning_effort: str | None = shapes(None, "How much a reasoning model may think, in the provider's words.")
    parallel_tool_calls: bool | None = shapes(None, "Whether one reply may call several tools; empty: not sent.")
    extra_body: Annotated[dict[str, JsonValue], AfterValidator(_body)] = shapes({}, "Further members of the request.")
    extra_headers: Annotated[dict[str, str], AfterValidator(_headers)] = serves(
        {}, "Further headers; values like $NAME are taken from the environment."
    )
    quirks: Quirks = shapes(Quirks(), "Departures from the common form.")
    generation_base: float = shapes(1.0, "time=tokens: virtual seconds of any reply.", ge=0)
    generation_per_token: float = shapes(0.02, "time=tokens: virtual seconds of each output token.", ge=0)

    prices: Prices | None = serves(None, "Prices; empty: unknown, and so is the cost.")
    connect_timeout: float = serves(10.0, "Seconds to connect.", gt=0)
    read_timeout: float = serves(180.0, "Seconds without a byte of the reply.", gt=0)
    total_timeout: float = serves(600.0, "Seconds of one attempt.", gt=0)
    max_retries: int = serves(6, "Attempts after the first one.", ge=0)
    max_backoff: float = serves(60.0, "Longest pause between attempts in seconds.", ge=0)
    max_concurrency: int = serves(64, "Requests in flight at most; fewer while the service says it is busy.", ge=1)
    requests_per_minute: float | None = serves(None, "Requests started in a minute at most.", gt=0)
    max_reply_bytes: int = serves(8_000_000, "Larger replies are not read.", ge=1000)

    @model_validator(mode="after")
    def _sends_what_is_set(self) -> Self:
        for name in self.quirks.omit:
            if getattr(self, name, None) not in (None, ()):
                raise ValueError(f"{name} is set, but {self.label} does not take it (quirks.omit)")
        return self

    @property
    def label(self) -> str:
        """What results call the model."""
        return self.alias or self.model_name
