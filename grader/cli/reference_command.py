"""``grader reference``."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from . import options

if TYPE_CHECKING:
    from ..assignment import Assignment
    from ..expected.reference import Oracle


@click.command("reference")
@click.argument("assignment")
@click.option(
    "--write",
    is_flag=True,
    help="Record the answers, and the functions whose steps agree with the reference, so that checks do not need TensorFlow.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    help="Number of seeds to train the reference with.  [default: set by the assignment]",
)
@options.data
def command(assignment: str, write: bool, seeds: int | None, data: Path | None) -> None:
    """Compute the answers of ASSIGNMENT's reference again and compare the recorded answers with them.

    If the assignment has steps in NumPy, they are compared with the reference on 20 seeds, and derivatives are
    compared with central differences. If they agree and this is recorded, the steps give the answers for other seeds.

    If checks are about trained models, the reference is trained with several seeds, and its results are shown next to
    the numbers in the assignment. This takes minutes; --write leaves it out.
    """
    from ..machine import systems

    systems.require_worker()
    from ..assignment import load
    from ..expected.reference import Oracle
    from ..grading import spread
    from ..machine import distribution

    loaded = load(assignment)
    if loaded.lacks_solution:
        raise distribution.left_out(f"assignments/{loaded.name}/{loaded.content.solution}")
    if write and loaded.is_bundled:
        _write_digests()
    oracle = Oracle(loaded, live=True)
    names = [check.name for check in loaded.content.checks if [*check.probe_names()]]
    if not any([*check.answered_functions()] for check in loaded.content.checks):
        click.echo("No check compares results with those of the reference, so there are no answers to record.")
    else:
        _answers(loaded, oracle, names, write, data)
        if write:
            _steps_of_solution(loaded, oracle)
    _proof(loaded, write)
    if write and seeds is None:  # recording takes seconds, training minutes
        return
    for sentence in spread.measure(loaded, oracle, data, seeds):
        click.echo(sentence)


def _write_digests() -> None:
    """Record the digests of the bundled references; an installation compares its recorded answers with them."""
    import json

    from ..assignment import digests_of_references
    from ..support.errors import UsageError
    from ..support.places import DIGESTS

    try:
        DIGESTS.write_text(json.dumps(digests_of_references(), indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"{DIGESTS} cannot be written ({error.strerror}).") from error


def _steps_of_solution(loaded: Assignment, oracle: Oracle) -> None:
    """Record the steps of the solution for functions without declared steps."""
    from ..diagnosis import solution_steps
    from ..expected import recorded_steps
    from ..support.errors import UsageError

    steps = solution_steps.of_solution(loaded, oracle)
    try:
        path = recorded_steps.write(loaded, steps)
    except OSError as error:
        raise UsageError(f"{recorded_steps.file_of(loaded)} cannot be written ({error.strerror}).") from error
    if steps:
        click.echo(f"The steps of {', '.join(steps)} were taken from {loaded.content.solution}. Recorded in {path}.")


def _proof(loaded: Assignment, write: bool) -> None:
    """Compare the steps with the reference. Record the functions that agree, or print whether they are recorded."""
    from ..diagnosis import agreement
    from ..expected import proof
    from ..support.errors import UsageError

    comparisons = agreement.compare(loaded)
    for name, item in comparisons.items():
        if item.problem:
            click.echo(f"The steps of {name} do not agree with the reference: {item.problem}.")
    new = agreement.proof_of(loaded, comparisons)
    if not new.functions:
        return
    largest = max(item.difference for item in new.functions.values())
    witnesses = [item.central_differences for item in new.functions.values() if item.central_differences is not None]
    evidence = f"; derivatives differ from central differences by at most {max(witnesses):.1e}" if witnesses else ""
    click.echo(
        f"The steps of {', '.join(new.functions)} agree with the reference for {new.seeds} seeds, "
        f"to {largest:.1e} of the largest entry{evidence}."
    )
    if write:
        try:
            click.echo(f"Recorded in {proof.write(loaded, new)}.")
        except OSError as error:
            raise UsageError(f"{proof.file_of(loaded)} cannot be written ({error.strerror}).") from error
        return
    old = proof.read(loaded)
    if old is None or old.functions.keys() != new.functions.keys():
        click.echo("This is not recorded, so other seeds need TensorFlow. Record it with --write.")


def _answers(loaded: Assignment, oracle: Oracle, names: list[str], write: bool, data: Path | None) -> None:
    """Run the checks ``names`` on the solution to collect all answers; record them, or compare the recorded ones."""
    import numpy as np

    from ..expected import proof
    from ..expected.reference import save, shipped_file
    from ..grading.grade import grade
    from ..grading.options import GradeOptions
    from ..machine.packages import tensorflow_version
    from ..submission import read
    from ..support.errors import NotGradable, UsageError

    solution = read(loaded.file(loaded.content.solution), loaded)
    report = grade(loaded, solution, GradeOptions(only=names, include_hidden=True, data=data, oracle=oracle))
    failures = [check for check in report.checks if check.status != "passed" and not check.is_unmarked]
    if failures and failures[0].status == "not_gradable":
        raise NotGradable(f"{failures[0].name} could not be graded. {failures[0].message}")
    if failures:
        raise UsageError(f"{loaded.content.solution} does not pass {failures[0].name}: {failures[0].message}")
    name = str(loaded.content.reference).removesuffix(".py")
    click.echo(f"{len(oracle.given)} answers of {name}.py, TensorFlow {tensorflow_version()}")
    if write:
        path = proof.folders(loaded)[0] / f"{loaded.name}.npz"
        try:
            save(path, oracle.given)
        except OSError as error:
            raise UsageError(f"{path} cannot be written ({error.strerror}).") from error
        click.echo(f"Recorded in {path}.")
        return
    path = shipped_file(loaded)
    if not path.is_file():
        click.echo("No answers are recorded, so checks compute them once with TensorFlow. Record them with --write.")
        return
    with np.load(path, allow_pickle=False) as archive:
        answers = dict(archive)
    if answers.keys() != oracle.given.keys():
        raise UsageError(f"{path} was recorded from another reference or assignment: record it again with --write.")
    largest = max(
        float(np.max(np.abs(np.subtract(answers[key], new, dtype=np.float64)), initial=0.0))
        for key, new in oracle.given.items()
    )
    click.echo(f"The recorded answers differ from these by at most {largest:.1e}.")
