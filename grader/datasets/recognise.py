"""Recognises by their content files that may contain a dataset with held-out labels.

Such a file contains at least a thousand small images (28 or 32 pixels wide), or labels from 0 to 9 for a few thousand
images. They may be NumPy arrays, IDX files, pickles, text or raw bytes, compressed or not. Containers that cannot be
read here (HDF5, Parquet, Arrow, MATLAB, SQLite) count if they are large or mention labels. The digits of scikit-learn do
not count: they are 1797 images of 8 by 8 pixels.
"""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import math
import os
import pickle
import re
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import IO, Any

import numpy as np

SMALLEST = 2000  # bytes: 5000 labels cannot be compressed into fewer
FEWEST_IMAGES = 1000
FEWEST_LABELS = 2000
PIXELS = (28 * 28, 32 * 32, 28 * 28 * 3, 32 * 32 * 3)
COLUMNS = {pixels + more for pixels in PIXELS for more in (0, 1, 2)}  # of a table, perhaps with a label and a number
COUNTS = (10_000, 50_000, 60_000, 70_000)  # of images in whole datasets, for raw bytes
RAW = {
    count * (pixels + more) * width
    for count in COUNTS
    for pixels in PIXELS
    for more, width in ((0, 1), (0, 4), (0, 8), (1, 1), (2, 1))
}
RAW_LABELS = {count * width for count in COUNTS for width in (1, 2, 4, 8)}
LARGE = 1 << 20  # bytes of a container that cannot be read here
NAMES_OF_LABELS = (b"label", b"y_test", b"y_train", b"target", b"class")
NAMES_OF_WEIGHTS = (b"weight_names", b"model_weights")  # in files of Keras models
OPAQUE = (b"\x89HDF\r\n\x1a\n", b"PAR1", b"ARROW1", b"FEA1", b"MATLAB 5.0", b"SQLite format 3\0")
PACKED: dict[bytes, Callable[[Any], Any]] = {b"\x1f\x8b": gzip.open, b"BZh": bz2.open, b"\xfd7zXZ": lzma.open}
PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".pgm", ".gif", ".tif")
LARGEST_PICTURE = 8192  # bytes
MOST_IN_A_FOLDER = 500  # small images; from this number on they count as a dataset
# Program files, which are not opened.
CODE = re.compile(
    r".*\.(?:pyc?|pyi|pyx|pxd|pxi|so(?:\.[\d.]+)?|a|o|h|hpp|hh|c|cc|cpp|cuh?|inc|inl|jsx?|css|html?|svg|[to]tf|afm|map|tsx?|pm|pl|rb|el|mo"
    r"|class|jar|java|kt|scala|go|rs|lua|tcl|vim|sh|xml|ya?ml|md|rst|proto|properties|toml)",
    re.IGNORECASE | re.DOTALL,
)
DEEPEST = 4  # nested archives
MOST_MEMBERS = 5000  # members of an archive whose names are read
MOST_OPENED = 200  # members of an archive that are opened
MOST_TEXT = 1 << 16  # bytes of a text file that are read
LARGEST_MEMBER = 64 << 20  # bytes of a tar member that are read
LARGEST_PICKLE = 1 << 30
Open = Callable[[], IO[bytes]]


def holds_data(path: str, size: int) -> bool:
    """Return whether the file of ``size`` bytes may contain a dataset; False if it cannot be read."""
    if size < SMALLEST or CODE.fullmatch(os.path.basename(path)):
        return False
    try:
        return _holds_data(lambda: open(path, "rb"), size, os.path.basename(path), 0)
    except (
        Exception
    ):  # damaged, or not of the type in its first bytes: student code cannot read a dataset from it either
        return False


def are_pictures(files: Sequence[tuple[str, int]]) -> bool:
    """Return whether the files of a folder, given as (name, size), are the small images of a dataset."""
    small = [name for name, size in files if size < LARGEST_PICTURE and name.lower().endswith(PICTURES)]
    return len(small) >= MOST_IN_A_FOLDER


