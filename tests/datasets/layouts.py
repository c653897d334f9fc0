"""Writes datasets in the layouts of Keras and of their authors."""

from __future__ import annotations

import gzip
import io
import pickle
import struct
import tarfile

import numpy as np

from grader.datasets.sources import CIFAR_BATCHES, CIFAR_FOLDER, FASHION_FILES


def npz(arrays):
    """Return the bytes of an .npz file."""
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def fashion(arrays):
    """Return the four gzipped IDX files, by name."""
    files_by_name = {}
    for file, part in zip(FASHION_FILES, ("x_train", "y_train", "x_test", "y_test"), strict=True):
        array = arrays[part]
        header = bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
        files_by_name[file] = gzip.compress(header + array.tobytes())
    return files_by_name


def cifar(arrays):
    """Return the six batches, by name, pickled like in Python 2."""
    files_by_name = {}
    for index, batch in enumerate(CIFAR_BATCHES):
        if batch == "test_batch":
            images, labels = arrays["x_test"], arrays["y_test"]
        else:
            count = len(arrays["x_train"]) // 5
            chosen = slice(index * count, (index + 1) * count)
            images, labels = arrays["x_train"][chosen], arrays["y_train"][chosen]
        rows = np.ascontiguousarray(images.transpose(0, 3, 1, 2)).reshape(len(images), 3072)
        files_by_name[batch] = python2_pickle({"batch_label": batch, "labels": labels.ravel().tolist(), "data": rows})
    return files_by_name


def cifar_archive(arrays):
    """Return the bytes of cifar-10-python.tar.gz."""
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w:gz") as archive:
        for name, content in cifar(arrays).items():
            member = tarfile.TarInfo(f"{CIFAR_FOLDER}/{name}")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return file.getvalue()


def write(folder, files):
    """Write files (name: bytes) into ``folder``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)


class _Python2(pickle._Pickler):
    """In Python 2, text and bytes were one type."""

    dispatch = dict(pickle._Pickler.dispatch)

    def _string(self, value):
        raw = value.encode("ascii") if isinstance(value, str) else value
        self.write(b"T" + struct.pack("<i", len(raw)) + raw)

    dispatch[str] = dispatch[bytes] = _string


def python2_pickle(value):
    """Return ``value`` as NumPy 1 under Python 2 pickled it."""
    file = io.BytesIO()
    _Python2(file, protocol=2).dump(value)
    return file.getvalue().replace(b"cnumpy._core.multiarray\n", b"cnumpy.core.multiarray\n")
