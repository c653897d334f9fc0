"""``grader reference``."""

from __future__ import annotations

import click


@click.command("reference")
@click.argument("assignment")
@click.option("--write", is_flag=True, help="Record the answers, so that checks need no TensorFlow.")
def command(assignment: str, write: bool) -> None:
    """Compute the answers of ASSIGNMENT's reference anew and compare the recorded ones with them."""
    import numpy as np

    from ..assignment import load
    from ..errors import UsageError
    from ..grading import DEFAULT_SEED, grade
    from ..oracle import Oracle, save, shipped_file, tensorflow_version
    from ..submission import read

    loaded = load(assignment)
    oracle = Oracle(loaded, live=True)
    solution = read(loaded.file(loaded.content.solution), loaded.name)
    report = grade(loaded, solution, DEFAULT_SEED, oracle=oracle, whole=True)
    fallen = [check for check in report.checks if check.status != "passed"]
    if fallen:
        raise UsageError(f"{loaded.content.solution} does not pass {fallen[0].name}: {fallen[0].message}")
    path = shipped_file(loaded)
    click.echo(f"{len(oracle.recorded)} answers of {loaded.reference_file().name}, TensorFlow {tensorflow_version()}")
    if write:
        try:
            save(path, oracle.recorded)
        except OSError as error:
            raise UsageError(f"{path} cannot be written ({error.strerror}).") from error
        click.echo(f"Recorded in {path}.")
        return
    if not path.is_file():
        click.echo("None are recorded: every check computes them once, with TensorFlow. Record them with --write.")
        return
    with np.load(path, allow_pickle=False) as kept:
        recorded = dict(kept)
    if recorded.keys() != oracle.recorded.keys():
        raise UsageError(f"{path} was recorded from another reference or assignment: record it again with --write.")
    largest = max(float(np.max(np.abs(recorded[key] - now), initial=0.0)) for key, now in oracle.recorded.items())
    click.echo(f"The recorded answers differ from these by at most {largest:.1e}.")
