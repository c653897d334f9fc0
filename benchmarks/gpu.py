"""Compare the processor and a GPU: ``python benchmarks/gpu.py [--data DIR] [--json FILE]``, in at most six minutes.

It needs NumPy, TensorFlow and this folder; the packages of the grader are used where they are installed. Wheels may also be
unpacked into a folder of PYTHONPATH. The parts, in this order, each on the GPU and on the processor:

- calls: functions of the references with large inputs, float64; the median of 3 calls after one to warm up
- exercises: every function of every reference at the size of its probes: do the numbers agree?
- submission: the solution of clothing-mlp, graded through the sandbox with ``--device``
- trainings: the references that train, with ``--training`` images, seed 0
- bands: the trained references of the exercises with 5 seeds, on the GPU only

The column "difference" is the largest difference of two numbers, relative to the largest number of that array; for trainings
it is the difference of the held-out accuracies. Skipped parts are printed with the reason, and everything is written to
FILE as JSON. Without ``--data`` (or GRADER_DATA) generated images replace the datasets. Exit code 3 if TensorFlow finds no GPU:
then only the processor is measured.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
INPUTS, HIDDEN = 784, 512
TRAININGS = ("clothing-mlp-plain", "clothing-mlp-regularized", "mnist-mlp", "clothing-cnn", "clothing-cnn-dropout")
PARTS = ("calls", "exercises", "submission", "trainings", "bands")
GPU_ONLY = ("bands",)
SEEDS = 5  # of the bands
Record = dict[str, Any]


def large_calls(samples: int) -> dict[str, Callable[[], Any]]:
    """Return calls of reference functions with ``samples`` samples, or images of a size that is useful on a GPU."""
    from reference import cifar_grayscale, cnn_shapes, numpy_mnist, relu_swap, single_neuron

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
    image, kernel = random.standard_normal((samples // 10, samples // 10)), random.standard_normal((5, 5))
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
        "cnn-shapes, conv2d": lambda: cnn_shapes.conv2d(image, kernel, 1, 2),
    }


def calls(options: argparse.Namespace) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the name and the seconds of each large call, and its arrays."""
    for name, call in large_calls(options.samples).items():
        seconds = []
        for _ in range(4):
            began = time.perf_counter()
            answer = call()
            # Copies to the processor: a GPU returns before it has finished.
            arrays = [np.asarray(part) for part in (answer if isinstance(answer, tuple) else (answer,))]
            seconds.append(time.perf_counter() - began)
        yield {"name": name, "seconds": statistics.median(seconds[1:])}, arrays


def exercises(_options: argparse.Namespace) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the name of each exercise and the seconds of all calls of its reference on its probes, with all answers."""
    from grader.assignment import bundled_names, load
    from grader.expected.reference import Oracle
    from grader.support.errors import NotGradable, UsageError

    for name in bundled_names():
        assignment = load(name)
        oracle = Oracle(assignment, live=True)
        began = time.perf_counter()
        arrays: list[Any] = []
        for check in assignment.content.checks:
            probes = [*check.probe_names()] if check.needs_reference else []
            for case in oracle.cases(0).draw(probes, [*check.given_functions()]) if probes else []:
                known = dict(case.inputs)  # a function of a chain gets the results of those before it
                for function in check.answered_functions():
                    arguments = assignment.content.functions[function].arguments
                    if not all(argument.optional or argument.name in known for argument in arguments):
                        continue  # such as the learning rate of a sweep
                    try:
                        results = oracle.results(function, known)
                    except (NotGradable, UsageError) as error:  # one reference must not end the others
                        yield {"name": f"{name}, {function}", "problem": str(error)}, []
                        continue
                    known |= results
                    arrays += [np.asarray(item) for item in results.values()]
        if arrays:  # otherwise there are only models, whose references are under trainings and bands
            yield {"name": f"{name}, probes", "seconds": time.perf_counter() - began, "answers": len(arrays)}, arrays


def submission(options: argparse.Namespace) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the seconds, the score and the device of a solution that trains, graded through the sandbox."""
    command = [
        sys.executable,
        "-m",
        "grader",
        "check",
        "clothing-mlp",
        "assignments/clothing-mlp/solution.py",
        "--json",
    ]
    command += ["--device", options.device, *(["--data", str(options.data)] if options.data else [])]
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    record: Record = {"name": "clothing-mlp, sandbox", "seconds": time.perf_counter() - began}
    if done.returncode not in (0, 1):
        problem = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
        if done.stdout.strip():
            checks = json.loads(done.stdout)["checks"]
            problem = [check["message"] for check in checks if check["status"] == "not_gradable"] or problem
        yield record | {"problem": problem[-1]}, []
        return
    report = json.loads(done.stdout)
    record |= {"score": report["score"], "graded on": report["environment"]["device"]}
    yield record | {"isolation": report["isolation"]["level"]}, [np.array(report["score"])]


