"""Lets the whole application live below a path, such as https://host/grader: only this module and the templates know it.

The application reads and writes addresses without that path. Links in pages begin with ``{{ root }}``; redirects and the paths
of cookies get it here.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WHOLE_SITE = re.compile(r"; path=/(?=;|$)", re.IGNORECASE)
"""The path of a cookie that the application sets."""


class BelowPath:
    """Takes ``root`` off the address of a request, and puts it in front of the addresses in the headers of the answer.

    Some proxies take it off themselves, so a request without it is answered as well. ``root`` is "" or begins with a slash and
    does not end with one.
    """

    def __init__(self, app: ASGIApp, root: str) -> None:
        self._app = app
        self._root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http" or not self._root:
            await self._app(scope, receive, send)
            return

        async def send_below(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._change(MutableHeaders(scope=message))
            await send(message)

        path = without(scope["path"], self._root)
        await self._app({**scope, "path": path, "root_path": self._root}, receive, send_below)

    def _change(self, headers: MutableHeaders) -> None:
        location = headers.get("location", "")
        if location.startswith("/") and not location.startswith("//"):
            headers["location"] = f"{self._root}{location}"
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
            for cookie in cookies:
                headers.append("set-cookie", WHOLE_SITE.sub(f"; Path={self._root}", cookie))


def without(path: str, root: str) -> str:
    """Return a path without ``root`` at its beginning, at least "/"."""
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else path
