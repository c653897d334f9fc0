"""The socket and the certificate of a server."""

from __future__ import annotations

import contextlib

import pytest

from grader.support.errors import UsageError
from grader.web import server


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "http://127.0.0.1:"), ("::1", "http://[::1]:")])
def test_free_port_is_part_of_the_address(host, address):
    with contextlib.closing(server.listen(host, 0)) as listener:
        assert server.address_of(listener, host, False) == f"{address}{listener.getsockname()[1]}"


def test_port_in_use_is_one_sentence():
    with contextlib.closing(server.listen("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port}.*--port"):
            server.listen("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no-host.invalid", "", "a b", "x" * 300])
def test_unknown_host_is_one_sentence(host):
    with pytest.raises(UsageError, match=r"--host|--port"):
        server.is_loopback(host)
        server.listen(host, 0)
