"""All services of an invocation: their connections, and what those who ask the same service share."""

from __future__ import annotations

from collections.abc import Mapping
from types import TracebackType
from typing import Self

from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.endpoint import Endpoint, base_url
from pare_runner.llm.http.limiter import Limiter, MakeSlots
from pare_runner.llm.http.policy import HttpPolicy
from pare_runner.llm.http.pool import Pool
from pare_runner.llm.http.presence import PATIENCE, Away, Presence
from pare_runner.llm.http.retries import Service


def own_limiter(name: str, maximum: int) -> Limiter:
    """A limiter of this process."""
    return Limiter(maximum)


class Endpoints:
    """The HTTP side of an invocation, to be used as `async with Endpoints(environment()) as endpoints`.

    Connections belong to the event loop on which it was entered; sessions may be used on others as well. There is one
    Endpoint for each base URL and key variable: models that share it share its limiter, with the strictest
    `max_concurrency` and `requests_per_minute` among them. Leaving closes every connection.

    `make_limiter` makes the limiter of a service, once; a worker's ask the process that knows all workers. Whether a
    service is away each process finds out for itself. `offline_patience` is how many seconds calls wait for one that
    is, before they raise EndpointGone; None is for ever.
    """

    def __init__(
        self,
        environ: Mapping[str, str],
        make_limiter: MakeSlots = own_limiter,
        offline_patience: float | None = PATIENCE,
    ) -> None:
        self.environ = environ
        self.pool = Pool()
        self._make_limiter = make_limiter
        self._patience = offline_patience
        self._endpoints: dict[tuple[str, str | None], Endpoint] = {}
        self._services: dict[tuple[str | None, str | None, str | None], Service] = {}

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
            limiter = self._make_limiter(" ".join(filter(None, key)), config.max_concurrency)
            found = self._endpoints[key] = Endpoint(config, self.environ, self.pool, limiter, self._patience)
        return found

    def service(self, config: LLMEngineConfig) -> Service:
        """What adapters with connections of their own share: one a provider, endpoint and key variable.

        Nothing is known of their connections, so no probe is sent; a call tries whether the service is back.
        """
        key = (config.provider, config.endpoint, config.api_key_env)
        found = self._services.get(key)
        if found is None:
            name = " ".join(filter(None, (config.adapter, *key)))
            presence = Presence(config.label, config.endpoint or config.adapter, None, self._patience)
            found = self._services[key] = Service(self._make_limiter(name, config.max_concurrency), presence)
        found.limiter.tighten(config.max_concurrency, config.requests_per_minute)
        return found

    def away(self) -> list[Away]:
        """The services that are away at present; may be asked by any thread."""
        found = (presence.away for presence in self._presences())
        return [away for away in found if away is not None]

    @property
    def in_flight(self) -> int:
        """Calls that have been sent and not been answered yet."""
        return sum(presence.in_flight for presence in self._presences())

    def _presences(self) -> list[Presence]:
        services = [*(endpoint.service for endpoint in self._endpoints.values()), *self._services.values()]
        return [service.presence for service in services]

    async def __aenter__(self) -> Self:
        await self.pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for presence in self._presences():
            await presence.close()
        await self.pool.__aexit__(kind, error, trace)
