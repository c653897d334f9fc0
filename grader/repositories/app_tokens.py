"""The tokens of a GitHub App: it signs with its key, and gets a token for its installation in one organisation."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass

from joserfc import jwt
from joserfc.jwk import RSAKey

from ..support.i18n import _
from .connection import HostConnection, moment_of
from .model import NotPermitted, NotThere

JWT_SECONDS = 540  # GitHub allows ten minutes
SPARE_SECONDS = 300
"""How long before its end a token is renewed."""


@dataclass(frozen=True)
class App:
    """A GitHub App: its id, and its private key as PEM."""

    id: str
    key: str

    def assertion(self) -> str:
        """Return a JWT that proves for a few minutes who the App is."""
        moment = int(time.time())
        claims = {"iat": moment - 60, "exp": moment + JWT_SECONDS, "iss": self.id}
        return jwt.encode({"alg": "RS256"}, claims, RSAKey.import_key(self.key), algorithms=["RS256"])


class AppTokens:
    """The tokens of an App for one organisation, which is found by its number once that is known."""

    def __init__(
        self, app: App, api: str, name: str, fixed_headers: Mapping[str, str], organisation: str, number: str
    ) -> None:
        self._organisation, self._number = organisation, number
        self._name = name
        self._token, self._end = "", 0.0
        self._lock = threading.Lock()
        self._connection = HostConnection(
            api, name, lambda: {**fixed_headers, "Authorization": f"Bearer {app.assertion()}"}
        )

    def token(self) -> str:
        """Return a valid token; raises HostProblem."""
        with self._lock:
            if time.time() > self._end - SPARE_SECONDS:
                installation = self._installation()
                reply = self._connection.send("POST", f"/app/installations/{installation}/access_tokens")
                record = self._connection.record(reply)
                end = moment_of(record.get("expires_at"))
                self._token = str(record.get("token", ""))
                self._end = end.timestamp() if end is not None else time.time() + 3600
            return self._token

    def _installation(self) -> str:
        if self._number:  # the organisation may have another name now
            for entry in self._connection.pages("/app/installations"):
                if str(entry.get("account", {}).get("id")) == self._number:
                    return str(int(entry["id"]))
        else:
            try:
                reply = self._connection.get(f"/orgs/{self._organisation}/installation")
                return str(int(self._connection.record(reply)["id"]))
            except NotThere:
                pass
        sentence = _(
            "The App is not installed in the organisation {organisation}: an owner of it must install the App."
        )
        raise NotPermitted(sentence.format(organisation=self._organisation))
