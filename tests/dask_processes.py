"""A real Dask cluster for tests: a scheduler and workers as processes of this machine, if wanted with TLS."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import time

from tools.live_server import free_port

SECONDS = 60
TLS = "DASK_DISTRIBUTED__COMM__TLS__"


class DaskProcesses:
    """Starts processes of a cluster in a folder; their logs are there too."""

    def __init__(self, folder, **environment):
        self.folder = folder
        self.environment = environment
        self.started = []

    def start(self, kind, *arguments, **environment):
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *map(str, arguments)]
        with open(self.folder / f"{kind}-{len(self.started)}.log", "w") as log:
            options = {"stdout": log, "stderr": log, "start_new_session": True}
            environment = {**os.environ, **self.environment, **environment}
            self.started.append(subprocess.Popen(command, cwd=self.folder, env=environment, **options))
        return self.started[-1]

    def scheduler(self, protocol="tcp", port=None):
        """Start a scheduler and return its address."""
        port = port or free_port()
        self.start("scheduler", "--protocol", protocol, "--host", "127.0.0.1", "--port", port, "--no-dashboard")
        return f"{protocol}://127.0.0.1:{port}"

    def worker(self, address, *arguments, threads=1, **environment):
        """Start a worker, and return its process."""
        protocol = address.partition("://")[0]
        options = ("--protocol", protocol, "--nthreads", threads, "--no-nanny", "--no-dashboard", *arguments)
        return self.start("worker", address, *options, **environment)

    def log(self):
        """Return what all processes have written."""
        return "".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.log")))

    def end(self):
        for process in self.started:
            kill(process)


def kill(process):
    """Kill a process and everything that it has started, at once."""
    if process.poll() is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def await_workers(address, count, certificates=None):
    """Return as soon as a scheduler has this number of workers; ``certificates`` are the variables for TLS."""
    from distributed import Client
    from distributed.security import Security

    names = {"tls_ca_file": "CA_FILE", "tls_client_cert": "CLIENT__CERT", "tls_client_key": "CLIENT__KEY"}
    files = {name: certificates[f"{TLS}{variable}"] for name, variable in names.items()} if certificates else {}
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        try:
            with Client(address, timeout="2s", set_as_default=False, security=Security(**files)) as client:
                if count:
                    client.wait_for_workers(count, timeout=SECONDS)
                return
        except OSError:  # not started yet
            time.sleep(0.5)
    raise AssertionError("the cluster did not start")


def certificates(folder):
    """Create a certificate authority and a key with a certificate; return the environment that Dask reads them from."""
    folder.mkdir()
    key = ("-newkey", "rsa:2048", "-nodes")
    _openssl(
        folder, "req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-subj", "/CN=authority", "-days", 1
    )
    _openssl(folder, "req", *key, "-keyout", "key.pem", "-out", "request.pem", "-subj", "/CN=grading")
    signed = ("-CA", "ca.pem", "-CAkey", "ca-key.pem", "-CAcreateserial", "-days", 1)
    _openssl(folder, "x509", "-req", "-in", "request.pem", *signed, "-out", "cert.pem")
    settings = {"CA_FILE": "ca.pem"}
    for owner in ("SCHEDULER", "WORKER", "CLIENT"):
        settings |= {f"{owner}__CERT": "cert.pem", f"{owner}__KEY": "key.pem"}
    return {f"{TLS}{name}": str(folder / file) for name, file in settings.items()}


def _openssl(folder, *arguments):
    subprocess.run(["openssl", *map(str, arguments)], cwd=folder, check=True, capture_output=True)
