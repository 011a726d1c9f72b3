"""The page's server: this machine only, and nothing is fetched from anywhere else."""

import importlib.resources
import json
import socket
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .service import Service

HOST = "127.0.0.1"
LARGEST = 256 * 2**20
TYPES = {"html": "text/html", "css": "text/css", "js": "text/javascript"}
# The page may load and ask what comes from here, and nothing else.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def application(service: Service) -> Starlette:
    """The page, its parts, and what it can ask the service for."""
    asked: dict[str, Callable[[dict[str, Any]], Any]] = {
        "start": service.start,
        "progress": service.progress,
        "step": service.step,
        "goal": service.aim,
        "break": service.break_action,
    }
    routes = [Route("/", _part), Route("/page/{name}", _part)]
    routes += [
        Route("/worlds", lambda request: _answer(service.worlds())),
        Route("/file", _of_bytes(service.keep_file), methods=["POST"]),
    ]
    routes += [Route(f"/{name}", _of(call), methods=["POST"]) for name, call in asked.items()]
    # Another page in the same browser cannot speak with this one, by whatever name it calls it.
    hosts = Middleware(TrustedHostMiddleware, allowed_hosts=[HOST, "localhost"])
    return Starlette(routes=routes, middleware=[hosts])


def bound(port: int) -> socket.socket:
    """A socket on this machine alone; port 0 takes any that is free.

    Raises:
        ValueError: the port is taken, or is none.
    """
    if not 0 <= port <= 65535:
        raise ValueError(f"--port must be in 0..65535, got {port}")
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        found.bind((HOST, port))
        found.listen()
    except OSError as error:
        found.close()
        raise ValueError(f"--port {port} is taken: pass another one, or 0 for any") from error
    return found


def server(service: Service) -> uvicorn.Server:
    """The server of the page, not running yet."""
    options: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off"}
    return uvicorn.Server(
        uvicorn.Config(application(service), timeout_graceful_shutdown=1, **options)
    )


def serve(at: socket.socket) -> None:
    """Serves the page until Ctrl-C."""
    service = Service()
    try:
        server(service).run(sockets=[at])
    except KeyboardInterrupt:
        pass
    finally:
        service.close()


def _part(request: Request) -> Response:
    """The page, or a part of it."""
    folder = importlib.resources.files(__package__ or "") / "page"
    name = request.path_params.get("name", "page.html")
    known = {part.name for part in folder.iterdir()}
    kind = TYPES.get(name.rpartition(".")[2])
    if name not in known or kind is None:
        return Response("not found", 404)
    return Response((folder / name).read_bytes(), media_type=kind, headers=HEADERS)


def _of(call: Callable[[dict[str, Any]], Any]) -> Callable:
    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        try:
            values = json.loads(body or b"{}")
        except ValueError:
            return _answer({"error": "not JSON"}, 400)
        if not isinstance(values, dict):
            return _answer({"error": "not a JSON object"}, 400)
        return await _called(request, lambda: call(values))

    return endpoint


def _of_bytes(call: Callable[[bytes], Any]) -> Callable:
    async def endpoint(request: Request) -> Response:
        body = await _body(request)
        return await _called(request, lambda: call(body))

    return endpoint


async def _called(request: Request, call: Callable[[], Any]) -> Response:
    """What a call returns; what is wrong with what was asked for is answered in one line."""
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        return _answer({"error": "asked from another page"}, 403)
    try:
        return _answer(await run_in_threadpool(call))
    except (ValueError, TypeError, OSError) as error:
        return _answer({"error": " ".join(str(error).split())}, 400)


async def _body(request: Request) -> bytes:
    """The body, as far as one may be long."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size > LARGEST:
            return b""
        parts.append(part)
    return b"".join(parts)


def _answer(values: Any, status: int = 200) -> Response:
    return JSONResponse(values, status, HEADERS)
