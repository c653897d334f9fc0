"""Runs coroutines in tests."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor

SECONDS = 20


def run(coroutine):
    """Return the result of a coroutine. It runs in another thread, since Playwright keeps a loop in that of the tests."""

    async def limited():
        return await asyncio.wait_for(coroutine, SECONDS)

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, limited()).result()
