"""Measure the results of the training references: ``python benchmarks/reference_results.py --data DIR [NAME ...]``.

DIR (or GRADER_DATA) holds ``mnist.npz`` and ``fashion_mnist.npz`` with x_train, y_train, x_test and y_test;
``--stand-in`` uses the generated images that replace missing datasets.
Accuracies are computed here from the model's answers in evaluation mode, on the training images and on
the official test set; the gap is their difference. One row for each training, as soon as it has ended.
"""

from __future__ import annotations

import argparse
import importlib
import os
import resource
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Before NumPy is imported, because NumPy reads it. Threads that wait for a busy core would take ten times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))


@dataclass(frozen=True)
class Data:
    """Training and held-out images, uint8 (n, 28, 28), and their labels (n,)."""

    x_train: Any
    y_train: Any
    x_held_out: Any
    y_held_out: Any


@dataclass(frozen=True)
class Result:
    """One training, measured; ``epochs`` as trained, without those that early stopping saved.

    ``cpu_seconds`` is the sum over all threads: the seconds on one idle core.
    """

    training: float
    held_out: float
    epochs: int
    seconds: float
    cpu_seconds: float

    @property
    def gap(self) -> float:
        """The generalisation gap."""
        return self.training - self.held_out


def keras_model(module: str, function: str) -> Callable[[Data, int], tuple[Callable[[Any], Any], int]]:
    """Return a reference that gives a callable for class scores."""

    def train(data: Data, seed: int) -> tuple[Callable[[Any], Any], int]:
        trained = getattr(importlib.import_module(f"reference.{module}"), function)(data.x_train, data.y_train, seed)
        return lambda images: trained(images).argmax(axis=1), len(trained.history["loss"])

    return train


def challenge(data: Data, seed: int) -> tuple[Callable[[Any], Any], int]:
    """Return the network in NumPy, with samples in columns."""
    module = importlib.import_module("reference.numpy_challenge")

    def columns(images: Any) -> Any:
        return images.reshape(len(images), -1).T / 255.0

    params = module.challenge_train(columns(data.x_train), data.y_train, seed)
    return lambda images: module.challenge_predict(params, columns(images)), module.EPOCHS


REFERENCES = {  # name: (dataset, training function, number of training images; None means all)
    "clothing-mlp-plain": ("fashion_mnist", keras_model("image_classifiers", "plain"), None),
    "clothing-mlp-regularized": ("fashion_mnist", keras_model("image_classifiers", "regularized"), None),
    "mnist-mlp": ("mnist", keras_model("image_classifiers", "mnist_mlp"), None),
    "numpy-challenge": ("mnist", challenge, 20000),
    "mnist-cnn": ("mnist", keras_model("image_classifiers", "mnist_cnn"), None),
    "clothing-cnn": ("fashion_mnist", keras_model("image_classifiers", "clothing_cnn"), None),
    "clothing-cnn-dropout": ("fashion_mnist", keras_model("image_classifiers", "clothing_cnn_dropout"), None),
}


def load(folder: Path | None, name: str, training: int | None, half: bool) -> Data:
    """Return the dataset ``name`` of ``folder``, or its stand-in: the first ``training`` images, and all or half of the test set."""
    if folder is None:
        from grader.datasets import stand_in

        arrays = stand_in.make(name)
    else:
        with np.load(folder / f"{name}.npz", allow_pickle=False) as file:
            arrays = dict(file)
    held_out = slice(1, None, 2) if half else slice(None)
    return Data(
        arrays["x_train"][:training],
        arrays["y_train"][:training].ravel(),
        arrays["x_test"][held_out],
        arrays["y_test"][held_out].ravel(),
    )


def measure(name: str, data: Data, seed: int) -> Result:
    """Train the reference ``name`` once."""
    began, cpu_began = time.perf_counter(), time.process_time()
    predict, epochs = REFERENCES[name][1](data, seed)
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu_began
    return Result(
        float(np.mean(predict(data.x_train) == data.y_train)),
        float(np.mean(predict(data.x_held_out) == data.y_held_out)),
        epochs,
        seconds,
        cpu_seconds,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(REFERENCES)}; all if none is given")
    parser.add_argument("--data", type=Path, default=os.environ.get("GRADER_DATA"), metavar="DIR")
    parser.add_argument("--stand-in", action="store_true", help="use the drawn pictures in place of DIR")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="train with the seeds 0 to N-1")
    parser.add_argument("--training", type=int, metavar="N", help="use the first N training images")
    parser.add_argument("--half", action="store_true", help="hold out the odd positions of the test set only")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in REFERENCES]
    if unknown:
        parser.error(f"there is no reference '{unknown[0]}'; choose from {', '.join(REFERENCES)}.")
    if not options.stand_in and (options.data is None or not Path(options.data).is_dir()):
        parser.error("no folder with the data; give it with --data DIR or GRADER_DATA.")
    folder = None if options.stand_in else Path(options.data)

    results: defaultdict[str, list[Result]] = defaultdict(list)
    print(
        f"{'reference':26}{'seed':>5}{'training':>10}{'held out':>10}{'gap':>8}{'epochs':>8}{'seconds':>9}{'CPU s':>8}"
    )
    for seed in range(options.seeds):
        for name in options.names or REFERENCES:
            dataset, _, budget = REFERENCES[name]
            result = measure(name, load(folder, dataset, options.training or budget, options.half), seed)
            results[name].append(result)
            print(f"{name:26}{seed:5}{row(result)}", flush=True)
    if options.seeds > 1:
        summarize(results)
    print(f"largest memory of the process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB")


def row(result: Result) -> str:
    """Return the numbers of one training."""
    return f"{result.training:10.4f}{result.held_out:10.4f}{result.gap:8.4f}{result.epochs:8}{result.seconds:9.1f}{result.cpu_seconds:8.1f}"


def summarize(results: dict[str, list[Result]]) -> None:
    """Print the spread over the seeds."""
    print(f"\n{'over the seeds':43}{'mean':>8}{'std':>8}{'min':>8}{'max':>8}")
    lines = {
        f"{name}, {title}": [getattr(result, title.replace(" ", "_")) for result in of_name]
        for name, of_name in results.items()
        for title in ("training", "held out", "gap", "seconds", "cpu seconds")
    }
    pair = [results.get(f"clothing-mlp-{which}") for which in ("plain", "regularized")]
    if pair[0] and pair[1]:
        both = list(zip(*pair, strict=True))
        lines["gap, plain minus regularised"] = [plain.gap - other.gap for plain, other in both]
        lines["gap, regularised / plain"] = [other.gap / plain.gap for plain, other in both]
        lines["held out, regularised minus plain"] = [other.held_out - plain.held_out for plain, other in both]
    for title, values in lines.items():
        spread = (statistics.mean(values), statistics.stdev(values), min(values), max(values))
        print(f"{title:43}" + "".join(f"{value:8.4f}" for value in spread))


if __name__ == "__main__":
    main()
