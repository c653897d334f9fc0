"""Options that several commands share."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from ..report import formats
from ..support import choices, i18n


def _speak(ctx: click.Context, _: click.Parameter, value: str | None) -> None:
    ctx.with_resource(i18n.use(i18n.choose_language(value, os.environ)))


SEED = click.IntRange(0, 2**53 - 1)
LEVELS = click.Choice(choices.LEVELS)


class FormatName(click.Choice[str]):
    """The name of a report format. Those of installed packages are looked up only if the grader has no format of that name."""

    def __init__(self) -> None:
        super().__init__(formats.bundled_names())

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        if value not in self.choices:
            self.choices = formats.names()
        return super().convert(value, param, ctx)


data = click.option(
    "--data",
    type=click.Path(path_type=Path),
    metavar="DIR",
    help="Folder with mnist.npz, fashion_mnist.npz, cifar10.npz or digits.npz.  [default: GRADER_DATA, then the Keras cache]",
)
device = click.option(
    "--device",
    type=click.Choice(choices.DEVICES),
    default="auto",
    show_default=True,
    help="Device on which TensorFlow computes.",
)
engine = click.option(
    "--engine",
    type=click.Choice(choices.ENGINES),
    default=choices.DEFAULT_ENGINE,
    show_default=True,
    help="How notebooks are executed: by IPython's shell inside the worker, or by a Jupyter kernel.",
)
course_token = click.option(
    "--token",
    metavar="TOKEN",
    help="Token of the course system.  [default: GRADER_COURSE_TOKEN, which no list of processes shows]",
)
timings = click.option("--timings", is_flag=True, help="Print the time that each stage took.")
lang = click.option(
    "--lang",
    type=click.Choice(i18n.LANGUAGES),
    callback=_speak,
    expose_value=False,
    is_eager=True,  # so that errors about other options are in this language as well
    help="Language of reports and messages.  [default: the locale's]",
)
