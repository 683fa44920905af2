"""Which endpoint would answer a probe: the application's own router is asked, and stopped before it calls any."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from starlette.routing import NoMatchFound


class _SelectedError(Exception):
    def __init__(self, endpoint: object) -> None:
        super().__init__()
        self.endpoint = endpoint


class _Scope(dict[str, Any]):
    """A request that ends as soon as a router has chosen an endpoint, before any dependency or endpoint runs."""

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._stop(key, value)

    def update(self, *arguments: Any, **more: Any) -> None:
        super().update(*arguments, **more)
        for key, value in dict(*arguments, **more).items():
            self._stop(key, value)

    def _stop(self, key: str, value: Any) -> None:
        # A mounted application is an object: its own router goes on with this scope.
        if key == "endpoint" and (inspect.isroutine(value) or inspect.isclass(value)):
            raise _SelectedError(value)


async def shadowed(application: Any, probes: Mapping[str, Sequence[Callable[..., Any]]]) -> list[str]:
    """Say which of ``probes`` (endpoints by the names of their routes) another route of ``application`` answers."""
    router = getattr(application, "router", None)
    if router is None:
        return []
    told = []
    for name, endpoints in probes.items():
        try:
            path = str(router.url_path_for(name))
        except NoMatchFound:  # these routes are part of another application
            continue
        selected = await _selected(application, router, path)
        if not any(selected is endpoint for endpoint in endpoints):
            told.append(
                f"{path}: {_named(selected)} comes before the health route and would answer its probes: put the "
                "routes of health_routes or health_router first"
            )
    return told


async def _selected(application: Any, router: Any, path: str) -> object:
    scope = _Scope(
        type="http",
        http_version="1.1",
        method="GET",
        scheme="http",
        path=path,
        raw_path=path.encode(),
        query_string=b"",
        root_path="",
        headers=[(b"host", b"localhost")],
        client=None,
        server=("localhost", 80),
        app=application,
        state={},
    )
    try:
        await router(scope, _no_message, _no_reply)
    except _SelectedError as selected:
        return selected.endpoint
    except Exception:  # noqa: BLE001 - a mounted application that cannot be asked: it is what stands there
        return scope.get("endpoint")
    return scope.get("endpoint")


async def _no_message() -> dict[str, Any]:
    return {"type": "http.disconnect"}


async def _no_reply(_: Mapping[str, Any]) -> None:
    """Replies go nowhere."""


def _named(endpoint: object) -> str:
    name = getattr(endpoint, "__qualname__", None)
    return f"{getattr(endpoint, '__module__', '?')}.{name}" if name else type(endpoint).__name__
