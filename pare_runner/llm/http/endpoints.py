"""All services of an invocation: their connections, and what those who ask the same service share."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoint import Endpoint, base_url
from pare_runner.llm.http.limiter import Limiter
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.llm.http.pool import Pool


class Endpoints:
    """The HTTP side of an invocation, to be used as `async with Endpoints(environment()) as endpoints`.

    Connections belong to the event loop on which it was entered; sessions may be used on others as well. There is one
    Endpoint for each base URL and key variable: models that share it share its limiter, with the strictest
    `max_concurrency` and `requests_per_minute` among them. Leaving closes every connection.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self.environ = environ
        self.pool = Pool()
        self._endpoints: dict[tuple[str, str | None], Endpoint] = {}
        self._limiters: dict[tuple[str | None, str | None, str | None], Limiter] = {}

    def policy(self, config: LLMEngineConfig) -> HttpPolicy:
        """The policy of `config`; ConfigError if it has no endpoint or a variable it needs is not set."""
        endpoint = self.endpoint(config)
        policy = HttpPolicy(config, endpoint)
        endpoint.limiter.tighten(config.max_concurrency, config.requests_per_minute)
        return policy

    def endpoint(self, config: LLMEngineConfig) -> Endpoint:
        """The endpoint of `config`, made when first asked for; ConfigError as above."""
        key = (str(base_url(config)), config.api_key_env)
        found = self._endpoints.get(key)
        if found is None:
            found = self._endpoints[key] = Endpoint(config, self.environ, self.pool)
        return found

    def limiter(self, config: LLMEngineConfig) -> Limiter:
        """The limiter for adapters with connections of their own: one a provider, endpoint and key variable."""
        key = (config.provider, config.endpoint, config.api_key_env)
        found = self._limiters.get(key)
        if found is None:
            found = self._limiters[key] = Limiter(config.max_concurrency)
        found.tighten(config.max_concurrency, config.requests_per_minute)
        return found

    async def __aenter__(self) -> Self:
        await self.pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.pool.__aexit__(kind, error, trace)
