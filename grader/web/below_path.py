"""Lets the whole application live below a path, such as https://host/grader: only this module and the templates know it.

The application reads and writes addresses without that path. Links in pages begin with ``{{ root }}``; redirects and the paths
of cookies get it here. A cookie that is set over HTTPS is for HTTPS only, also if only the proxy knows that it is HTTPS.
"""

from __future__ import annotations

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

WHOLE_SITE = re.compile(r"; path=/(?=;|$)", re.IGNORECASE)
"""The path of a cookie that the application sets."""
SECURE = re.compile(r"; secure(?=;|$)", re.IGNORECASE)


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
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        own_scope = {**scope, "path": without(scope["path"], self._root), "root_path": self._root}

        async def send_below(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._change(MutableHeaders(scope=message), own_scope["scheme"] == "https")
            await send(message)

        await self._app(own_scope, receive, send_below)

    def _change(self, headers: MutableHeaders, is_secure: bool) -> None:
        location = headers.get("location", "")
        if location.startswith("/") and not location.startswith("//"):
            headers["location"] = f"{self._root}{location}"
        cookies = headers.getlist("set-cookie")
        if cookies:
            del headers["set-cookie"]
            for cookie in cookies:
                below = WHOLE_SITE.sub(f"; Path={self._root or '/'}", cookie)
                headers.append("set-cookie", f"{below}; Secure" if is_secure and not SECURE.search(below) else below)


def without(path: str, root: str) -> str:
    """Return a path without ``root`` at its beginning, at least "/"."""
    if not root:
        return path
    if path == root:
        return "/"
    return path.removeprefix(root) if path.startswith(f"{root}/") else path
