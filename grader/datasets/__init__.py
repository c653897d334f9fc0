"""MNIST, Fashion-MNIST, CIFAR-10 and digits: located, downloaded or replaced by a stand-in, and split for one assignment.

The test data are split into two halves: student code sees the public half; the held-out half stays in the grader.
The digits are an exception: where scikit-learn is installed, student code can read all of them there.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ..support import user_cache
from ..support.errors import NotGradable, UsageError
from ..support.i18n import _
from . import cache, sources
from .cache import Array

NAMES = ("mnist", "fashion_mnist", "cifar10", "digits")
LENGTHS = {
    "mnist": (60_000, 10_000),
    "fashion_mnist": (60_000, 10_000),
    "cifar10": (50_000, 10_000),
    "digits": (1437, 360),
}


@dataclass(frozen=True)
class Dataset:
    """A whole dataset: uint8 images (n, 28, 28), (n, 8, 8) or (n, 32, 32, 3), uint8 labels (n,), for cifar10 (n, 1).

    The arrays are read-only. ``source`` is shown in reports and contains no folder. ``key`` identifies the content.
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    source: str
    stand_in: bool
    key: str


CLASS_NAMES = {  # for pictures that have room for more than the number of the class
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
    """The part of a dataset that one assignment uses; arrays as in :class:`Dataset`.

    ``x_train`` are the training images for student code. ``budget`` is the number of images that functions are trained
    with and models are judged with. ``served`` is the number of training images that student code sees, out of
    ``original`` images; it may be larger than ``len(x_train)`` because images are repeated.
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
        """The number of training images in the original dataset."""
        return LENGTHS[self.name][0]

    @property
    def white(self) -> int:
        """The largest value of a pixel: 255, or 16 for the digits."""
        return sources.WHITE.get(self.name, 255)

    @property
    def judged(self) -> slice:
        """The training images that a model is judged with: about ``budget`` images, evenly spaced."""
        return slice(0, None, max(1, len(self.x_train) // self.budget))

    def describe(self) -> str:
        """Return one line for a report: source and numbers of images."""
        return (
            f"{self.name}: {self.source}, {len(self.x_train)} training, {len(self.x_public)} public, "
            f"{len(self.x_held_out)} held-out images"
        )


@dataclass(frozen=True)
class LocatedDataset:
    """A dataset, its path (None: only in memory), and why it could not be downloaded, if that was tried."""

    dataset: Dataset
    where: Path | None
    problem: str | None = None


def load(name: str, folder: Path | None = None) -> Dataset:
    """Return the dataset ``name`` from the first source that has it.

    The sources are ``folder`` (else GRADER_DATA), the Keras cache, the addresses from which Keras downloads, and the
    stand-in. The digits are part of scikit-learn, and are never downloaded. Raises UsageError if the folder does not
    exist, NotGradable if a file in it is damaged.
    """
    return find(name, folder).dataset


def find(name: str, folder: Path | None = None, retry: bool = False) -> LocatedDataset:
    """Return the dataset like :func:`load`, with its path; ``retry`` downloads even if that failed recently."""
    if name not in NAMES:
        sentence = _("There is no dataset '{name}': choose one of {names}.")
        raise UsageError(sentence.format(name=name, names=", ".join(NAMES)))
    source = sources.in_folder(name, folder)
    if source is not None:
        try:
            with user_cache.lock(f"{name}-given"):  # a separate lock: a user with a file does not wait for a download
                return _prepared(source)
        except sources.Damaged as error:
            raise NotGradable(
                _(
                    "The file {file} is not the dataset {name}: {error}. Replace it, or remove it to use another source."
                ).format(file=source.where, name=name, error=error)
            ) from error
    with user_cache.lock(name):
        if name == "digits":
            return _in_scikit_learn() or _stand_in(name, "scikit-learn is not installed")
        from . import download  # imports the libraries of the network, which few runs need

        dataset = _in_keras_cache(name)
        problem = None
        if dataset is None and (retry or not download.failed_recently(name)):
            try:
                download.fetch(name)
                dataset = _in_keras_cache(name, "Keras download")
                problem = None if dataset else "the downloaded file cannot be read"
            except download.DownloadFailed as error:
                problem = str(error)
        return dataset or _stand_in(name, problem)


def digest(dataset: Dataset) -> str:
    """Return a SHA-256 of the images and labels; it is the same for every source with this content.

    It is computed once for each content, and kept in the user's cache.
    """

    def compute() -> str:
        sha256 = hashlib.sha256()
        for part in cache.PARTS:
            array = getattr(dataset, part)
            sha256.update(f"{part} {array.dtype} {array.shape}\0".encode())
            sha256.update(np.ascontiguousarray(array).data)
        return sha256.hexdigest()

    try:
        return cache.file(f"{dataset.key}-sha256", lambda path: _write_text(path, compute())).read_text()
    except (NotGradable, OSError):  # nothing can be written
        return compute()


def split(dataset: Dataset, training: int | None = None, held_out: int | None = None, whole: bool = False) -> Split:
    """Return the first ``training`` training images (None: all) and the two halves of the test data.

    With ``whole``, all training images are used; if there are fewer than in the original, they are repeated up to that
    number. Test images at even positions are public; the first ``held_out`` (None: all) at odd positions are held out.
    """
    everything = len(dataset.x_train)
    budget = everything if training is None else min(training, everything)
    stop = None if whole else training
    available = len(dataset.x_train[:stop])
    return Split(
        name=dataset.name,
        x_train=dataset.x_train[:stop],
        y_train=dataset.y_train[:stop],
        x_public=dataset.x_test[0::2],
        y_public=dataset.y_test[0::2],
        x_held_out=dataset.x_test[1::2][:held_out],
        y_held_out=dataset.y_test[1::2][:held_out],
        source=dataset.source,
        stand_in=dataset.stand_in,
        key=dataset.key,
        budget=budget,
        served=max(available, LENGTHS[dataset.name][0]) if stop is None else available,
    )


def paths_to_hide(folder: Path | None) -> list[Path]:
    """Return every file and folder that may contain whole datasets with held-out labels: no worker may see them."""
    folders = [where for where in (folder, os.environ.get("GRADER_DATA")) if where]
    files = [Path(where, f"{name}.npz") for where in folders for name in NAMES]
    return [*files, sources.keras_folder(), *cache.folders()]


def public_file(part: Split) -> Path:
    """Return an uncompressed .npz with the data for student code, as x_train, y_train, x_test and y_test.

    There are as many test images as in the original: each public image is there twice, the second time instead of a
    held-out image. The file is made once, in the user's cache, and never changes. Raises NotGradable if nothing can
    be written.
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


def _write_text(path: Path, text: str) -> None:
    path.write_text(text)


def _prepared(source: sources.DatasetSource) -> LocatedDataset:
    """Return the dataset of a source. It is read once; after that its arrays open quickly from the cache. Raises Damaged."""
    try:
        key = source.key()
    except OSError as error:
        raise sources.Damaged(_("it cannot be read ({error})").format(error=error)) from error
    arrays, _folder = cache.arrays(key) or cache.store_arrays(key, source.read())
    return LocatedDataset(Dataset(source.name, **arrays, source=source.label, stand_in=False, key=key), source.where)


def _in_keras_cache(name: str, label: str | None = None) -> LocatedDataset | None:
    for source in sources.in_keras_cache(name):
        try:
            return _prepared(source if label is None else replace(source, label=label))
        except sources.Damaged:  # an interrupted download; Keras would repeat it, too
            continue
    return None


def _in_scikit_learn() -> LocatedDataset | None:
    source = sources.in_scikit_learn()
    with contextlib.suppress(sources.Damaged):
        return None if source is None else _prepared(source)
    return None


def _stand_in(name: str, problem: str | None) -> LocatedDataset:
    from . import stand_in

    key = stand_in.key(name)
    arrays, folder = cache.arrays(key) or cache.store_arrays(key, stand_in.make(name))
    return LocatedDataset(Dataset(name, **arrays, source="stand-in", stand_in=True, key=key), folder, problem)
