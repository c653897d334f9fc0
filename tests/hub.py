"""A real JupyterHub with its proxy on this machine, in which ``grader serve --hub`` is a service, and people who sign in with a name alone."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.conftest import ROOT
from tools.live_server import free_port, stop

START_SECONDS = 90
TOKEN = "token-of-the-external-service-0123456789"
SCRIPTS = Path(sys.executable).parent
PROXY = SCRIPTS / "configurable-http-proxy"
GROUPS = {"staff": ["prof"], "everybody": ["ada", "prof"], "bosses": ["boss"]}
LOGIN = """\
logins:
  - kind: hub
    groups:
      - {group: staff, course: demo, role: instructor}
      - {group: everybody, course: demo}
      - {group: bosses, role: admin}
"""
CONFIG = """\
c.JupyterHub.bind_url = "http://127.0.0.1:{port}{base}"
c.JupyterHub.hub_bind_url = "http://127.0.0.1:{hub_port}"
c.ConfigurableHTTPProxy.command = [{python!r}, {proxy!r}]
c.ConfigurableHTTPProxy.api_url = "http://127.0.0.1:{api_port}"
c.ConfigurableHTTPProxy.pid_file = "proxy.pid"
c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.db_url = "sqlite:///hub.sqlite"
c.JupyterHub.cookie_secret_file = "cookie"
c.Authenticator.allow_all = True
c.Authenticator.allowed_users = {people!r}
c.Authenticator.admin_users = {{"boss"}}
c.JupyterHub.spawner_class = "simple"
c.Spawner.cmd = {spawned!r}
c.Spawner.notebook_dir = {folder!r}
c.Spawner.environment = {{"GRADER_URL": "http://127.0.0.1:{port}{base}services/grader", "PYTHONPATH": {path!r}}}
c.JupyterHub.services = [
    {{
        "name": "grader",
        "url": "http://127.0.0.1:{service_port}",
        "oauth_no_confirm": True,
        **{service!r},
    }}
]
c.JupyterHub.load_groups = {groups!r}
c.JupyterHub.load_roles = [
    {{"name": "user", "scopes": ["self", "access:services!service=grader"]}},
    {{"name": "server", "scopes": ["users:activity!user", "access:servers!server", "access:services!service=grader"]}},
]
"""


@dataclass
class Hub:
    """A running hub. ``address`` is its first page without the last slash, ``service`` that of the grader."""

    address: str
    service: str
    folder: Path
    process: subprocess.Popen[bytes]

    def log(self):
        """Return the log of the hub, the proxy and the service."""
        return (self.folder / "log").read_text(errors="replace")

    @contextlib.contextmanager
    def browser(self, name=""):
        """Yield a client in which a person is signed in to the hub; without a name nobody is."""
        with httpx.Client(follow_redirects=True, timeout=60, trust_env=False) as client:
            if name:
                page = client.get(f"{self.address}/hub/login")
                token = re.search(r'name="_xsrf"\s+value="([^"]+)"', page.text)[1]
                answer = client.post(
                    f"{self.address}/hub/login?next=%2Fhub%2Fhome",
                    data={"username": name, "password": "x", "_xsrf": token},
                )
                assert "/hub/login" not in str(answer.url), answer.text[:2000]
            yield client

    def start_server(self, name):
        """Start the notebook server of a person, and wait until it answers."""
        with self.browser(name) as client:
            client.get(f"{self.address}/hub/spawn/{name}")  # the form that starts a server starts it at once here
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                if (self.folder / f"{name}.json").exists() or client.get(
                    f"{self.address}/user/{name}/api/status"
                ).is_success:
                    return
                time.sleep(0.2)
        raise RuntimeError(self.log())


@contextlib.contextmanager
def running_hub(folder, settings=LOGIN, base="/", spawned=None, external=None, hub_port=None, change=""):
    """Run a hub with its proxy until the block ends, and ``grader serve --hub`` as a service that it starts.

    ``external`` is the port of a service that has been started elsewhere, with the token TOKEN; it needs to know ``hub_port``
    before. ``change`` are more lines of the configuration.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, api_port, service_port = (free_port() for _ in range(3))
    hub_port = hub_port or free_port()
    (folder / "grader.yaml").write_text(settings)
    command = [sys.executable, "-m", "grader", "serve", "--hub", "--data-dir", str(folder / "data"), "--jobs", "1"]
    managed = {
        "command": [*command, "--config", str(folder / "grader.yaml")],
        "environment": {"PYTHONPATH": str(ROOT), "PYTHONUNBUFFERED": "1"},
    }
    config = CONFIG.format(
        port=port,
        base=base,
        hub_port=hub_port,
        api_port=api_port,
        service_port=external or service_port,
        service={"api_token": TOKEN} if external else managed,
        python=sys.executable,
        proxy=str(PROXY),
        people={"ada", "prof", "boss", "ada@example.org"},
        spawned=spawned or [str(SCRIPTS / "jupyterhub-singleuser")],
        folder=str(folder),
        path=str(ROOT),
        groups={name: {"users": people} for name, people in GROUPS.items()},
    )
    (folder / "jupyterhub_config.py").write_text(config + change)
    names = [name for name in os.environ if name.startswith(("JUPYTERHUB_", "GRADER_"))]
    environment = {name: value for name, value in os.environ.items() if name not in names}
    environment |= {"CONFIGPROXY_AUTH_TOKEN": "0123456789" * 4, "PATH": f"{SCRIPTS}:{os.environ['PATH']}"}
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "jupyterhub", "-f", "jupyterhub_config.py"],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment,
            start_new_session=True,
        )
    address = f"http://127.0.0.1:{port}{base}".rstrip("/")
    hub = Hub(address, f"{address}/services/grader", folder, process)
    try:
        _wait_until_ready(hub, f"{hub.address}/hub/health" if external else f"{hub.service}/healthz")
        yield hub
    finally:
        stop(process)


def _wait_until_ready(hub, address):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and hub.process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(address, timeout=5, trust_env=False).is_success:
                return
        time.sleep(0.1)
    raise RuntimeError(f"The hub did not start:\n{hub.log()}")
