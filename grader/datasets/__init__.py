"""MNIST, Fashion-MNIST and CIFAR-10: found, fetched or replaced by a stand-in, and split for one assignment.

The test set is split in two: students' code sees the public half, the held-out half stays in the grader's process.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..support import user_cache
from ..support.errors import NotGradable, UsageError
from ..support.i18n import _
from . import cache, download, sources
from .cache import Array

NAMES = ("mnist", "fashion_mnist", "cifar10")
LENGTHS = {"mnist": (60_000, 10_000), "fashion_mnist": (60_000, 10_000), "cifar10": (50_000, 10_000)}


@dataclass(frozen=True)
class Dataset:
    """A whole data set: uint8 images (n, 28, 28) or (n, 32, 32, 3), uint8 labels (n,), for cifar10 (n, 1).

    The arrays are read-only. ``source`` is for reports and names no folder; ``key`` stands for the content.
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    source: str
    stand_in: bool
    key: str


CLASS_NAMES = {  # where a picture has room for more than the number of the class
    "fashion_mnist": (
        "T-shirt",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
}


@dataclass(frozen=True)
class Split:
    """What one assignment uses of a data set; arrays as in :class:`Dataset`.

    ``x_train`` are the training images that student code gets. ``budget`` is how many of them functions are trained
    and models judged with; ``served`` is how many it counts, of ``original`` ones.
    """

    name: str
    x_train: Array
    y_train: Array
    x_public: Array
    y_public: Array
    x_held_out: Array
    y_held_out: Array
    source: str
    stand_in: bool
    key: str
    budget: int
    served: int

    @property
    def original(self) -> int:
        """The number of training images of the original data set."""
        return LENGTHS[self.name][0]

    @property
    def judged(self) -> slice:
        """Which of the training images a model is judged by: as many as the budget has, from all over them."""
        return slice(0, None, max(1, len(self.x_train) // self.budget))

    def describe(self) -> str:
        """One line for a report: source and numbers of images."""
        return (
            f"{self.name}: {self.source}, {len(self.x_train)} training, {len(self.x_public)} public, "
            f"{len(self.x_held_out)} held-out images"
        )


@dataclass(frozen=True)
class Found:
    """A data set, where it lies (None: only in memory), and why it could not be fetched, if that was tried."""

    dataset: Dataset
    where: Path | None
    problem: str | None = None


def load(name: str, folder: Path | None = None) -> Dataset:
    """Return the data set ``name`` from the first source that has it.

    These are ``folder`` (else GRADER_DATA), the Keras cache, the addresses from which Keras downloads, and the
    stand-in. Raises UsageError for a folder that does not exist, NotGradable for a damaged file in it.
    """
    return find(name, folder).dataset


def find(name: str, folder: Path | None = None, retry: bool = False) -> Found:
    """Do what :func:`load` does, and say where; ``retry`` fetches even if that failed a short time ago."""
    if name not in NAMES:
        sentence = _("There is no data set '{name}': choose one of {names}.")
        raise UsageError(sentence.format(name=name, names=", ".join(NAMES)))
    given = sources.in_folder(name, folder)
    if given is not None:
        try:
            with user_cache.lock(f"{name}-given"):  # of its own: nobody with a file waits for another's download
                return _prepared(given)
        except sources.Damaged as error:
            raise NotGradable(
                _(
                    "The file {file} is not the data set {name}: {error}; replace it, or remove it to use another source."
                ).format(file=given.where, name=name, error=error)
            ) from error
    with user_cache.lock(name):
        found = _in_keras_cache(name)
        problem = None
        if found is None and (retry or not download.failed_lately(name)):
            try:
                download.fetch(name)
                found = _in_keras_cache(name, "Keras download")
                problem = None if found else "what was fetched cannot be read"
            except download.Failed as error:
                problem = str(error)
        return found or _stand_in(name, problem)


def split(dataset: Dataset, training: int | None = None, held_out: int | None = None, whole: bool = False) -> Split:
    """Cut out the first ``training`` training images (None: all) and halve the test set.

    With ``whole`` all training images are given, and as many as the original has, where these are fewer by repeating
    them. Images at even positions are public; of those at odd positions the first ``held_out`` (None: all) are held out.
    """
    everything = len(dataset.x_train)
    budget = everything if training is None else min(training, everything)
    cut = None if whole else training
    given = len(dataset.x_train[:cut])
    return Split(
        name=dataset.name,
        x_train=dataset.x_train[:cut],
        y_train=dataset.y_train[:cut],
        x_public=dataset.x_test[0::2],
        y_public=dataset.y_test[0::2],
        x_held_out=dataset.x_test[1::2][:held_out],
        y_held_out=dataset.y_test[1::2][:held_out],
        source=dataset.source,
        stand_in=dataset.stand_in,
        key=dataset.key,
        budget=budget,
        served=max(given, LENGTHS[dataset.name][0]) if cut is None else given,
    )


def places(folder: Path | None) -> list[Path]:
    """Every file and folder in which whole data sets, with held-out labels, may lie: no worker must see them."""
    given = [where for where in (folder, os.environ.get("GRADER_DATA")) if where]
    files = [Path(where, f"{name}.npz") for where in given for name in NAMES]
    return [*files, sources.keras_folder(), *cache.folders()]


def public_file(part: Split) -> Path:
    """Return an uncompressed .npz with what student code may see, as x_train, y_train, x_test and y_test.

    The test images are as many as the original has: each of the public half is there twice, where the original has a
    held-out one beside it. It is made once, lies in the user's cache and is never changed. Raises NotGradable where nothing can be written.
    """

    def write(path: Path) -> None:
        training = np.arange(part.served) % len(part.x_train)
        tests = np.arange(max(LENGTHS[part.name][1], len(part.x_public))) // 2 % len(part.x_public)
        with open(path, "wb") as file:
            np.savez(
                file,
                x_train=part.x_train[training],
                y_train=part.y_train[training],
                x_test=part.x_public[tests],
                y_test=part.y_public[tests],
            )

    return cache.file(f"{part.key}-{part.served}-served.npz", write)


def _prepared(source: sources.Source) -> Found:
    """Read a source once; afterwards its arrays open from the cache in a moment. Raises Damaged."""
    try:
        key = source.key()
    except OSError as error:
        raise sources.Damaged(_("it cannot be read ({error})").format(error=error)) from error
    kept = cache.arrays(key) or cache.keep_arrays(key, source.read())
    return Found(Dataset(source.name, **kept[0], source=source.label, stand_in=False, key=key), source.where)


def _in_keras_cache(name: str, label: str | None = None) -> Found | None:
    for source in sources.in_keras_cache(name):
        try:
            return _prepared(source if label is None else replace(source, label=label))
        except sources.Damaged:  # an interrupted download, which Keras would repeat, too
            continue
    return None


def _stand_in(name: str, problem: str | None) -> Found:
    from . import stand_in

    key = stand_in.key(name)
    kept = cache.arrays(key) or cache.keep_arrays(key, stand_in.make(name))
    return Found(Dataset(name, **kept[0], source="stand-in", stand_in=True, key=key), kept[1], problem)
