"""Options that several commands have."""

from __future__ import annotations

import os
from pathlib import Path

import click

from ..support import i18n


def _speak(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    ctx.with_resource(i18n.use(i18n.chosen(value, os.environ)))


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
lang = click.option(
    "--lang",
    type=click.Choice(i18n.LANGUAGES),
    callback=_speak,
    expose_value=False,
    is_eager=True,  # what the other options complain about is said in it as well
    help="The language of what students read.  [default: the locale's]",
)
