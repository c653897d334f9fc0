"""Compare the references on the processor and on a GPU: ``python benchmarks/gpu.py [--data DIR]``.

Each column is a separate process, the first with CUDA_VISIBLE_DEVICES="". Values, gradients and
trajectories are computed in float64 at sizes that are useful on a GPU, each once to warm up and then timed
(median of 3). Trainings are timed once, with the folder DIR (or GRADER_DATA) of reference_results.py.
The last column is the largest difference of two numbers, relative to the largest number of that array; for
trainings it is the difference of the held-out accuracies. Exit code 3 if TensorFlow finds no GPU.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
INPUTS, HIDDEN = 784, 512
TRAININGS = ("clothing-mlp-plain", "clothing-mlp-regularized", "mnist-mlp", "clothing-cnn", "clothing-cnn-dropout")


def calls(samples: int) -> dict[str, Callable[[], Any]]:
    """Return the calls to time in addition to the trainings: reference functions with inputs of ``samples`` samples."""
    from reference import cifar_grayscale, numpy_mnist, relu_swap, single_neuron

    random = np.random.RandomState(0)
    X = random.standard_normal((samples, INPUTS))
    y = random.randint(0, 2, samples).astype(float)
    w = random.standard_normal(INPUTS) / np.sqrt(INPUTS)
    W1 = random.standard_normal((INPUTS, HIDDEN)) / np.sqrt(INPUTS)
    W2 = random.standard_normal((HIDDEN, 1)) / np.sqrt(HIDDEN)
    net = (W1, np.zeros(HIDDEN), W2, np.zeros(1))
    column = y[:, None]
    answers = [np.asarray(part) for part in relu_swap.forward(X, *net)]
    sizes = [(HIDDEN, INPUTS), (HIDDEN, HIDDEN), (10, HIDDEN)]
    columns = [
        part for size in sizes for part in (random.standard_normal(size) / np.sqrt(size[1]), np.zeros((size[0], 1)))
    ]
    one_hot = np.asarray(numpy_mnist.one_hot(random.randint(0, 10, samples)))
    passed = [np.asarray(part) for part in numpy_mnist.forward_propagation(X.T, *columns)]
    pictures = random.randint(0, 256, (samples, 32, 32, 3)).astype(np.uint8)
    return {
        "single-neuron, predict": lambda: single_neuron.predict(X, w),
        "single-neuron, gradients": lambda: single_neuron.gradients(X, y, w),
        "single-neuron, train": lambda: single_neuron.train(X, y, w, learning_rate=1e-5, epochs=20),
        "relu-swap, forward": lambda: relu_swap.forward(X, *net),
        "relu-swap, backward": lambda: relu_swap.backward(X, column, *answers, W2),
        "relu-swap, train": lambda: relu_swap.train(X, column, *net, learning_rate=0.1, epochs=3),
        "numpy-mnist, forward": lambda: numpy_mnist.forward_propagation(X.T, *columns),
        "numpy-mnist, backward": lambda: numpy_mnist.back_propagation(X.T, one_hot, *passed, columns[2], columns[4]),
        "cifar-grayscale": lambda: cifar_grayscale.to_grayscale(pictures),
    }


def measure(file: Path, samples: int, data: Path | None, training: int) -> None:
    """Run in one process: write answers, seconds and accuracies to ``file``."""
    import tensorflow as tf

    gpus = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
    found: dict[str, Any] = {"gpus": [gpu.get("device_name", "GPU") for gpu in gpus], "seconds": {}, "accuracy": {}}
    arrays = {}
    for name, call in calls(samples).items():
        seconds = []
        for _ in range(4):
            began = time.perf_counter()
            answer = call()
            # Copies to the processor: a GPU returns before it has finished.
            parts = [np.asarray(part) for part in (answer if isinstance(answer, tuple) else (answer,))]
            seconds.append(time.perf_counter() - began)
        found["seconds"][name] = statistics.median(seconds[1:])
        arrays.update({f"{name}/{index}": part for index, part in enumerate(parts)})
    if data:
        import reference_results

        for name in TRAININGS:
            result = reference_results.measure(
                name, reference_results.load(data, reference_results.REFERENCES[name][0], training, half=False), seed=0
            )
            found["seconds"][name], found["accuracy"][name] = result.seconds, result.held_out
    np.savez(file, found=json.dumps(found), **arrays)  # type: ignore[arg-type]


def column(options: argparse.Namespace, gpu: bool) -> tuple[dict[str, Any], dict[str, Any]]:
    """Run one process; return its results and its arrays."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if not gpu:
        environment["CUDA_VISIBLE_DEVICES"] = ""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "found.npz")
        command = [sys.executable, __file__, "--into", str(file), "--training", str(options.training)]
        command += ["--samples", str(options.samples)]
        command += ["--data", str(options.data)] if options.data else []
        subprocess.run(command, env=environment, check=True, stderr=None if options.debug else subprocess.DEVNULL)
        with np.load(file, allow_pickle=False) as kept:
            arrays = dict(kept)
    return json.loads(str(arrays.pop("found"))), arrays


def difference(name: str, cpu: tuple[Any, Any], gpu: tuple[Any, Any]) -> float:
    """Return the difference of the two columns of ``name``."""
    if name in cpu[0]["accuracy"]:
        return float(abs(cpu[0]["accuracy"][name] - gpu[0]["accuracy"][name]))
    pairs = [(cpu[1][key], gpu[1][key]) for key in cpu[1] if key.rpartition("/")[0] == name]
    return max(float(np.max(np.abs(mine - other)) / np.max(np.abs(mine))) for mine, other in pairs)


def has_gpu() -> bool:
    """True if TensorFlow finds a GPU; a separate process tests that, and releases the GPU again."""
    question = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True)
    return done.stdout.split()[-1] != "0"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("GRADER_DATA"), metavar="DIR")
    parser.add_argument("--training", type=int, default=10000, metavar="N", help="training images (10000)")
    parser.add_argument("--samples", type=int, default=20000, metavar="N", help="samples of the other calls (20000)")
    parser.add_argument("--debug", action="store_true", help="show what TensorFlow says")
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.data and not Path(options.data).is_dir():
        parser.error(f"{options.data} is no folder; give one with the data by --data DIR or GRADER_DATA.")
    if options.into:
        measure(options.into, options.samples, options.data, options.training)
        return

    cpu = column(options, gpu=False)
    gpu = column(options, gpu=True) if has_gpu() else None
    if gpu:
        print(f"GPU: {', '.join(gpu[0]['gpus'])}")
    print(f"{'reference':28}{'CPU s':>10}{'GPU s':>10}{'CPU / GPU':>11}{'difference':>12}")
    for name, seconds in cpu[0]["seconds"].items():
        line = f"{name:28}{seconds:10.4f}"
        if gpu:
            on_gpu = gpu[0]["seconds"][name]
            line += f"{on_gpu:10.4f}{seconds / on_gpu:11.1f}{difference(name, cpu, gpu):12.1e}"
        print(line)
    if not gpu:
        print(
            "TensorFlow finds no GPU here, so only the CPU was measured; run this on a machine with CUDA after installing the extra 'gpu'.",
            file=sys.stderr,
        )
        sys.exit(3)


if __name__ == "__main__":
    main()
