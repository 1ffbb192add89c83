"""One service as one key sees it: its address, its key, what bounds it, and one attempt at sending something there."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from pare_runner.errors import ConfigError
from pare_runner.llm.config import LLMEngineConfig
from pare_runner.llm.http.failures import GATEWAY, Failure
from pare_runner.llm.http.keys import Keys
from pare_runner.llm.http.limiter import Slots
from pare_runner.llm.http.pool import Pool
from pare_runner.llm.http.presence import PATIENCE, Presence
from pare_runner.llm.http.retries import Service

ERROR_BYTES = 65_536
"""How much of an error answer is read."""
LARGE = 2**20
"""Bodies above this are streamed; aiohttp warns when it is handed more at once."""
CONNECT, ANSWER = 5.0, 10.0
"""Seconds that a probe waits at most for a connection and for an answer; less if the configuration says less."""
LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Terms:
    """How requests of one configuration are sent: headers, timeouts in seconds, bytes of a reply at most."""

    headers: CIMultiDict[str]
    timeout: aiohttp.ClientTimeout
    max_bytes: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server sent: status, headers, the whole body (of an error only its beginning)."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def fine(self) -> bool:
        """Whether the status is 2xx."""
        return 200 <= self.status < 300


class Endpoint:
    """A base URL and the key that is used there, shared by all models behind it. ConfigError if either is unusable."""

    def __init__(
        self,
        config: LLMEngineConfig,
        environ: Mapping[str, str],
        pool: Pool,
        limiter: Slots,
        patience: float | None = PATIENCE,
    ) -> None:
        self.base = base_url(config)
        self.limiter = limiter
        self.pool = pool
        self.keys = Keys(environ)
        self._key = self.keys.key(config)
        self._proxy = proxy(self.base, environ)
        brief = {
            "connect_timeout": min(CONNECT, config.connect_timeout),
            "read_timeout": min(ANSWER, config.read_timeout),
            "total_timeout": min(ANSWER, config.total_timeout),
        }
        self._probing = self.terms(config.model_copy(update=brief))
        self.presence = Presence(config.label, str(self.base), self.is_there, patience)
        self.service = Service(self.limiter, self.presence)

    def url(self, path: str) -> URL:
        """The address of `path` below the base URL."""
        return self.base / path

    def terms(self, config: LLMEngineConfig, *, keyless: bool = False) -> Terms:
        """How to send on behalf of `config`; ConfigError if a header's variable is not set."""
        headers = CIMultiDict({"Accept": "application/json", "User-Agent": "pare-runner"})
        if self._key is not None and not keyless:
            headers["Authorization"] = f"Bearer {self._key}"
        headers.update(self.keys.headers(config, keyless=keyless))
        timeout = aiohttp.ClientTimeout(
            total=config.total_timeout, connect=config.connect_timeout, sock_read=config.read_timeout
        )
        return Terms(headers, timeout, config.max_reply_bytes)

    async def is_there(self) -> bool:
        """Whether somebody answers; no completion is asked for.

        The list of models is, and any answer will do, as some services have no list, but for those that a proxy gives
        in the service's place. So will silence on a connection: one parked call will find out what it means.
        """
        try:
            return (await self.send(self.url("models"), self._probing)).status not in GATEWAY
        except Failure as failure:
            return not failure.lost

    async def send(self, url: URL, terms: Terms, body: bytes | None = None) -> Answer:
        """GET `url`, or POST `body` there as JSON, once; raises Failure when no whole answer comes back."""
        where = str(url)
        headers = terms.headers
        data: bytes | io.BytesIO | None = body
        if body is not None:
            headers = CIMultiDict(headers)
            headers["Content-Type"] = "application/json"
            if len(body) > LARGE:
                data = io.BytesIO(body)
        try:
            async with self.pool.session.request(
                "GET" if body is None else "POST",
                url,
                data=data,
                headers=headers,
                timeout=terms.timeout,
                allow_redirects=False,
                proxy=self._proxy,
            ) as response:
                if 200 <= response.status < 300:
                    return Answer(response.status, response.headers, await whole(response, terms.max_bytes, where))
                return Answer(response.status, response.headers, await beginning(response))
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise failure_of_transport(error, where, terms.timeout) from None


