"""Measure the page of a large class in a browser: ``python benchmarks/class_page.py [--students 5000] [--rounds 5]``.

Prints the time to make ``index.html`` and its size. Then Chromium opens it, sorts it by each column, searches it
and chooses filters: the time until the frame with the result is drawn, the best and the median of all rounds. It also prints the processor
time of the browser's page, which depends less on other processes of the machine.
"""

from __future__ import annotations

import argparse
import random
import shutil
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from grader.assignment import load
from grader.batch import class_page
from grader.batch.gradebook import Row
from grader.batch.student_lines import StudentLine, line_of
from grader.batch.summary import ClassSummary
from grader.report.evidence import Evidence, Location
from grader.report.model import (
    AssignmentName,
    CheckResult,
    Diagnosis,
    Environment,
    Isolation,
    Report,
    SubmissionName,
)
from grader.report.statuses import Status
from tests.report.conftest import NAMES, OPTIONS

OPENED = """() => {
  const [navigation] = performance.getEntriesByType("navigation");
  const paints = performance.getEntriesByType("paint").map((entry) => entry.startTime);
  return Math.max(navigation.loadEventEnd, ...paints);
}"""
SORT = """(column) => new Promise((done) => {
  const button = document.getElementById("students").tHead.rows[0].cells[column].querySelector("button");
  const began = performance.now();
  button.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""
SEARCH = """(words) => new Promise((done) => {
  const search = document.getElementById("search");
  const began = performance.now();
  search.value = words;
  search.dispatchEvent(new Event("input"));
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""


def lines(count: int, check_count: int) -> tuple[list[StudentLine], ClassSummary]:
    """Return the lines and the summary of ``count`` students with names, files, lost checks and bugs as in a real class."""
    rng = random.Random(7)
    content = load("single-neuron").content
    bugs = content.bugs
    summary = ClassSummary()
    result = []
    for number in range(count):
        name, weakness = f"{rng.choice(FIRST)} {rng.choice(LAST)} {number}", rng.random() / 2
        checks = []
        for index in range(check_count):
            status: Status = (
                "passed" if rng.random() > weakness else rng.choice(("partial", "failed", "error", "skipped"))
            )
            bug = rng.choice(bugs) if status in ("failed", "partial") and rng.random() < 0.5 else None
            checks.append(
                CheckResult(
                    name=f"check-{index}",
                    title=f"The function number {index} gives the derivatives of the loss",
                    status=status,
                    score={"passed": 10.0, "partial": 5.0}.get(status, 0.0),
                    max_score=10,
                    message="It is wrong.",
                    diagnosis=bug and Diagnosis(bug=bug.name, title=f"The bug with the name {bug.name}", where="dW"),
                    evidence=Evidence(location=Location(file="neuron.py", cell=None, line=index + 10, file_line=None)),
                )
            )
        score = sum(check.score or 0.0 for check in checks) / check_count * 10
        report = REPORT.model_copy(update={"checks": checks, "score": score})
        row = Row(
            name=name,
            identity=f"{100_000 + number}",
            status="graded",
            score=score,
            raw=score,
            max_score=100.0,
            passed=score >= content.pass_mark,
            late=rng.choice(["", "", "", "1 day late"]),
            penalty=0.0,
            comment="",
            checks={check.name: check.score for check in checks},
            submission="",
            attempts=[],
            file="single-neuron.ipynb",
            grader="1",
            assignment_digest="0123",
            seed_fingerprint="12345678",
        )
        summary.add(name, report, score)
        result.append(line_of(row, "", f"instructor/student_{number}.html", report))
    return result, summary


REPORT = Report(
    assignment=AssignmentName(name="single-neuron", version="1"),
    submission=SubmissionName(path="neuron.py", sha256=""),
    score=0,
    max_score=100,
    passed=True,
    ending="graded",
    checks=[],
    isolation=Isolation(level="strong", not_enforced=[]),
    environment=Environment(python="3", numpy="2", tensorflow=None, device="cpu", data=None),
    seconds=1,
)
FIRST = ("Anna", "Jörg", "Erika", "Zoë", "Łukasz", "Çelik", "Ömer", "Mia", "Noah", "Émile")
LAST = ("Müller", "Schmidt", "Öztürk", "Nowak", "García", "Ångström", "Meier", "Zimmermann", "Šimek")
CHOOSE = """(selector) => new Promise((done) => {
  const link = document.querySelector(selector);
  const began = performance.now();
  link.click();
  requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
})"""


def processor_seconds(page: Page, client: Any) -> float:
    """Return the processor time of the page's process so far."""
    metrics = {metric["name"]: metric["value"] for metric in client.send("Performance.getMetrics")["metrics"]}
    return float(metrics["TaskDuration"])


def measure(browser: Browser, file: Path) -> dict[str, tuple[float, float]]:
    """Return (seconds, processor seconds) to open the page, to sort it by each column, and to search."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    client = context.new_cdp_session(page)
    client.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(file.as_uri(), wait_until="load")
    times = {"open": (page.evaluate(OPENED) / 1000, processor_seconds(page, client))}
    titles = page.evaluate(
        "() => [...document.getElementById('students').tHead.rows[0].cells].map((c) => c.textContent)"
    )
    actions = [(f"sort by {title}", SORT, column) for column, title in enumerate(titles)]
    actions += [
        ("search", SEARCH, "nowak"),
        ("search further", SEARCH, "nowak derivatives"),
        ("end of search", SEARCH, ""),
    ]
    for selector in (".bugs a.by", ".checks td a.by", ".histogram a.by", "#chips a"):
        actions.append((f"choose {selector}", CHOOSE, selector))
    for name, script, argument in actions:
        before = processor_seconds(page, client)
        seconds = page.evaluate(script, argument) / 1000
        times[name] = (seconds, processor_seconds(page, client) - before)
    context.close()
    return times


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--students", type=int, default=5000)
    parser.add_argument("--checks", type=int, default=10)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    student_lines, summary = lines(options.students, options.checks)
    began = time.process_time()
    page = class_page.render(load("single-neuron").content, student_lines, summary, [], "strong")
    print(f"make the page    {time.process_time() - began:6.2f} s of the processor, {len(page.encode()) / 1e6:.1f} MB")
    with tempfile.TemporaryDirectory() as scratch, sync_playwright() as playwright:
        file = Path(scratch, "index.html")
        file.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=executable(), args=list(OPTIONS))
        rounds = [measure(browser, file) for _ in range(options.rounds)]
        browser.close()
    for name in rounds[0]:
        seconds = [each[name][0] for each in rounds]
        busy = [each[name][1] for each in rounds]
        print(
            f"{name:24} best {min(seconds):5.2f} s, median {statistics.median(seconds):5.2f} s; "
            f"processor best {min(busy):5.2f} s"
        )


def executable() -> str:
    """Return the path of an installed Chromium."""
    return next(path for name in NAMES if (path := shutil.which(name)))


if __name__ == "__main__":
    main()
