"""Tests: files with datasets are recognised in every format that students can read; other files are not."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import pickle
import struct
import tarfile
import zipfile
import zlib

import numpy as np
import pytest

from grader.datasets import recognise

DRAWN = np.random.default_rng(3)
IMAGES = DRAWN.integers(0, 256, (1200, 28, 28), dtype=np.uint8)
COLOURED = DRAWN.integers(0, 256, (1200, 32, 32, 3), dtype=np.uint8)
LABELS = DRAWN.integers(0, 10, 5000)
ONE_HOT = np.eye(10)[LABELS]


def gzipped(content):
    return gzip.compress(content, 1)  # the slow levels make no difference here


def npy(array):
    data = io.BytesIO()
    np.save(data, array)
    return data.getvalue()


def npz(save=np.savez, **arrays):
    data = io.BytesIO()
    save(data, **arrays)
    return data.getvalue()


def idx(array):
    return struct.pack(f">HBB{array.ndim}I", 0, 8, array.ndim, *array.shape) + array.astype(np.uint8).tobytes()


def zipped(**members):
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return data.getvalue()


def tarred(mode="w", **members):
    data = io.BytesIO()
    with tarfile.open(fileobj=data, mode=mode) as archive:
        for name, content in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    return data.getvalue()


def table(array, form="%d", separator=",", header=""):
    data = io.StringIO()
    np.savetxt(data, array, form, separator, header=header, comments="")
    return data.getvalue().encode()


class Frame:
    """Pickled like a table of Pandas: classes with arrays in their state."""

    def __init__(self, blocks):
        self.blocks = blocks


class Wrapper:
    """Pickled like an array by joblib, which writes the bytes after the pickle."""

    def __init__(self, shape):
        self.shape = shape


def matlab(*shape, packed=False):
    """Return a MATLAB 5 file with one variable of zeros."""
    flags, sizes = struct.pack("<IIII", 6, 8, 6, 0), struct.pack(f"<II{len(shape)}i", 5, 4 * len(shape), *shape)
    matrix = flags + sizes + struct.pack("<HH4s", 1, 1, b"x") + bytes(3000)
    element = struct.pack("<II", 14, len(matrix)) + matrix
    if packed:
        element = zlib.compress(element)
        element = struct.pack("<II", 15, len(element)) + element
    return b"MATLAB 5.0 MAT-file".ljust(128) + element


ROWS = np.column_stack([LABELS[:1200], IMAGES.reshape(1200, 784)])
BATCH = {
    b"batch_label": b"testing batch",
    b"labels": LABELS.tolist(),
    b"data": np.zeros((5000, 3072), np.uint8),
    b"filenames": [b"a.png"] * 5000,
}
DATA = {
    "mnist.npz": npz(x_test=IMAGES, y_test=LABELS),
    "small.npz": npz(np.savez_compressed, images=IMAGES.reshape(1200, 784), labels=LABELS[:1200]),
    "labels alone.npz": npz(np.savez_compressed, y=LABELS.astype(np.uint8)),
    "x.npy": npy(IMAGES),
    "transposed.npy": npy(np.asfortranarray(IMAGES.reshape(1200, 784).T)),
    "floats.npy": npy((IMAGES[..., None] / 255).astype(np.float32)),
    "channels first.npy": npy(COLOURED.transpose(0, 3, 1, 2)),
    "y.npy": npy(LABELS),
    "column.npy": npy(LABELS[:, None].astype(np.uint8)),
    "one hot.npy": npy(ONE_HOT),
    "float labels.npy": npy(LABELS.astype(float)),
    "t10k-images-idx3-ubyte": idx(IMAGES),
    "t10k-labels-idx1-ubyte": idx(LABELS),
    "t10k-labels-idx1-ubyte.gz": gzipped(idx(LABELS)),
    "no ending": gzipped(idx(IMAGES)),
    "labels.bz2": bz2.compress(idx(LABELS)),
    "labels.npy.xz": lzma.compress(npy(LABELS)),
    "test_batch": pickle.dumps(BATCH, protocol=2),
    "mnist.pkl.gz": gzipped(pickle.dumps(((IMAGES.reshape(1200, 784) / 255, LABELS[:1200]),), protocol=2)),
    "newest.pickle": pickle.dumps({"y": LABELS}, protocol=5),
    "list.pkl": pickle.dumps(LABELS.tolist(), protocol=0),
    "cifar-10-python.tar.gz": tarred("w:gz", **{"cifar/test_batch": pickle.dumps(BATCH, protocol=2)}),
    "plain.tar": tarred(**{"a/readme": b"x" * 3000, "a/labels": idx(LABELS)}),
    "archive.zip": zipped(**{"readme.txt": "x" * 5000, "MNIST/raw/t10k-labels-idx1-ubyte": idx(LABELS)}),
    "in one another.zip": zipped(**{"inner.zip": zipped(**{"y.npy.gz": gzipped(npy(LABELS))})}),
    "pictures.zip": zipped(**{f"{number % 10}/{number}.png": b"\x89PNG" + bytes(300) for number in range(600)}),
    "torch.pt": zipped(**{"archive/data.pkl": b"x", "archive/data/0": bytes(10_000 * 784)}),
    "mnist_test.csv": table(ROWS),
    "with header.csv": table(ROWS, header="label," + ",".join(f"{r}x{c}" for r in range(28) for c in range(28))),
    "spaces.txt": table(IMAGES.reshape(1200, 784) / 255, "%.6f", " "),
    "table.csv.gz": gzipped(table(ROWS)),
    "labels.txt": table(LABELS),
    "savetxt.txt": table(LABELS, "%.18e"),
    "labels.csv": table(np.column_stack([np.arange(5000), LABELS]), header="Id,Category"),
    "labels.json": json.dumps(LABELS.tolist()).encode(),
    "libsvm": b"\n".join(b"%d " % n + b" ".join(b"%d:0.5" % k for k in range(100, 220)) for n in LABELS[:1200]),
    "header.arff": b"@ATTRIBUTE pixel real\n" * 784 + table(ROWS),
    "dictionary.json": json.dumps({str(number): int(label) for number, label in enumerate(LABELS)}).encode(),
    "one word.txt": "".join(map(str, LABELS)).encode(),
    "frame.pkl": pickle.dumps(Frame([{"values": LABELS.reshape(1, -1)}]), protocol=5),
    "array.joblib": pickle.dumps(Wrapper((10_000, 28, 28))) + DRAWN.bytes(10_000),
    "labels.joblib.z": zlib.compress(pickle.dumps(Wrapper((10_000,))) + DRAWN.bytes(10_000)),
    "labels.mat": matlab(10_000, 1),
    "packed.mat": matlab(784, 70_000, packed=True) + bytes(3000),
    "raw.bin": bytes(10_000 * 3073),
    "labels.bin": bytes(np.resize(np.arange(10, dtype=np.uint8), 10_000)),
    "test.parquet": b"PAR1" + DRAWN.bytes(2_000_000) + b"PAR1",
    "labels.parquet": b"PAR1" + DRAWN.bytes(5000) + b"label" + b"PAR1",
    "mnist.h5": b"\x89HDF\r\n\x1a\n" + bytes(5000) + b"y_test",
    "mnist-original.mat": b"MATLAB 5.0 MAT-file" + DRAWN.bytes(2_000_000),
    "mnist-test.tfrecord-00000-of-00001": DRAWN.bytes(2_000_000),
}
OTHERS = {
    "digits.csv.gz": gzipped(table(np.column_stack([DRAWN.integers(0, 17, (1797, 64)), LABELS[:1797]]))),
    "digits.npz": npz(x=DRAWN.integers(0, 17, (1797, 8, 8)), y=LABELS[:1797]),
    "iris.csv": table(DRAWN.random((5000, 5)), "%.2f"),
    "weights.npz": npz(w1=DRAWN.random((784, 128)), b1=np.zeros(128), w2=DRAWN.random((128, 10))),
    "wide weights.npy": npy(DRAWN.random((2000, 1024)).astype(np.float32)),
    "weights.h5": b"\x89HDF\r\n\x1a\n" + bytes(2_000_000) + b"model_weights weight_names class_name",
    "wrapped.joblib": pickle.dumps(Wrapper((128, 64))) + DRAWN.bytes(10_000),
    "example.mat": matlab(100, 3, packed=True) + bytes(3000),
    "identifiers.json": json.dumps({str(number): number for number in range(5000)}).encode(),
    "one image.npy": npy(IMAGES[0]),
    "few images.npy": npy(IMAGES[:25]),
    "flags.npy": npy(LABELS % 2),
    "numbers.npy": npy(DRAWN.integers(0, 100, 5000)),
    "LICENSE": b"Permission is hereby granted, free of charge, to any person " * 100,
    "words.txt": b"zero\none\ntwo\n" * 2000,
    "primes.txt": table(np.arange(5000)),
    "RECORD": b"numpy/__init__.py,sha256=abc,1234\n" * 3000,
    "zeros.bin": bytes(10_000),
    "code.py": b"LABELS = [" + b", ".join(b"%d" % n for n in LABELS) + b"]",
    "damaged.npz": npz(x=IMAGES)[:5000],
    "damaged.gz": gzipped(idx(LABELS))[:100] + bytes(3000),
    "wheel.whl": zipped(**{f"package/{name}.py": "x = 1\n" * 1000 for name in "abc"}),
    "evil.pkl": b"cos\nsystem\n(S'exit 1'\ntR." + b" " * 3000,
    "empty": b"",
}


def holds_data(tmp_path, name, content):
    (tmp_path / name).write_bytes(content)
    return recognise.holds_data(str(tmp_path / name), len(content))


@pytest.mark.parametrize("name", DATA)
def test_dataset_is_recognised(tmp_path, name):
    assert holds_data(tmp_path, name, DATA[name])


@pytest.mark.parametrize("name", OTHERS)
def test_other_file_is_not_recognised(tmp_path, name):
    assert not holds_data(tmp_path, name, OTHERS[name])


def test_folder_of_small_images_is_recognised():
    assert recognise.are_pictures([(f"{number}.png", 300) for number in range(500)])
    assert not recognise.are_pictures([(f"{number}.png", 300) for number in range(100)])
    assert not recognise.are_pictures([(f"{number}.png", 90_000) for number in range(500)])
