"""A server that speaks just enough of chat completions to be measured against: one reply, after a given latency.

`python benchmarks/server.py LATENCY` prints its port and serves until its standard input is closed.
"""

from __future__ import annotations

import asyncio
import json
import sys

REPLY = json.dumps(
    {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": "bench",
        "choices": [
            {
                "index": 0,
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "content": None,
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {
                                "name": "Messages__read_conversation",
                                "arguments": '{"conversation_id": "plan"}',
                            },
                        }
                    ],
                },
            }
        ],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 20, "total_tokens": 1020},
    }
).encode()
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(REPLY)


class Answering(asyncio.Protocol):
    """Answers each request on a connection after `latency` seconds; does as little as it can, to measure the client."""

    def __init__(self, latency: float) -> None:
        self.latency = latency
        self.missing = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if not self.missing:  # the head of a request comes in one piece
            head, _, body = data.partition(b"\r\n\r\n")
            self.missing = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
            data = body
        self.missing -= len(data)
        if not self.missing:
            asyncio.get_running_loop().call_later(self.latency, self.transport.write, HEAD + REPLY)


async def serve(latency: float) -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Answering(latency), "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(float(sys.argv[1])))
