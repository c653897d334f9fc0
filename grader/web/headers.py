"""Adds to every answer the headers that tell browsers what a page may load and who may use it."""

from __future__ import annotations

from collections.abc import Iterable

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

OWN_FRAMES = "frame-ancestors 'self'"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; frame-src 'self';"
    f" form-action 'self'; base-uri 'none'; {OWN_FRAMES}"
)
REPORT_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
"""For a page of the server that contains a report: its bars and charts have inline style."""
DOCUMENT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; script-src {scripts}; img-src data:;"
    f" form-action 'none'; base-uri 'none'; {OWN_FRAMES}"
)
FRAME_OPTIONS = "X-Frame-Options"
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",  # "no-referrer" would also remove the origin of the server's own forms
    FRAME_OPTIONS: "SAMEORIGIN",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
    "Cache-Control": "no-store",  # pages have marks and names
}
QUOTED_NONE = "'none'"
ONE_YEAR = 365 * 24 * 3600


class SecurityHeaders:
    """Adds :data:`HEADERS` to each answer that does not set them itself.

    ``only_https``: browsers use HTTPS for every server of this host from then on, so it is not for "localhost".
    """

    def __init__(self, app: ASGIApp, only_https: bool) -> None:
        self._app = app
        self._headers = HEADERS | ({"Strict-Transport-Security": f"max-age={ONE_YEAR}"} if only_https else {})

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    if name != FRAME_OPTIONS or headers["Content-Security-Policy"].endswith(OWN_FRAMES):
                        headers.setdefault(name, value)  # other frames can only be allowed by the policy
            await send(message)

        await self._app(scope, receive, send_with_headers)


def frame_policy(ancestors: Iterable[str], form_action: str = "'self'") -> str:
    """Return the policy of a page that pages of these origins may show in a frame; its forms go to ``form_action``."""
    policy = POLICY.removesuffix(OWN_FRAMES).replace("form-action 'self'", f"form-action {form_action}")
    return f"{policy}frame-ancestors {' '.join(ancestors) or QUOTED_NONE}"


def document_policy(*script_hashes: str) -> str:
    """Return the policy of a whole report or class page, which may run only the scripts with these hashes ("sha256-...")."""
    return DOCUMENT_POLICY.format(scripts=" ".join(f"'{digest}'" for digest in script_hashes) or "'none'")
