"""What speaks to a model, by the name in `adapter`."""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import Protocol

from pare_runner.errors import ConfigError, did_you_mean
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoints import Endpoints
from pare_runner.llm.http.probe import probe
from pare_runner.llm.litellm_adapter import LiteLlmAdapter
from pare_runner.policy.policy import Policy

GROUP = "pare.model_adapters"
"""Entry point group: name of an adapter → what makes it when called without arguments."""


class Adapter(Protocol):
    """Makes policies for the models of one kind. Both methods raise ConfigError for a model that cannot be used.

    Sessions of its policies keep nothing between calls and never act by themselves: a run that was broken off is taken
    up again in its middle, with a new session that has not seen the calls before.
    """

    def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
        """The policy of a model; nothing is sent yet."""

    async def probe(self, config: LLMEngineConfig, endpoints: Endpoints) -> str:
        """A line that says in seconds whether the model is there."""


class HttpAdapter:
    """Any server that speaks OpenAI's protocol."""

    def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
        """See Adapter."""
        return endpoints.policy(config)

    async def probe(self, config: LLMEngineConfig, endpoints: Endpoints, *, passed: bool = False) -> str:
        """See Adapter; with `passed` see `probe`."""
        return await probe(config, endpoints, passed=passed)


class Adapters:
    """The adapters an invocation knows: built in, registered, or installed with an entry point, in this order."""

    def __init__(self) -> None:
        self._known: dict[str, Adapter] = {"openai": HttpAdapter(), "litellm": LiteLlmAdapter()}

    def register(self, name: str, adapter: Adapter) -> None:
        """Make `adapter` known as `name`, in place of any other of that name."""
        self._known[name] = adapter

    def find(self, name: str) -> Adapter:
        """The adapter called `name`; ConfigError if there is none, or if it cannot be loaded."""
        if name not in self._known:
            self._known[name] = _installed(name, self._known)
        return self._known[name]

    def policy(self, config: LLMEngineConfig, endpoints: Endpoints) -> Policy:
        """The policy of a model, made by its adapter."""
        return self.find(config.adapter).policy(config, endpoints)

    async def probe(self, config: LLMEngineConfig, endpoints: Endpoints, *, passed: bool = False) -> str:
        """The adapter's line about a model; `passed` says that it passed a probe before, with the same settings."""
        adapter = self.find(config.adapter)
        if isinstance(adapter, HttpAdapter):
            return await adapter.probe(config, endpoints, passed=passed)
        return await adapter.probe(config, endpoints)


def _installed(name: str, known: dict[str, Adapter]) -> Adapter:
    installed = entry_points(group=GROUP)
    if name not in installed.names:
        raise ConfigError(f"there is no adapter {name!r}", hint=did_you_mean(name, {*known, *installed.names}))
    try:
        adapter: Adapter = installed[name].load()()
    except Exception as error:  # someone else's code: whatever it raises, the user needs to know whose it is
        raise ConfigError(
            f"the adapter {name!r} ({installed[name].value}) cannot be loaded: {type(error).__name__}: {error}"
        ) from error
    return adapter
