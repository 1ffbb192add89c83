"""A server on loopback that speaks chat completions, and misbehaves as a script says.

    async with FaultServer(lambda body, n: too_many(0.1) if n == 0 else Reply("Hello.")) as server:
        config = LLMEngineConfig(model_name="m", endpoint=server.base_url)

The script gets the body of the `n`-th completion asked for, from 0, and gives a `Reply` or a `Fault`. `with_faults`
puts random faults before another script's replies. `in_thread` serves from a thread of its own, for tests that start an
event loop themselves.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import orjson
from aiohttp import web

from pare_runner.kernel.draws import word

MANY = 10**9


@dataclass(frozen=True)
class Reply:
    """A sound completion; `tool_calls` are pairs of a name and the arguments, a text or an object."""

    content: str | None = "Done."
    tool_calls: Sequence[tuple[str, Any]] = ()
    reasoning: str | None = None
    finish_reason: str | None = None
    usage: dict[str, Any] | None = field(default_factory=lambda: {"prompt_tokens": 20, "completion_tokens": 5})
    model: str = "served-model"
    ids: bool = True

    @property
    def value(self) -> dict[str, Any]:
        """The completion as JSON values."""
        message: dict[str, Any] = {"role": "assistant", "content": self.content}
        if self.reasoning is not None:
            message["reasoning_content"] = self.reasoning
        if self.tool_calls:
            message["tool_calls"] = [
                ({"id": f"served_{place}"} if self.ids else {})
                | {"type": "function", "function": {"name": name, "arguments": arguments}}
                for place, (name, arguments) in enumerate(self.tool_calls)
            ]
        reason = self.finish_reason or ("tool_calls" if self.tool_calls else "stop")
        choice = {"index": 0, "message": message, "finish_reason": reason}
        return {"object": "chat.completion", "model": self.model, "choices": [choice], "usage": self.usage}

    @property
    def body(self) -> bytes:
        """The completion as it is sent."""
        return orjson.dumps(self.value)


@dataclass(frozen=True)
class Fault:
    """An answer that is wrong in some way.

    `stall`: seconds before anything is sent. `cut`: bytes of the body sent before the connection is cut, 0 for none and
    no headers either. `slow`: seconds between single bytes. `repeat`: how many times the body is sent, as one.
    """

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    stall: float = 0.0
    cut: int | None = None
    slow: float = 0.0
    repeat: int = 1


Script = Callable[[dict[str, Any], int], Reply | Fault]


def error(status: int, message: str, *, headers: dict[str, str] | None = None, **members: Any) -> Fault:
    """An error answer in OpenAI's form."""
    return Fault(status, orjson.dumps({"error": {"message": message, **members}}), headers or {})


def too_many(retry_after: float | str | None = None) -> Fault:
    """429, with Retry-After if given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return error(429, "Rate limit reached", code="rate_limit_exceeded", headers=headers)


def server_error() -> Fault:
    """500 with a page of HTML, as proxies send it."""
    return Fault(500, b"<html><body>Internal Server Error</body></html>", {"Content-Type": "text/html"})


def unavailable() -> Fault:
    """503."""
    return error(503, "The engine is overloaded", type="overloaded_error")


def stall(seconds: float = 60.0) -> Fault:
    """Nothing for a while."""
    return Fault(stall=seconds)


def disconnect() -> Fault:
    """The connection closes before any answer."""
    return Fault(cut=0)


def cut_body() -> Fault:
    """The connection closes in the middle of a sound reply."""
    return Fault(body=orjson.dumps(Reply("This reply is cut short.").value), cut=40)


def invalid_json() -> Fault:
    """Half of a JSON text, declared as whole."""
    return Fault(body=b'{"choices": [{"message": ')


def no_choices() -> Fault:
    """200 with an empty list of choices."""
    return Fault(body=b'{"choices": [], "model": "served-model"}')


def error_in_200(code: int | str = 502, message: str = "Provider returned error") -> Fault:
    """200 with an error object, as gateways send it when a model fails after they have answered."""
    return Fault(body=orjson.dumps({"error": {"code": code, "message": message}}))


def slow_bytes(pause: float = 0.01) -> Fault:
    """A sound reply, one byte at a time."""
    return Fault(body=orjson.dumps(Reply("Slow.").value), slow=pause)


def filtered() -> Fault:
    """A prompt refused by the content filter, in Azure's form."""
    inner = {"code": "ResponsibleAIPolicyViolation"}
    return error(400, "The response was filtered", code="content_filter", innererror=inner)


