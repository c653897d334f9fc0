"""The machines of a cluster are the same on every page, and forgotten when nobody sees them any more."""

from __future__ import annotations

from datetime import timedelta

from grader.executor.executor import Machine
from grader.service import inspection, machines, measures
from grader.service.moments import now
from grader.service.tables import ClusterMachine

GOOD = Machine("tls://first:1", "first", 4, "strong", 4000, 1)
PAUSED = Machine("tls://second:1", "second", 2, "strong", 2000, 0, is_working=False, problem="No isolation.")
REFUSING = Machine("tls://third:1", "third", 2, "strong", 2000, 0, problem="Its dataset mnist is another one.")


def store(service, owner, *rows):
    with service.database.writing() as session:
        machines.store(session, owner, rows)


def seen(service):
    with service.database.reading() as session:
        return machines.seen_lately(session)


def test_machines_are_replaced_and_one_that_fails_for_any_process_is_shown_so(service):
    store(service, "a", GOOD, REFUSING)
    store(service, "a", GOOD, Machine("tls://second:1", "second", 2))
    store(service, "b", PAUSED)
    assert seen(service) == [GOOD, PAUSED]
    store(service, "b")
    store(service, "a")
    assert seen(service) == []


def test_machine_that_nobody_sees_is_not_shown(service):
    store(service, "a", GOOD)
    with service.database.writing() as session:
        session.query(ClusterMachine).update({"seen": now() - 2 * timedelta(seconds=60)})
    assert seen(service) == []


def test_checks_and_metrics_name_a_paused_machine_with_its_reason(service, monkeypatch):
    monkeypatch.setattr(inspection.isolation, "strictest_level", lambda: "strong")
    store(service, "a", GOOD, PAUSED, REFUSING)
    parts = [part for part in inspection.inspect(service) if part.name in ("cluster", "Dask worker")]
    assert [(part.sentence, part.is_good) for part in parts] == [
        ("2 of 3 Dask workers grade", True),
        ("tls://second:1 on second is paused: No isolation.", False),
        ("tls://third:1 on third refuses an exercise: Its dataset mnist is another one.", False),
    ]
    assert measures.measure(service).machines == [GOOD, PAUSED, REFUSING]
