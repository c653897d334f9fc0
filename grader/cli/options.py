"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path

import click

SEED = click.IntRange(0, 2**53 - 1)
LEVELS = click.Choice(["strong", "medium", "none"])

FORMATS = ("text", "json", "junit", "gradescope", "classroom", "sarif", "markdown")

data = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="A folder with mnist.npz, fashion_mnist.npz or cifar10.npz.  [default: GRADER_DATA, then the Keras cache]",
)
device = click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "gpu"]),
    default="auto",
    show_default=True,
    help="What TensorFlow computes on.",
)
engine = click.option(
    "--engine",
    type=click.Choice(["shell", "kernel"]),
    default="shell",
    show_default=True,
    help="What executes notebooks: IPython's shell in the worker itself, or a Jupyter kernel.",
)
timings = click.option("--timings", is_flag=True, help="Print what the time was spent on, stage by stage.")
