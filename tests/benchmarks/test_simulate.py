"""The simulated queue in memory gives the order of the statements of the service, whatever happens."""

from __future__ import annotations

import pytest


@pytest.fixture
def simulate(benchmark, monkeypatch):
    """A function that returns the submissions of a small deadline after a simulation."""
    module, line = benchmark("simulate"), benchmark("waiting_line")
    for name in ("queue", "claims"):
        monkeypatch.setattr(
            getattr(line, name), "now", getattr(line, name).now
        )  # the line in a database sets the clock

    def run(*options, students=250, in_database=False):
        chosen = module.options(["--students", str(students), *options])
        monkeypatch.setattr(module, "DAY", 600.0)
        monkeypatch.setattr(module, "SURGE", 300.0)
        queue = line.LineInDatabase() if in_database else line.LineInMemory()
        deadline = module.Deadline(module.arrivals(students, chosen.seed), chosen.workers[0], chosen, queue)
        deadline.run()
        return deadline.rows

    run.summary = module.summary
    return run


@pytest.mark.parametrize("workers", ["1", "2"])
def test_queue_in_memory_is_that_of_the_service(simulate, workers):
    options = ("--workers", workers, "--slots", "1", "--servers", "2", "--losses", "0.05", "--gone", "0.5")
    first, second = (simulate(*options, in_database=each) for each in (False, True))
    times = [[(row.id, row.state, row.started) for row in rows] for rows in (first, second)]
    assert times[0] == times[1]
    assert {"graded", "superseded"} <= {state for _, state, _ in times[0]}
    assert max(row.started - row.arrival for row in first if row.started is not None) > 60  # some lost their patience


def test_more_workers_shorten_the_wait_and_no_submission_is_lost(simulate):
    means = {}
    for workers in ("1", "10"):
        rows = simulate("--workers", workers, "--slots", "1")
        assert {row.state for row in rows} <= {"graded", "superseded", "not_gradable"}
        means[workers] = simulate.summary(rows, int(workers), 0.0)["attempt"]["mean"]
    assert means["10"] < means["1"] / 5
