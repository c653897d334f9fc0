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
    help="Record the answers, and for which functions the steps agree with the reference, so that checks need no TensorFlow.",
)
@click.option(
    "--seeds",
    type=click.IntRange(1, 1000),
    help="Train the reference with so many seeds.  [default: as many as the assignment states]",
)
@options.data
def command(assignment: str, write: bool, seeds: int | None, data: Path | None) -> None:
    """Compute the answers of ASSIGNMENT's reference anew and compare the recorded ones with them.

    The assignment's steps in NumPy, if it has any, are compared with the reference on 20 seeds, and derivatives with
    central differences: where they agree and this is recorded, the steps give the answers for any other seed.

    Where checks are about trained models, the reference is trained with several seeds, and what it reaches is
    shown beside what the assignment states; this takes minutes, and --write leaves it out.
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
    probed = [check.name for check in loaded.content.checks if [*check.probe_names()]]
    if probed:
        _answers(loaded, oracle, probed, write, data)
    _proof(loaded, write)
    if write and seeds is None:  # recording takes seconds, training minutes
        return
    for sentence in spread.measure(loaded, oracle, data, seeds):
        click.echo(sentence)


def _write_digests() -> None:
    """Record the digests of the bundled references, by which an installation knows what its answers were recorded from."""
    import json

    from ..assignment import DIGESTS, digests_of_references
    from ..support.errors import UsageError

    try:
        DIGESTS.write_text(json.dumps(digests_of_references(), indent=1) + "\n")
    except OSError as error:
        raise UsageError(f"{DIGESTS} cannot be written ({error.strerror}).") from error


def _proof(loaded: Assignment, write: bool) -> None:
    """Compare the steps with the reference; record for which functions they agree, or say whether that is recorded."""
    from ..diagnosis import agreement
    from ..expected import proof
    from ..support.errors import UsageError

    compared = agreement.compare(loaded)
    for name, item in compared.items():
        if item.problem:
            click.echo(f"The steps of {name} do not agree with the reference: {item.problem}.")
    proved = agreement.proof_of(loaded, compared)
    if not proved.functions:
        return
    largest = max(item.difference for item in proved.functions.values())
    witnesses = [item.central_differences for item in proved.functions.values() if item.central_differences is not None]
    confirmed = f"; derivatives differ from central differences by at most {max(witnesses):.1e}" if witnesses else ""
    click.echo(
        f"The steps of {', '.join(proved.functions)} agree with the reference for {proved.seeds} seeds, "
        f"to {largest:.1e} of the largest entry{confirmed}."
    )
    if write:
        try:
            click.echo(f"Recorded in {proof.write(loaded, proved)}.")
        except OSError as error:
            raise UsageError(f"{proof.file_of(loaded)} cannot be written ({error.strerror}).") from error
        return
    recorded = proof.read(loaded)
    if recorded is None or recorded.functions.keys() != proved.functions.keys():
        click.echo("This is not recorded, so other seeds need TensorFlow. Record it with --write.")


def _answers(loaded: Assignment, oracle: Oracle, probed: list[str], write: bool, data: Path | None) -> None:
    """Let the solution's checks ask for all answers; record them, or compare those that are recorded."""
    import numpy as np

    from ..expected import proof
    from ..expected.reference import save, shipped_file, tensorflow_version
    from ..grading.grade import DEFAULT_SEED, grade
    from ..submission import read
    from ..support.errors import NotGradable, UsageError

    solution = read(loaded.file(loaded.content.solution), loaded)
    report = grade(loaded, solution, DEFAULT_SEED, only=probed, oracle=oracle, whole=True, data=data)
    fallen = [check for check in report.checks if check.status != "passed"]
    if fallen and fallen[0].status == "not_gradable":
        raise NotGradable(fallen[0].message)
    if fallen:
        raise UsageError(f"{loaded.content.solution} does not pass {fallen[0].name}: {fallen[0].message}")
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
        click.echo("None are recorded: every check computes them once, with TensorFlow. Record them with --write.")
        return
    with np.load(path, allow_pickle=False) as kept:
        recorded = dict(kept)
    if recorded.keys() != oracle.given.keys():
        raise UsageError(f"{path} was recorded from another reference or assignment: record it again with --write.")
    largest = max(float(np.max(np.abs(recorded[key] - now), initial=0.0)) for key, now in oracle.given.items())
    click.echo(f"The recorded answers differ from these by at most {largest:.1e}.")