def unauthorized(echo: str = "") -> Fault:
    """401; `echo` is repeated in the message, as some services do with keys."""
    return error(401, f"Incorrect API key provided: {echo}", code="invalid_api_key")


def not_found(model: str = "m") -> Fault:
    """404 for a model."""
    return error(404, f"The model `{model}` does not exist", code="model_not_found")


def huge(size: int = 50_000_000, *, declared: bool = True) -> Fault:
    """A reply of `size` bytes, with or without a Content-Length."""
    piece = b" " * 100_000
    return Fault(body=piece, repeat=size // len(piece), headers={} if declared else {"Transfer-Encoding": "chunked"})


def overflow() -> Fault:
    """A prompt that does not fit the context, in OpenAI's form."""
    message = "This model's maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens."
    return error(400, message, code="context_length_exceeded", type="invalid_request_error")


PASSING: tuple[Callable[[], Fault], ...] = (
    too_many,
    server_error,
    unavailable,
    disconnect,
    cut_body,
    invalid_json,
    no_choices,
    error_in_200,
)
"""Faults that a further attempt gets over, all without waiting."""


def with_faults(script: Script, rate: float, seed: int = 0, faults: Sequence[Callable[[], Fault]] = PASSING) -> Script:
    """`script` behind faults: each attempt fails with probability `rate`.

    Draws are keyed by the body and how often it has come, so the order in which requests arrive plays no part. `script`
    is told the number of replies it has given, not that of requests.
    """
    seen: Counter[bytes] = Counter()
    replies = iter(range(MANY))

    def faulty(body: dict[str, Any], n: int) -> Reply | Fault:
        text = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        attempt = seen[text]
        seen[text] += 1
        key = (seed, "fault", text.decode(), attempt)
        if word(*key) / 2**64 < rate:
            return faults[word(*key, "kind") % len(faults)]()
        return script(body, next(replies))

    return faulty


class FaultServer:
    """The server, as an async context manager.

    `models` are listed at `/models`, None for a server without that list. With `key` every completion needs it, and the
    list too unless `open_list`. `bodies`, `headers` and `paths` hold what was asked for, `peers` the client's ends of
    the connections; `most` is the largest number of completions that were in work at once. `vanish_for` takes it off
    the network for a while; what it was asked before is still counted.
    """

    def __init__(
        self,
        script: Script = lambda body, n: Reply(),
        *,
        models: Sequence[str] | None = ("m",),
        key: str | None = None,
        open_list: bool = False,
    ) -> None:
        self.script = script
        self.models = models
        self.key = key
        self.open_list = open_list
        self.base_url = ""
        self.bodies: list[dict[str, Any]] = []
        self.headers: list[dict[str, str]] = []
        self.paths: list[str] = []
        self.peers: set[tuple[str, int]] = set()
        self.in_work = 0
        self.most = 0
        self._runner: web.ServerRunner | None = None
        self._absence: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._closing = asyncio.Event()
        self._server = web.Server(self._serve)
        self._runner = web.ServerRunner(self._server, shutdown_timeout=0.05)
        await self._runner.setup()
        self._site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await self._site.start()
        self.base_url = f"http://127.0.0.1:{self._site.port}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, problem: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._runner is not None
        self._closing.set()
        if self._absence is not None:
            self._absence.cancel()
            await asyncio.gather(self._absence, return_exceptions=True)
        await self._runner.cleanup()

    async def vanish(self) -> None:
        """Nobody listens any more, and every connection is gone, whatever was being answered on it."""
        await self._site.stop()
        for connection in self._server.connections:
            if connection.transport is not None:
                connection.transport.abort()

    async def come_back(self) -> None:
        """Listen on the same port again."""
        assert self._runner is not None
        self._site = web.TCPSite(self._runner, "127.0.0.1", self._site.port)
        await self._site.start()

    def vanish_for(self, seconds: float) -> None:
        """Vanish now and come back later; for scripts, which run on the server's own loop."""

        async def absence() -> None:
            await self.vanish()
            await self._wait(seconds)
            if not self._closing.is_set():
                await self.come_back()

        self._absence = asyncio.get_running_loop().create_task(absence())

    @contextlib.contextmanager
    def in_thread(self) -> Iterator[Self]:
        """Serve from a thread with a loop of its own."""
        ready, loop = threading.Event(), asyncio.new_event_loop()

        async def serve(end: asyncio.Event) -> None:
            async with self:
                ready.set()
                await end.wait()

        end = asyncio.Event()
        thread = threading.Thread(target=lambda: loop.run_until_complete(serve(end)))
        thread.start()
        try:
            if not ready.wait(10):
                raise RuntimeError("the fault server does not start")
            yield self
        finally:
            loop.call_soon_threadsafe(end.set)
            thread.join()
            loop.close()

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        self.paths.append(request.path)
        if request.transport is not None:
            self.peers.add(request.transport.get_extra_info("peername"))
        right = self.key is None or request.headers.get("Authorization") == f"Bearer {self.key}"
        if request.path == "/v1/models" and request.method == "GET" and self.models is not None:
            if not (right or self.open_list):
                return await self._send(request, unauthorized())
            listed = {"object": "list", "data": [{"id": name} for name in self.models]}
            return web.Response(body=orjson.dumps(listed), content_type="application/json")
        if request.path != "/v1/chat/completions" or request.method != "POST":
            return web.Response(status=404, text="404: Not Found")
        if not right:
            return await self._send(request, unauthorized())
        self.in_work += 1
        self.most = max(self.most, self.in_work)
        try:
            return await self._complete(request)
        finally:
            self.in_work -= 1

    async def _complete(self, request: web.BaseRequest) -> web.StreamResponse:
        body = orjson.loads(await request.content.read())  # not request.read(), which takes a megabyte at most
        self.bodies.append(body)
        self.headers.append(dict(request.headers))
        answer = self.script(body, len(self.bodies) - 1)
        if isinstance(answer, Reply):
            return web.Response(body=orjson.dumps(answer.value), content_type="application/json")
        return await self._send(request, answer)

    async def _send(self, request: web.BaseRequest, fault: Fault) -> web.StreamResponse:
        if fault.stall:
            await self._wait(fault.stall)
        if fault.cut == 0:
            self._cut(request)
            return web.Response()
        response = web.StreamResponse(status=fault.status, headers={"Content-Type": "application/json"})
        response.headers.update(fault.headers)
        if response.headers.pop("Transfer-Encoding", None):
            response.enable_chunked_encoding()
        else:
            response.content_length = len(fault.body) * fault.repeat
        with contextlib.suppress(ConnectionError):  # the client may leave at any moment
            await response.prepare(request)
            if fault.cut is not None:
                await response.write(fault.body[: fault.cut])
                self._cut(request)
            elif fault.slow:
                for place in range(len(fault.body)):
                    await response.write(fault.body[place : place + 1])
                    await self._wait(fault.slow)
            else:
                for _ in range(fault.repeat):
                    await response.write(fault.body)
        return response

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._closing.wait(), seconds)

    @staticmethod
    def _cut(request: web.BaseRequest) -> None:
        if request.transport is not None:
            request.transport.close()