def _holds_data(reopen: Open, size: int, name: str, depth: int) -> bool:
    if depth > DEEPEST:
        return False
    with reopen() as file:
        head = file.read(1024)
    if head.startswith(b"\x93NUMPY"):
        with reopen() as file:
            return _is_array_of_data(_read_array(file))
    unpack = next((unpack for magic, unpack in PACKED.items() if head.startswith(magic)), None)
    if unpack is not None:
        return _holds_data(lambda: unpack(reopen()), 0, name, depth + 1)
    if head[:1] == b"x" and head[1:2] in b"\x01\x5e\x9c\xda":  # zlib; joblib uses it
        with reopen() as file:
            content = zlib.decompressobj().decompress(file.read(LARGEST_MEMBER), LARGEST_MEMBER)
        return _holds_data(partial(io.BytesIO, content), len(content), name, depth + 1)
    if head.startswith(b"PK\3\4"):
        with reopen() as file, zipfile.ZipFile(file) as archive:
            return _is_archive_of_data(_zip_members(archive), depth)
    if head[257:262] == b"ustar":
        with reopen() as file, tarfile.open(fileobj=file, mode="r|") as archive:
            return _is_archive_of_data(_tar_members(archive), depth)
    if head[:2] == b"\0\0" and head[2:3] in b"\x08\x09\x0b\x0c\x0d\x0e" and 1 <= head[3] <= 4:
        shape = [int.from_bytes(head[4 + 4 * axis : 8 + 4 * axis], "big") for axis in range(head[3])]
        return shape[0] >= FEWEST_LABELS if len(shape) == 1 else _are_images(shape, whole=True)
    if head.startswith(OPAQUE) or name.lower().endswith(".mdb") or ".tfrecord" in name.lower():
        return _is_container_of_data(reopen, size)
    if (head[:1] == b"\x80" and head[1:2] in b"\2\3\4\5") or name.lower().endswith((".pkl", ".pickle")):
        try:
            with reopen() as file:
                return size <= LARGEST_PICKLE and any(map(_is_array_of_data, _arrays(_Unpickler(file).load())))
        except _Data:
            return True
    if size in RAW:
        return True
    if size in RAW_LABELS:
        with reopen() as file:
            if _are_labels(np.frombuffer(file.read(), np.uint8)):
                return True
    return b"\0" not in head and _is_text_of_data(reopen)


def _zip_members(archive: zipfile.ZipFile) -> Iterator[tuple[str, int, Open]]:
    for info in archive.infolist()[:MOST_MEMBERS]:
        yield info.filename, info.file_size, partial(archive.open, info)


def _tar_members(archive: tarfile.TarFile) -> Iterator[tuple[str, int, Open]]:
    for number, info in enumerate(archive):
        file = archive.extractfile(info) if info.isfile() else None
        if file is None or number > MOST_MEMBERS:
            continue
        content = b"" if CODE.fullmatch(info.name) else file.read(LARGEST_MEMBER)
        yield info.name, info.size, partial(io.BytesIO, content)


def _is_archive_of_data(members: Iterator[tuple[str, int, Open]], depth: int) -> bool:
    pictures = examined_members = 0
    for name, size, reopen in members:
        pictures += size < LARGEST_PICTURE and name.lower().endswith(PICTURES)
        if pictures >= MOST_IN_A_FOLDER:
            return True
        if size >= SMALLEST and examined_members < MOST_OPENED and not CODE.fullmatch(name):
            examined_members += 1
            if _is_member_of_data(reopen, size, name, depth):
                return True
    return False


def _is_member_of_data(reopen: Open, size: int, name: str, depth: int) -> bool:
    try:
        return _holds_data(reopen, size, name, depth + 1)
    except Exception:  # one damaged member says nothing about the others
        return False