def base_url(config: LLMEngineConfig) -> URL:
    """The base URL of `config`; ConfigError if there is none."""
    if config.endpoint is None:
        raise ConfigError(
            f"model {config.label} has no endpoint",
            hint="give the base URL of a server that speaks OpenAI's protocol, e.g. http://localhost:8000/v1",
        )
    return URL(config.endpoint)


def proxy(url: URL, environ: Mapping[str, str]) -> str | None:
    """The proxy that `http_proxy` or `https_proxy` names for `url`; none for what `no_proxy` lists and loopback."""

    def named(variable: str) -> str:
        return environ.get(variable) or environ.get(variable.upper()) or ""

    host = url.host or ""
    spared = [entry.strip().lstrip(".") for entry in named("no_proxy").split(",") if entry.strip()]
    if host in LOOPBACK or any(entry in ("*", host) or host.endswith(f".{entry}") for entry in spared):
        return None
    found = named(f"{url.scheme}_proxy")
    return (found if "://" in found else f"http://{found}") if found else None


async def whole(response: aiohttp.ClientResponse, most: int, where: str) -> bytes:
    """The body; Failure `reply_too_large` as soon as it is known to be larger than `most` bytes."""
    if response.content_length is None or response.content_length <= most:
        chunks: list[bytes] = []
        size = 0
        async for chunk in response.content.iter_any():
            chunks.append(chunk)
            size += len(chunk)
            if size > most:
                break
        else:
            return chunks[0] if len(chunks) == 1 else b"".join(chunks)
    response.close()
    raise Failure("reply_too_large", f"the reply from {where} is larger than {most} bytes")


async def beginning(response: aiohttp.ClientResponse) -> bytes:
    """The first ERROR_BYTES of a body; a body that breaks off is taken as it is."""
    taken = b""
    try:
        async for chunk in response.content.iter_any():
            taken += chunk
            if len(taken) >= ERROR_BYTES:
                response.close()
                break
    except (aiohttp.ClientError, TimeoutError, OSError):
        response.close()
    return taken[:ERROR_BYTES]


def failure_of_transport(error: Exception, where: str, timeout: aiohttp.ClientTimeout) -> Failure:
    """The failure that an error of the connection is. Trouble with TLS does not pass by itself, all else may."""
    match error:
        case aiohttp.ConnectionTimeoutError():
            return Failure(
                "unreachable", f"no connection to {where} within {timeout.connect:g} s", retry=True, lost=True
            )
        case aiohttp.SocketTimeoutError():
            return Failure("timeout", f"{where} sent nothing for {timeout.sock_read:g} s", retry=True)
        case TimeoutError():
            return Failure("timeout", f"no whole reply from {where} within {timeout.total:g} s", retry=True)
        case aiohttp.ClientConnectorCertificateError():
            return Failure("unreachable", f"the certificate of {where} is refused: {error.certificate_error}")
        case aiohttp.ClientSSLError():
            return Failure("unreachable", f"no TLS connection to {where}: {error}")
        case aiohttp.ClientConnectorError():
            return Failure(
                "unreachable", f"cannot connect to {where}: {error.os_error or error}", retry=True, lost=True
            )
        case aiohttp.ClientHttpProxyError():
            passes = error.status >= 500
            return Failure(
                "unreachable",
                f"the proxy on the way to {where} refuses: HTTP {error.status} {error.message}",
                retry=passes,
                lost=passes,
            )
        case aiohttp.ClientResponseError() | aiohttp.InvalidURL():
            return Failure("bad_reply", f"{where} does not answer in HTTP as it should: {error}", retry=True)
        case _:
            return Failure("unreachable", f"the connection to {where} was lost: {error}", retry=True, lost=True)
