"""Servers that share a database tell each other what happens."""

from __future__ import annotations

import asyncio
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from sqlalchemy import text

from grader.service.relay import Relay
from grader.service.service import Service

pytestmark = pytest.mark.parametrize("database_kind", ["postgresql"])


@contextmanager
def servers(service, count):
    """Start the relays of this many servers with one database; yield their services."""
    services = [Service(service.configuration, service.database, service.blobs) for _ in range(count)]
    relays = [Relay(each) for each in services]
    for relay in relays:
        relay.start()
    try:
        yield services
    finally:
        for relay in relays:
            relay.stop()


def becomes_true(condition):
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.01)


def result_of(coroutine):
    """Return the result of a coroutine; in a thread of its own, since tests with a browser leave a running loop behind."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, coroutine).result()


def kinds(service, name="s"):
    return [(event.number, event.kind, event.data) for event in service.events.kept(name)]


def test_all_servers_get_the_same_events_with_the_same_numbers(service):
    with servers(service, 3) as services:
        for number in range(20):
            services[number % 2].events.publish("s", "check", name=f"c{number}", status="passed")
        services[2].events.publish("s", "check", name="same", status="passed")
        services[2].events.publish("s", "check", name="same", status="passed")
        becomes_true(lambda: all(len(kinds(each)) == 22 for each in services))
        assert kinds(services[0]) == kinds(services[1]) == kinds(services[2])
        assert [number for number, _, _ in kinds(services[0])] == [*range(1, 23)]


def test_page_at_one_server_sees_the_end_of_a_grading_at_another_one(service):
    async def watched(listening, grading):
        queue = asyncio.Queue()
        listening.events.subscribe("s", queue)
        grading.events.publish("s", "done", state="graded", sentence="x" * 20_000)
        while (event := await asyncio.wait_for(queue.get(), 60)).kind != "done":
            pass
        return event.data

    with servers(service, 2) as (one, other):
        assert result_of(watched(one, other)) == {}  # the sentence is too long, so the page reads the database


def test_new_submission_wakes_the_graders_of_all_servers(service):
    with servers(service, 2) as services:
        services[0].call_graders()
        becomes_true(lambda: all(each.wake.is_set() for each in services))


def test_broken_connection_is_made_again_and_pages_look_into_the_database(service):
    async def lost(one, other):
        queue = asyncio.Queue()
        one.events.subscribe("s", queue)
        with service.database.engine.connect() as connection:
            connection.execute(
                text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'")
            )
        kinds = {(await asyncio.wait_for(queue.get(), 60)).kind}
        other.events.publish("s", "check", name="c", status="passed")
        kinds.add((await asyncio.wait_for(queue.get(), 60)).kind)
        return kinds

    with servers(service, 2) as (one, other):
        assert result_of(lost(one, other)) == {"position", "check"}


def test_event_that_cannot_be_sent_stops_no_other_event(service):
    with servers(service, 2) as (one, other):
        one.events.publish("s", "check", name={"not", "JSON"})
        becomes_true(lambda: kinds(one))
        one.events.publish("s", "done", state="graded")
        becomes_true(lambda: [kind for _, kind, _ in kinds(other)] == ["done"])


def test_relay_that_has_not_started_can_be_stopped(service):
    Relay(service).stop()
