"""The files of a dataset: in a folder of the user, in the Keras cache in the layouts of its versions, or in scikit-learn."""

from __future__ import annotations

import gzip
import hashlib
import importlib.util
import io
import os
import pickle
import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ..support.errors import UsageError
from ..support.i18n import _
from ..version import __version__
from .cache import PARTS, Array

IMAGE_SHAPES: dict[str, tuple[int, ...]] = {
    "mnist": (28, 28),
    "fashion_mnist": (28, 28),
    "cifar10": (32, 32, 3),
    "digits": (8, 8),
}
WHITE = {"digits": 16}  # the largest value of a pixel, if it is not 255
DIGITS_FILE = "datasets/data/digits.csv.gz"  # in scikit-learn: a row has 64 pixels from 0 to 16, and the label
TRAINING_DIGITS = 1437  # the first ones; scikit-learn itself does not split its digits
FASHION_FILES = tuple(
    f"{part}-{kind}-ubyte.gz" for part in ("train", "t10k") for kind in ("images-idx3", "labels-idx1")
)
CIFAR_FOLDER = "cifar-10-batches-py"  # inside the archive; Keras also used this name for the unpacked folder
CIFAR_ARCHIVE = f"{CIFAR_FOLDER}-target_archive"
CIFAR_BATCHES = (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")


class Damaged(Exception):
    """A source does not contain a valid dataset; the text says what is wrong."""


@dataclass(frozen=True)
class DatasetSource:
    """Files from which a dataset can be read."""

    name: str
    label: str
    where: Path
    files: tuple[Path, ...]
    reader: Callable[[], dict[str, Array]]

    def key(self) -> str:
        """Return a name for the content, made from paths, sizes and times of the files; raises OSError."""
        facts = [(str(path.resolve()), *_facts(path)) for path in self.files]
        return f"{self.name}-{hashlib.sha256(repr((__version__, facts)).encode()).hexdigest()[:16]}"

    def read(self) -> dict[str, Array]:
        """Return x_train, y_train, x_test and y_test in the form of Keras; raises Damaged."""
        try:
            arrays = self.reader()
        except Exception as error:  # damaged archives and pickles raise nearly anything
            # NumPy assumes that an unknown file is a pickle, and would advise to trust it.
            reason = _("it is not a .npz file") if "pickle" in str(error) else f"{type(error).__name__}: {error}"
            raise Damaged(_("it cannot be read ({error})").format(error=reason)) from error
        return check(self.name, arrays)


def in_folder(name: str, folder: Path | None) -> DatasetSource | None:
    """Return ``NAME.npz`` in ``folder``, else in the folder GRADER_DATA; None if the file is missing.

    Raises UsageError if the folder does not exist.
    """
    origin = "--data" if folder is not None else "GRADER_DATA"
    root = str(folder) if folder is not None else os.environ.get("GRADER_DATA", "")
    if not root:
        return None
    if not os.path.isdir(root) or not os.access(root, os.R_OK | os.X_OK):
        sentence = _("The data folder {folder} ({origin}) does not exist or cannot be read: choose an existing folder.")
        raise UsageError(sentence.format(folder=root, origin=origin))
    path = Path(root, f"{name}.npz")
    return DatasetSource(name, path.name, path, (path,), lambda: _npz(path)) if path.exists() else None


def keras_folder() -> Path:
    """Return the folder in which Keras stores its datasets."""
    home = os.environ.get("KERAS_HOME") or os.path.join("~", ".keras")
    return Path(os.path.expanduser(home), "datasets")


def in_keras_cache(name: str) -> list[DatasetSource]:
    """Return the sources of ``name`` in the Keras cache; the layout of the newest Keras version comes first."""
    folder = keras_folder()

    def source(where: Path, files: list[Path], reader: Callable[[], dict[str, Array]]) -> list[DatasetSource]:
        exists = all(os.path.isfile(file) for file in files)
        return [DatasetSource(name, "Keras cache", where, tuple(files), reader)] if exists else []

    if name == "mnist":
        path = folder / "mnist.npz"
        return source(path, [path], lambda: _npz(path))
    if name == "fashion_mnist":
        subfolder = folder / "fashion-mnist"
        return source(subfolder, [subfolder / file for file in FASHION_FILES], lambda: _idx(subfolder))
    cifar = []
    for inner in (f"{CIFAR_FOLDER}-target/{CIFAR_FOLDER}", f"{CIFAR_FOLDER}/{CIFAR_FOLDER}", CIFAR_FOLDER):
        subfolder = folder / inner
        files = [subfolder / batch for batch in CIFAR_BATCHES]
        cifar += source(subfolder, files, lambda files=files: _batches([file.read_bytes() for file in files]))  # type: ignore[misc]
    for archive in (CIFAR_ARCHIVE, f"{CIFAR_FOLDER}_archive", f"{CIFAR_FOLDER}.tar.gz"):
        path = folder / archive
        cifar += source(path, [path], lambda path=path: _archive(path))  # type: ignore[misc]
    return cifar


def in_scikit_learn() -> DatasetSource | None:
    """Return the digits of the installed scikit-learn, which is not imported; None if they are missing."""
    package = importlib.util.find_spec("sklearn")
    folders = package.submodule_search_locations if package is not None else None
    path = Path(next(iter(folders or ()), ""), DIGITS_FILE)
    return DatasetSource("digits", "scikit-learn", path, (path,), lambda: _digits(path)) if path.is_file() else None


def check(name: str, arrays: dict[str, Array]) -> dict[str, Array]:
    """Return the arrays with labels in the shape that Keras uses; raises Damaged if they are not this dataset."""
    result = {}
    for part in ("train", "test"):
        images, labels = arrays[f"x_{part}"], arrays[f"y_{part}"]
        expected = IMAGE_SHAPES[name]
        if images.dtype != np.uint8 or images.shape[1:] != expected:
            sizes = ", ".join(str(size) for size in expected)
            sentence = _("{array} is {dtype} {shape}, not uint8 (n, {sizes})")
            raise Damaged(sentence.format(array=f"x_{part}", dtype=images.dtype, shape=images.shape, sizes=sizes))
        if len(images) < 2 or labels.shape not in ((len(images),), (len(images), 1)):
            sentence = _("{array} has the shape {shape} for {count} images")
            raise Damaged(sentence.format(array=f"y_{part}", shape=labels.shape, count=len(images)))
        if labels.dtype.kind not in "iu" or labels.min() < 0 or labels.max() > 9:
            raise Damaged(_("{array} contains values that are not integers from 0 to 9").format(array=f"y_{part}"))
        shape = (-1, 1) if name == "cifar10" else (-1,)
        result[f"x_{part}"] = np.ascontiguousarray(images)
        result[f"y_{part}"] = labels.astype(np.uint8).reshape(shape)
    return result


def _facts(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns  # a copied file can have an old mtime


def _npz(path: Path) -> dict[str, Array]:
    with np.load(path, allow_pickle=False) as file:
        missing = [part for part in PARTS if part not in file]
        if missing:
            raise ValueError(_("it contains no {array}").format(array=missing[0]))
        return {part: file[part] for part in PARTS}


def _idx(folder: Path) -> dict[str, Array]:
    """Return the arrays of Fashion-MNIST's four gzipped IDX files: a magic number, the sizes (big-endian), the bytes."""
    arrays = []
    for file in FASHION_FILES:
        raw = gzip.decompress((folder / file).read_bytes())
        axes = 3 if "idx3" in file else 1
        if raw[:4] != bytes([0, 0, 8, axes]):
            raise ValueError(f"{file} is not an IDX file of bytes")
        shape = np.frombuffer(raw, ">u4", count=axes, offset=4)
        arrays.append(np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape))
    return dict(zip(PARTS, arrays, strict=True))


def _digits(path: Path) -> dict[str, Array]:
    table = np.loadtxt(path, dtype=np.uint8, delimiter=",")
    images, labels = table[:, :64].reshape(-1, 8, 8), table[:, 64]
    parts = (images[:TRAINING_DIGITS], labels[:TRAINING_DIGITS], images[TRAINING_DIGITS:], labels[TRAINING_DIGITS:])
    return dict(zip(PARTS, parts, strict=True))


def _archive(path: Path) -> dict[str, Array]:
    with tarfile.open(path) as archive:
        members = [archive.extractfile(f"{CIFAR_FOLDER}/{batch}") for batch in CIFAR_BATCHES]
        return _batches([member.read() for member in members if member is not None])


def _batches(pickles: list[bytes]) -> dict[str, Array]:
    """Return the arrays of CIFAR-10's batches: rows of 1024 red, 1024 green and 1024 blue bytes, and a list of labels."""
    images, labels = [], []
    for raw in pickles:
        batch = _unpickle(raw)
        images.append(np.asarray(batch[b"data"]).reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1))
        labels.append(np.asarray(batch[b"labels"]))
    *training, _ = range(len(images))
    return {
        "x_train": np.concatenate([images[index] for index in training]),
        "y_train": np.concatenate([labels[index] for index in training]),
        "x_test": images[-1],
        "y_test": labels[-1],
    }


class _ArraysOnly(pickle.Unpickler):
    """Reads only arrays from a pickle. A normal unpickler could run any code; this one gives access to nothing else."""

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) in (("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct")):
            return np.empty(0).__reduce__()[0]
        if (module, name) == ("numpy", "ndarray"):
            return np.ndarray
        if (module, name) == ("numpy", "dtype"):
            return np.dtype
        raise pickle.UnpicklingError(f"{module}.{name} does not belong in a batch of images")


def _unpickle(raw: bytes) -> dict[bytes, Any]:
    loaded: dict[bytes, Any] = _ArraysOnly(io.BytesIO(raw), encoding="bytes").load()
    return loaded
