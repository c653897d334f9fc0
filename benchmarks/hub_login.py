"""Measure a sign-in with a JupyterHub: ``python benchmarks/hub_login.py [--people N] [--json FILE]``.

A real hub, its proxy (configurable-http-proxy in Python) and ``grader serve --hub`` run on this machine. Each person is signed in to the hub. The
time is that from the click on the service to the last byte of the first page of the grader, with all redirects on the way:

- ``new``: the first time, when the account is made and gets the role of a group;
- ``known``: again in another browser, when the account exists;
- ``token``: a request of a notebook with a token that the hub must be asked about, as a comparison with ``token again``.

Prints one JSON document with the median and the value below which 95 of 100 are, in seconds. The goal for a sign-in is one second.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path

import httpx

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from tests.hub import LOGIN, Hub, running_hub  # noqa: E402

GOAL = 1.0
CONFIG = """
c.Authenticator.allowed_users = {people!r}
c.JupyterHub.load_groups = {{"everybody": {{"users": {people!r}}}}}
c.JupyterHub.services.append({{"name": "tokens", "api_token": {token!r}}})
c.JupyterHub.load_roles.append({{"name": "tokens", "services": ["tokens"], "scopes": ["tokens", "access:services", "read:users"]}})
"""
TOKEN = "token-that-makes-tokens-0123456789"


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=60)
    parser.add_argument("--json", type=Path, metavar="FILE")
    options = parser.parse_args()
    people = [f"student-{number}" for number in range(options.people)]
    with (
        tempfile.TemporaryDirectory(prefix="hub-login-") as folder,
        running_hub(Path(folder, "hub"), LOGIN, change=CONFIG.format(people=people, token=TOKEN)) as hub,
    ):
        times = {
            "new": [sign_in(hub, name) for name in people],
            "known": [sign_in(hub, name) for name in people],
        }
        times |= with_tokens(hub, people)
    text = json.dumps({name: figures(seconds) for name, seconds in times.items()}, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text)


def sign_in(hub: Hub, name: str) -> float:
    """Return the seconds from the click of a person to the first page of the grader."""
    with hub.browser(name) as browser:
        start = time.perf_counter()
        answer = browser.get(f"{hub.service}/")
        seconds = time.perf_counter() - start
        if not str(answer.url).startswith(hub.service) or name not in answer.text:
            raise RuntimeError(f"{name} was not signed in: {answer.status_code} {answer.url}")
    return seconds


def with_tokens(hub: Hub, people: list[str]) -> dict[str, list[float]]:
    """Return the seconds of the first and of the second request with the hub's token of each person."""
    first, second = [], []
    with httpx.Client(timeout=60, trust_env=False) as client:
        for name in people:
            made = client.post(
                f"{hub.address}/hub/api/users/{name}/tokens",
                headers={"Authorization": f"Bearer {TOKEN}"},
                json={"scopes": ["access:services!service=grader"]},
            )
            made.raise_for_status()
            headers = {"Authorization": f"Bearer {made.json()['token']}"}
            for seconds in (first, second):
                start = time.perf_counter()
                client.get(f"{hub.service}/api/v1/courses", headers=headers).raise_for_status()
                seconds.append(time.perf_counter() - start)
    return {"token": first, "token again": second}


def figures(seconds: list[float]) -> dict[str, float | bool]:
    """Return the median, the value below which 95 % are, and whether that is below the goal."""
    high = statistics.quantiles(seconds, n=20)[-1]
    return {"median": round(statistics.median(seconds), 3), "95 %": round(high, 3), "holds": high <= GOAL}


if __name__ == "__main__":
    main()