def trainings(options: argparse.Namespace) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the seconds and the held-out accuracy of each reference that trains."""
    import reference_results

    for name in TRAININGS:
        data = reference_results.load(options.data, reference_results.REFERENCES[name][0], options.training, half=False)
        result = reference_results.measure(name, data, seed=0)
        yield {"name": name, "seconds": result.seconds, "accuracy": result.held_out, "gap": result.gap}, []


def bands(options: argparse.Namespace) -> Iterator[tuple[Record, list[Any]]]:
    """Yield the spread of the trained references over some seeds, next to the one in the assignment, as sentences."""
    from grader.assignment import bundled_names, load
    from grader.expected.reference import Oracle
    from grader.grading import spread

    for name in bundled_names():
        assignment = load(name)
        began = time.perf_counter()
        for sentence in spread.measure(assignment, Oracle(assignment, live=True), options.data, SEEDS):
            yield {"name": f"{name}, bands", "seconds": time.perf_counter() - began, "spread": sentence}, []
            began = time.perf_counter()


def write_records(options: argparse.Namespace) -> None:
    """Run one part on one device in this process, and append each record to a file as soon as it is known."""
    if options.part != "submission":
        import tensorflow as tf

        found = [tf.config.experimental.get_device_details(gpu) for gpu in tf.config.list_physical_devices("GPU")]
        print(json.dumps({"gpus": [gpu.get("device_name", "GPU") for gpu in found]}), flush=True)
    for index, (record, arrays) in enumerate(globals()[options.part](options)):
        np.savez(options.into / f"{options.part}-{options.device}-{index}.npz", *arrays)
        print(json.dumps(record | {"arrays": index}), flush=True)


class Measurement:
    """All results so far, and the time that is left."""

    def __init__(self, options: argparse.Namespace, folder: Path, end: float) -> None:
        self._options = options
        self._folder = folder
        self._end = end
        self.skipped: list[dict[str, str]] = []
        self.results: dict[str, dict[str, Record]] = {}
        self.gpus: list[str] = []

    def run(self, part: str, device: str) -> None:
        """Run a part in a separate process, which ends when the time is over; its results so far count."""
        left = self._end - time.monotonic()
        what = f"{part} on the {device.upper()}"
        if left < 5:
            self.skip(what, "the time is over")
            return
        environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "TF_FORCE_GPU_ALLOW_GROWTH": "true"}
        environment["PYTHONPATH"] = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        if device == "cpu":
            environment["CUDA_VISIBLE_DEVICES"] = "-1"
        command = [sys.executable, __file__, "--part", part, "--device", device, "--into", str(self._folder)]
        command += ["--training", str(self._options.training), "--samples", str(self._options.samples)]
        command += ["--data", str(self._options.data)] if self._options.data else []
        output = self._folder / f"{part}-{device}.txt"
        with open(output, "wb") as lines, open(self._folder / "errors.txt", "w+b") as errors:
            try:
                code = subprocess.run(
                    command, env=environment, stdout=lines, stderr=errors, timeout=left, check=False
                ).returncode
                errors.seek(0)
                said = errors.read().decode(errors="replace").strip().splitlines()
                reason = (
                    f"the process ended with exit code {code} ({said[-1] if said else 'no message'})" if code else ""
                )
            except subprocess.TimeoutExpired:
                reason = "the time was over before its end"
        if self._options.debug:
            print((self._folder / "errors.txt").read_text(errors="replace"), file=sys.stderr)
        for line in output.read_text().splitlines():
            record = json.loads(line)
            if "gpus" in record:
                self.gpus = self.gpus or record["gpus"]
            elif "problem" in record:
                self.skip(f"{record['name']} on the {device.upper()}", record["problem"])
            else:
                self.results.setdefault(record["name"], {})[device] = record | {"part": part}
        if reason:
            self.skip(what, reason)

    def skip(self, what: str, reason: str) -> None:
        """Print and keep what is not measured, or only in part, and why."""
        if missing := re.search(r"No module named '(\w+)", reason):
            reason = f"the package {missing[1]} is not installed"
        self.skipped.append({"what": what, "why": reason})
        print(f"skipped: {what}: {reason}", flush=True)

    def complete(self, name: str) -> Record:
        """Return what is known about one name: the seconds on both devices, their ratio and the difference."""
        row = self.results[name]
        found: Record = {"name": name, "part": next(iter(row.values()))["part"]}
        for device, record in row.items():
            found[device] = {key: value for key, value in record.items() if key not in ("name", "arrays", "part")}
        if len(row) == 2:
            cpu, gpu = row["cpu"], row["gpu"]
            found["ratio"] = cpu["seconds"] / gpu["seconds"]
            found["difference"] = (
                abs(cpu["accuracy"] - gpu["accuracy"]) if "accuracy" in cpu else self._difference(cpu, gpu)
            )
        return found

    def _difference(self, cpu: Record, gpu: Record) -> float:
        files = [
            self._folder / f"{record['part']}-{device}-{record['arrays']}.npz"
            for record, device in ((cpu, "cpu"), (gpu, "gpu"))
        ]
        with np.load(files[0]) as mine, np.load(files[1]) as other:
            pairs = [(mine[key], other[key]) for key in mine.files if mine[key].size]
        return max((relative_difference(*pair) for pair in pairs), default=0.0)


def relative_difference(mine: Any, other: Any) -> float:
    """Return the largest difference of two arrays, relative to the largest number; equal infinities and NaN do not differ."""
    mine, other = np.asarray(mine, np.float64), np.asarray(other, np.float64)
    same = (mine == other) | (np.isnan(mine) & np.isnan(other))
    with np.errstate(invalid="ignore"):
        difference = np.where(same, 0.0, np.abs(mine - other))
    scale = float(np.max(np.abs(mine), initial=0.0, where=np.isfinite(mine)))
    return float(np.max(difference)) / (scale or 1.0)


def gpu_problem() -> str:
    """Return why no GPU can be used, "" if TensorFlow finds one; a separate process tests that, and releases the GPU."""
    question = "import tensorflow as tf; print(len(tf.config.list_physical_devices('GPU')))"
    done = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=False)
    if done.returncode:
        return f"TensorFlow cannot be imported ({done.stderr.strip().splitlines()[-1]})"
    if done.stdout.split()[-1] != "0":
        return ""
    try:
        from grader.machine import gpu_driver
    except ImportError:
        return "TensorFlow finds no GPU here"
    return f"TensorFlow finds no GPU here. {gpu_driver.hidden_by_variable() or gpu_driver.missing_files() or gpu_driver.unusable()}"


def show(row: Record) -> None:
    """Print one line of the table."""
    line = f"{row['name']:34}"
    for device in ("cpu", "gpu"):
        line += f"{row[device]['seconds']:10.4f}" if device in row else f"{'-':>10}"
    if "ratio" in row:
        line += f"{row['ratio']:11.1f}{row['difference']:12.1e}"
    print(line, flush=True)
    for device in ("cpu", "gpu"):
        if "spread" in row.get(device, {}):
            print(f"  {row[device]['spread']}")


def main() -> None:
    """Measure, print the table and write the file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=os.environ.get("GRADER_DATA"), metavar="DIR")
    parser.add_argument("--json", type=Path, default=Path("gpu.json"), metavar="FILE", help="the results (gpu.json)")
    parser.add_argument("--seconds", type=float, default=340, metavar="N", help="end after N seconds (340)")
    parser.add_argument("--training", type=int, default=10000, metavar="N", help="training images (10000)")
    parser.add_argument("--samples", type=int, default=20000, metavar="N", help="samples of the large calls (20000)")
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--debug", action="store_true", help="show what TensorFlow says")
    parser.add_argument("--part", choices=PARTS, help=argparse.SUPPRESS)
    parser.add_argument("--device", choices=("cpu", "gpu"), help=argparse.SUPPRESS)
    parser.add_argument("--into", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.data and not Path(options.data).is_dir():
        parser.error(f"{options.data} is not a folder; give one with the data by --data DIR or GRADER_DATA.")
    if options.part:
        write_records(options)
        return

    began = time.monotonic()
    problem = gpu_problem()
    with tempfile.TemporaryDirectory() as folder:
        measurement = Measurement(options, Path(folder), began + options.seconds)
        if problem:
            measurement.skip("the GPU", problem)
        print(f"{'reference':34}{'CPU s':>10}{'GPU s':>10}{'CPU / GPU':>11}{'difference':>12}", flush=True)
        rows = []
        for part in options.parts:
            devices = ["gpu"] if part in GPU_ONLY else ["gpu", "cpu"]
            for device in devices[1:] if problem else devices:
                measurement.run(part, device)
            names = [name for name, row in measurement.results.items() if next(iter(row.values()))["part"] == part]
            rows += [measurement.complete(name) for name in names]
            for row in rows[len(rows) - len(names) :]:
                show(row)
            if problem and part in GPU_ONLY:
                measurement.skip(part, "it needs a GPU")
        if measurement.gpus:
            print(f"GPU: {', '.join(measurement.gpus)}")
        seconds = time.monotonic() - began
        content = {"gpus": measurement.gpus, "seconds": round(seconds, 1), "rows": rows, "skipped": measurement.skipped}
    options.json.write_text(json.dumps(content, indent=1) + "\n")
    print(f"Written to {options.json} after {seconds:.0f} s.")
    if problem:
        sys.exit(3)


if __name__ == "__main__":
    main()
