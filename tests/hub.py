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
        "command": [{python!r}, "-m", "grader", "serve", "--hub", "--data-dir", {data!r}, "--config", {settings!r}, "--jobs", "1"],
        "environment": {{"PYTHONPATH": {path!r}, "PYTHONUNBUFFERED": "1"}},
        "oauth_no_confirm": True,
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

    def browser(self, name=""):
        """Return a client in which a person is signed in to the hub; without a name nobody is."""
        client = httpx.Client(follow_redirects=True, timeout=60, trust_env=False)
        if name:
            page = client.get(f"{self.address}/hub/login")
            token = re.search(r'name="_xsrf"\s+value="([^"]+)"', page.text)[1]
            data = {"username": name, "password": "x", "_xsrf": token}
            answer = client.post(f"{self.address}/hub/login?next=%2Fhub%2Fhome", data=data)
            assert answer.status_code == 200, answer.text[:2000]
        return client

    def start_server(self, name):
        """Start the notebook server of a person, and wait until it answers."""
        with self.browser(name) as client:
            client.get(f"{self.address}/hub/spawn/{name}")
            end = time.monotonic() + START_SECONDS
            while time.monotonic() < end:
                if (self.folder / f"{name}.json").exists() or client.get(
                    f"{self.address}/user/{name}/api/status"
                ).is_success:
                    return
                time.sleep(0.2)
        raise RuntimeError(self.log())


@contextlib.contextmanager
def running_hub(folder, settings=LOGIN, base="/", spawned=None, change=""):
    """Run a hub with its proxy and the service until the block ends. ``change`` are more lines of its configuration."""
    folder.mkdir(parents=True, exist_ok=True)
    port, hub_port, api_port, service_port = (free_port() for _ in range(4))
    (folder / "grader.yaml").write_text(settings)
    config = CONFIG.format(
        port=port,
        base=base,
        hub_port=hub_port,
        api_port=api_port,
        service_port=service_port,
        python=sys.executable,
        proxy=str(PROXY),
        people={"ada", "prof", "boss", "ada@example.org"},
        spawned=spawned or [str(SCRIPTS / "jupyterhub-singleuser")],
        folder=str(folder),
        path=str(ROOT),
        data=str(folder / "data"),
        settings=str(folder / "grader.yaml"),
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
        _wait_until_ready(hub)
        yield hub
    finally:
        stop(process)


def _wait_until_ready(hub):
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end and hub.process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{hub.service}/healthz", timeout=5, trust_env=False).text == "ok\n":
                return
        time.sleep(0.1)
    raise RuntimeError(f"The hub did not start:\n{hub.log()}")