def _read_array(file: IO[bytes]) -> Any:
    """Return the array of an .npy file; if it is too large to be labels, an array of zeros of the same shape."""
    version = np.lib.format.read_magic(file)
    reader = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
    shape, _order, dtype = reader(file)
    if dtype.hasobject or math.prod(shape) > 10 * max(COUNTS) or _are_images(shape, dtype.kind in "biu"):
        return np.broadcast_to(np.zeros((), np.uint8 if dtype.kind in "biu" else np.float32), shape)
    return np.frombuffer(file.read(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)


def _is_array_of_data(array: Any) -> bool:
    return array.dtype.kind in "biuf" and (_are_images(array.shape, array.dtype.kind in "biu") or _are_labels(array))


def _are_images(shape: Sequence[int], whole: bool) -> bool:
    """Return whether an array of that shape contains images.

    An array of ``whole`` numbers may have images of any known size as rows.
    """
    if len(shape) < 2:
        return False
    one, other = (shape[0], math.prod(shape[1:])), (shape[-1], math.prod(shape[:-1]))
    sizes = PIXELS if whole or len(shape) > 2 else PIXELS[:1]  # weights are as wide as some images
    return any(count >= FEWEST_IMAGES and pixels in sizes for count, pixels in (one, other))


def _are_labels(array: Any) -> bool:
    """Return whether an array contains classes from 0 to 9, as numbers or one-hot rows."""
    if array.size == 10 * max(array.shape, default=0) and array.ndim == 2:
        array = array if array.shape[1] == 10 else array.T
        array = array.argmax(1) if ((array != 0).sum(1) == 1).all() else array
    values = array.ravel()
    if len(values) < FEWEST_LABELS or max(array.shape) != len(values):
        return False
    return bool(np.isin(values, np.arange(10)).all()) and len(np.unique(values)) == 10


def _is_container_of_data(reopen: Open, size: int) -> bool:
    with reopen() as file:
        content = file.read(LARGEST_MEMBER)
    if any(name in content for name in NAMES_OF_WEIGHTS):
        return False
    if content.startswith(b"MATLAB 5.0") and any(map(_is_shape_of_data, _shapes_in_matlab(content))):
        return True
    return max(size, len(content)) >= LARGE or any(name in content.lower() for name in NAMES_OF_LABELS)


def _is_shape_of_data(shape: Sequence[int]) -> bool:
    """Return whether an array of this shape may be images or labels, if only the shape is known."""
    count = math.prod(shape)
    return _are_images(shape, whole=True) or (count in (5000, *COUNTS) and max(shape) == count)


def _shapes_in_matlab(content: bytes) -> Iterator[list[int]]:
    """Yield the shapes of the variables in a MATLAB 5 file: each is an element, compressed or not."""
    position = 128
    while position + 8 <= len(content):
        kind, size = struct.unpack_from("<II", content, position)
        element = content[position : position + 8 + size]
        if kind == 15:
            element = zlib.decompressobj().decompress(element[8:], 1024)
        if len(element) >= 32:  # a tag, the flags, and the tag of the sizes
            (length,) = struct.unpack_from("<I", element, 28)
            yield np.frombuffer(element[32 : 32 + length][: 4 * 8], "<i4").tolist()
        position += 8 + size


class _Data(Exception):
    """The pickle that is being read is a dataset."""


class _Anything:
    """Replaces every object of a pickle that is not NumPy's; it keeps the parts of the object."""

    parts: list[Any]

    def __new__(cls, *parts: Any, **named: Any) -> _Anything:
        instance = super().__new__(cls)
        instance.parts = [*parts, *named.values()]
        return instance

    def __setstate__(self, state: Any) -> None:
        # joblib writes the bytes of an array after its shape; the rest of the pickle cannot be read.
        shape = state.get("shape") if isinstance(state, dict) else None
        if isinstance(shape, tuple) and shape and _is_shape_of_data(shape):
            raise _Data
        self.parts.append(state)

    def __call__(self, *parts: Any) -> _Anything:
        return _Anything(*parts)

    def append(self, part: Any) -> None:
        """Keep the part."""
        self.parts.append(part)

    def extend(self, parts: Any) -> None:
        """Keep the parts."""
        self.parts.extend(parts)

    def __setitem__(self, key: Any, value: Any) -> None:
        self.parts.append(value)


class _Unpickler(pickle.Unpickler):
    """Reads only arrays from a pickle. A normal unpickler could run any code; this one gives access to nothing else."""

    def __init__(self, file: IO[bytes]) -> None:
        super().__init__(file, encoding="bytes")

    def find_class(self, module: str, name: str) -> Any:
        if module in ("numpy.core.multiarray", "numpy._core.multiarray") and name == "_reconstruct":
            return np.empty(0).__reduce__()[0]
        if module in ("numpy.core.numeric", "numpy._core.numeric") and name == "_frombuffer":
            return np._core.numeric._frombuffer  # type: ignore[attr-defined]
        if module == "_codecs" and name == "encode":  # bytes that Python 3 wrote for Python 2
            return lambda text, _: text.encode("latin1")
        if module == "numpy" and name in ("ndarray", "dtype"):
            return getattr(np, name)
        return _Anything

    def persistent_load(self, pid: Any) -> Any:
        return _Anything(pid)


def _arrays(value: Any, depth: int = 0) -> Iterator[Any]:
    """Yield the arrays in an unpickled value, including lists of numbers."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict | _Anything | list | tuple) and depth < 10:
        if isinstance(value, dict):
            parts: Sequence[Any] = [*value.values()]
        else:
            parts = value.parts if isinstance(value, _Anything) else value
        if len(parts) >= FEWEST_LABELS and all(isinstance(part, int) for part in parts[:10]):
            yield np.array(parts)
        else:
            for part in parts[:MOST_MEMBERS]:
                yield from _arrays(part, depth + 1)


def _is_text_of_data(reopen: Open) -> bool:
    """Return whether a text is a table of pixels or of labels."""
    with reopen() as file:
        text = file.read(MOST_TEXT)
    middle = text[len(text) // 2 :][:4096]
    if b"\0" in text or 4 * len(re.sub(rb"[^0-9]", b"", middle)) < len(middle):
        return False
    if any(len(set(run)) == 10 for run in re.findall(rb"[0-9]{%d,}" % FEWEST_LABELS, text)):
        return True
    rows = _rows(text)
    later = _rows(text[len(text) // 2 :])[1:]  # a header can be long
    wide = [row for row in later if len(row) in COLUMNS]
    sparse = [row for row in later if len(row) > 50 and all(b":" in part for part in row[1:])]
    if len(wide) + len(sparse) >= max(3, len(later) // 2):
        return True
    columns = [[row[0] for row in rows], [row[-1] for row in rows], [part for row in rows for part in row]]
    columns.append(re.findall(rb":\s*([^,:}\s]+)", text))
    return any(map(_are_label_words, columns))


def _rows(text: bytes) -> list[list[bytes]]:
    rows = [re.findall(rb"[^\s,;\[\]()\"']+", line) for line in text.splitlines()]
    return [row for row in rows[:-1] or rows if row]


def _are_label_words(words: Sequence[bytes]) -> bool:
    digits = [word for word in words if re.fullmatch(rb"[0-9](?:\.0*(?:e[+-]?00)?)?", word)]
    return len(digits) >= max(FEWEST_LABELS, 0.95 * len(words)) and len({word[:1] for word in digits}) == 10
