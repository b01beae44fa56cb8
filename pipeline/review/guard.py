"""What stands around the whole application: who may ask at all, and what goes with every answer.

It sees a request before any route does, and an answer after all of them, so that no route and no
error can forget a header, a limit or the line in the log.
"""

from __future__ import annotations

import asyncio
import json
import logging
import re
import time
from collections.abc import Iterable
from typing import Any

from pipeline.language import say
from pipeline.review.office import Office

Scope = dict[str, Any]

LARGEST = 64 * 1024
"""Bytes of a body."""
PATIENCE = 10
"""Seconds that a body may take, all in all."""
LONGEST = 4096
"""Characters of a path with its query; what we link to is far shorter."""
READS = ("GET", "HEAD")
POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
          "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)
_UNIT = re.compile("[0-9a-f]{16}")
log = logging.getLogger("zuozheng.review")


class Guard:
    """An ASGI application around another."""

    def __init__(self, app: Any, office: Office) -> None:
        self._app = app
        self._office = office

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        begun = time.perf_counter()
        answer = _Answer(send)
        scope.setdefault("state", {})
        try:
            refused = self._refused(scope)
            if refused is None:
                body = await _in_time(scope, receive)
                refused = (413, "too_large") if body is None else None
            if refused is not None:
                await _refuse(answer, *refused, self._office.language)
            else:
                await self._app(scope, _once(body or b""), answer)
        except Slow:
            await _refuse(answer, 408, "slow", self._office.language)
        except Exception as error:
            # What went wrong may quote what was written: the log gets its kind and place alone.
            log.error("%s at %s", type(error).__name__, place_of(error))
            if not answer.begun:
                await _refuse(answer, 500, "defect", self._office.language)
        finally:
            _note(scope, answer.status, begun)

    def _refused(self, scope: Scope) -> tuple[int, str] | None:
        headers = scope["headers"]
        host = _all(headers, b"host")
        if len(host) != 1 or host[0].lower() not in self._office.hosts:
            return 421, "host"
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > LONGEST:
            return 414, "too_long"
        if scope["method"] in READS:
            return None
        if scope["method"] != "POST":
            return 405, "method"
        return self._of_write(scope)

    def _of_write(self, scope: Scope) -> tuple[int, str] | None:
        """A write comes from our own page, and in the one form that its route reads."""
        headers = scope["headers"]
        site, origin = _all(headers, b"sec-fetch-site"), _all(headers, b"origin")
        ours = self._office.origins()
        # Pages without a referrer post as origin `null`; then only the browser's word counts.
        if origin not in ([], ["null"]) and not (len(origin) == 1 and origin[0] in ours):
            return 403, "cross_site"
        if site != ["same-origin"] and (site or origin in ([], ["null"])):
            return 403, "cross_site"
        api = scope["path"].startswith("/api/")
        kinds = [kind.partition(";")[0].strip().lower()
                 for kind in _all(headers, b"content-type")]
        if kinds != ["application/json" if api else "application/x-www-form-urlencoded"]:
            return 415, "content_type"
        return None


class _Answer:
    """The way out: every header on every answer, and the status for the log."""

    def __init__(self, send: Any) -> None:
        self._send = send
        self.status = 0
        self.begun = False

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status, self.begun = message["status"], True
            given = [pair for pair in message.get("headers", ()) if pair[0] != b"server"]
            if not any(name == b"cache-control" for name, _ in given):
                given.append((b"cache-control", b"no-store"))
            message = {**message, "headers": [*given, *HEADERS]}
        await self._send(message)


class Slow(Exception):
    """The body did not come in time."""


async def _in_time(scope: Scope, receive: Any) -> bytes | None:
    if scope["method"] in READS:
        return b""
    try:
        async with asyncio.timeout(PATIENCE):
            return await _body(scope, receive)
    except TimeoutError:
        raise Slow from None


async def _body(scope: Scope, receive: Any) -> bytes | None:
    """The whole body; None where it is larger than allowed (then the rest is not read)."""
    said = _all(scope["headers"], b"content-length")
    if said and not (said[0].isascii() and said[0].isdigit() and int(said[0]) <= LARGEST):
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return bytes(body)
        body += message.get("body", b"")
        if len(body) > LARGEST:
            return None
        if not message.get("more_body"):
            scope["state"]["body"] = bytes(body)
            return bytes(body)


def _once(body: bytes) -> Any:
    """A body that was read already, for an application that may ask for it."""
    messages = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Any:
        return messages.pop() if messages else {"type": "http.disconnect"}

    return receive


def _all(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> list[str]:
    return [value.decode("latin-1") for key, value in headers if key == name]


async def _refuse(send: Any, status: int, code: str, language: str) -> None:
    body = json.dumps({"error": code, "text": say(f"review.error.{code}", language)},
                      ensure_ascii=False).encode()
    await send({"type": "http.response.start", "status": status, "headers": [
        (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode()),
        (b"connection", b"close")]})
    await send({"type": "http.response.body", "body": body})


def place_of(error: BaseException) -> str:
    """Where in the program an error came up: file and line, nothing of what it says."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "?"
    return f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"


def _note(scope: Scope, status: int, begun: float) -> None:
    """A line of ids, the route's template, the status and the milliseconds; no text, no names."""
    route = getattr(scope.get("route"), "path", None) or "-"
    unit = scope.get("path_params", {}).get("unit", "")
    log.info("%s %s %d %.0fms account=%s unit=%s", scope["method"], route, status,
             (time.perf_counter() - begun) * 1000, scope["state"].get("account", "-"),
             unit if _UNIT.fullmatch(unit) else "-")
