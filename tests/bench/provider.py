"""A stand-in for the provider's SMS side that only waits: so many requests a second, so long each, a thousand numbers in one.

A process of its own on one event loop, so that it costs as little as can be; started with a port and an event.
"""

from __future__ import annotations

import asyncio
import itertools
import multiprocessing
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import unquote_plus

PER_SECOND, TAKES_SECONDS = 50, 0.2
_ids = itertools.count(1)


@contextmanager
def provider() -> Iterator[str]:
    """Run it; returns its URL."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    context = multiprocessing.get_context("spawn")
    is_up = context.Event()
    process = context.Process(target=_run, args=(port, is_up), daemon=True)
    process.start()
    is_up.wait(30)
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.join()


def _run(port: int, is_up: object) -> None:
    asyncio.run(_serve(port, is_up))


async def _serve(port: int, is_up: object) -> None:
    next_turn = [0.0]

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            length = next(
                int(line[15:]) for line in head.split(b"\r\n") if line[:15].lower() == b"content-length:"
            )
            body = await reader.readexactly(length)
            loop = asyncio.get_running_loop()
            turn = next_turn[0] = max(loop.time(), next_turn[0] + 1 / PER_SECOND)
            answer = _answer(body)
            await asyncio.sleep(turn + TAKES_SECONDS - loop.time())
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", port)
    is_up.set()  # type: ignore[attr-defined]
    async with server:
        await server.serve_forever()


async def _head(reader: asyncio.StreamReader) -> bytes:
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return b""


def _answer(body: bytes) -> bytes:
    to = next(each[3:] for each in body.decode().split("&") if each.startswith("to="))
    entries = ",".join(
        f'{{"cost":"INR 0.8000","messageId":"ATXid_{next(_ids):032d}","number":"{number}","status":"Success","statusCode":101}}'
        for number in unquote_plus(to).split(",")
    )
    answer = f'{{"SMSMessageData":{{"Message":"Sent","Recipients":[{entries}]}}}}'.encode()
    head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
    return head.encode() + answer
