"""Tests of the connection to a Dask cluster; tests/batch/test_cluster.py has a real one with TLS."""

from __future__ import annotations

import pytest

from grader.executor import cluster_connection


@pytest.mark.parametrize(
    ("address", "is_protected"),
    [
        ("tcp://127.0.0.1:40000", True),
        ("tls://192.0.2.1:40000", True),
        ("tcp://192.0.2.1:40000", False),
        ("192.0.2.1:40000", False),
    ],
)
def test_workers_on_other_machines_need_tls(address, is_protected):
    assert cluster_connection.is_protected(address) is is_protected
