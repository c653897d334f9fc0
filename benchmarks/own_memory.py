"""Measure the grader's own memory with extreme submissions: ``python benchmarks/own_memory.py [NAME ...]``.

Checks files and answers that try to fill the memory of the grader itself, and large honest ones. Prints the peak memory of its
process (without workers), and the time compared with an ordinary notebook. Exit code 1 if the peak is above 250 MB, or if a
check has an unexpected status. Linux only.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from grader.support.places import ASSIGNMENTS

MOST_MB = 250
SIZE = 48 << 20
SOLUTION = (ASSIGNMENTS / "single-neuron" / "solution.py").read_text()


class Input(NamedTuple):
    """A submitted file: its suffix, its content, and the expected status of the first check."""

    ending: str
    build: Callable[[], str | bytes]
    status: str


class Peak(NamedTuple):
    """The peak memory and the output of a process."""

    megabytes: int
    seconds: float
    output: str


def cell(source: str, *data: Any) -> dict[str, Any]:
    """Return a code cell with displayed data."""
    outputs = [{"output_type": "display_data", "metadata": {}, "data": each} for each in data]
    return {"cell_type": "code", "metadata": {}, "execution_count": 1, "outputs": outputs, "source": source}


def notebook(*cells: dict[str, Any], **more: Any) -> str:
    """Return a notebook with the solution and further cells."""
    return json.dumps({"cells": [cell(SOLUTION), *cells], "metadata": {}, "nbformat": 4, "nbformat_minor": 5, **more})


def many(part: str, size: int = SIZE) -> str:
    """Return the text of a list that repeats ``part``, about ``size`` characters long."""
    return "[" + (part + ",") * (size // (len(part) + 1)) + part + "]"


def with_key(value: str) -> str:
    """Return a notebook with an additional key before the others."""
    return f'{{"x": {value}, {notebook()[1:]}'


def in_place_of(mark: str, value: str, text: str) -> str:
    """Return the text with a value instead of the string ``mark``."""
    return text.replace(json.dumps(mark), value)


def png() -> dict[str, str]:
    """Return an image of a megabyte, in base64."""
    return {"image/png": base64.b64encode(random.Random(0).randbytes(750_000)).decode()}


def plotly() -> dict[str, Any]:
    """Return a plot of 100,000 points in plotly's format."""
    choose = random.Random(0)
    return {"application/vnd.plotly.v1+json": {"data": [{"x": [round(choose.random(), 4) for _ in range(100_000)]}]}}


def answering(code: str) -> str:
    """Return the solution with another answer of sigmoid."""
    return f"{SOLUTION}\nimport sys\n\n_right = sigmoid\n\n\ndef sigmoid(z):\n    {code}\n"


FRAME = (
    "import struct; frames = sys.modules['grader_worker.frames']; "
    "frames.encode = lambda header, payload=b'': struct.pack('!IQ', len(head), size) + head + bytes(min(size, 10**8)); "
)
SHOWS = """import sys
text = '[{"output_type": "display_data", "metadata": {}, "data": {"x": [' + PART * COUNT + '1]}}]'
sys.modules["grader_worker.cell_outputs"].json = type("Forged", (), {"dumps": staticmethod(lambda *_, **__: text)})
print(1)"""
INPUTS = {
    "an ordinary notebook": Input("ipynb", notebook, "passed"),
    "48 MB of lists": Input("ipynb", lambda: many("[]"), "not_gradable"),  # there is nothing to grade in it
    "lists under a key": Input("ipynb", lambda: with_key(many("[]")), "passed"),
    "lists as outputs": Input(
        "ipynb", lambda: in_place_of("@", many("[]"), notebook({**cell("1"), "outputs": "@"})), "passed"
    ),
    "lists as cells": Input("ipynb", lambda: f'{{"cells": {many("[]")}}}', "error"),
    "objects as cells": Input("ipynb", lambda: f'{{"cells": {many("{}")}}}', "error"),
    "keys without end": Input("ipynb", lambda: "{" + '"a":1,' * (SIZE // 6) + notebook()[1:], "error"),
    "small lists under keys": Input("ipynb", lambda: "{" + '"a":[{}],' * (SIZE // 9) + notebook()[1:], "error"),
    "a source of letters": Input("ipynb", lambda: in_place_of("@", many('"a"'), notebook(cell("@"))), "error"),
    "a source of 48 MB": Input("ipynb", lambda: notebook(cell("a" * SIZE)), "error"),
    "a text of 48 MB": Input(
        "ipynb", lambda: notebook({"cell_type": "markdown", "metadata": {}, "source": "x" * SIZE}), "passed"
    ),
    "an emoji in 48 MB": Input(
        "ipynb", lambda: with_key(json.dumps("\U0001f600" + "x" * SIZE, ensure_ascii=False)), "passed"
    ),
    "escapes": Input("ipynb", lambda: with_key('["' + "\\n" * (SIZE // 2) + '"]'), "passed"),
    "backslashes": Input("ipynb", lambda: with_key('["' + "\\\\" * (SIZE // 2) + '"]'), "passed"),
    "brackets in one another": Input("ipynb", lambda: with_key("[" * (SIZE // 2) + "]" * (SIZE // 2)), "error"),
    "a list that does not end": Input("ipynb", lambda: f'{{"cells": [], "x": {many("[]")[:-1]}', "error"),
    "a byte that is no text": Input("ipynb", lambda: with_key('"' + "x" * SIZE).encode() + b'\xff"}', "error"),
    "an attachment of 48 MB": Input(
        "ipynb",
        lambda: notebook(
            {"cell_type": "markdown", "metadata": {}, "source": "x", "attachments": {"a": {"image/png": "A" * SIZE}}}
        ),
        "passed",
    ),
    "40 MB of plots": Input("ipynb", lambda: notebook(*(cell("1", png()) for _ in range(40))), "passed"),
    "plots of 4 million points": Input("ipynb", lambda: notebook(*(cell("1", plotly()) for _ in range(40))), "passed"),
    "cells that show lists": Input(
        "ipynb", lambda: notebook(cell(SHOWS.replace("PART", "'[],'").replace("COUNT", "3_000_000"))), "passed"
    ),
    "cells that show objects": Input(
        "ipynb", lambda: notebook(cell(SHOWS.replace("PART", """'{"a":{}},'""").replace("COUNT", "50_000"))), "passed"
    ),
    "code of 1 MB of names": Input("py", lambda: SOLUTION + "a;" * (1 << 19), "error"),
    "code of 40 MB": Input("py", lambda: SOLUTION + "a = [0.5, 1.5]\n" * (40 << 16), "error"),
    "code of many lists": Input("py", lambda: f"{SOLUTION}x = {many('[]', 150_000)}\n", "passed"),
    "an answer of 255 MB": Input("py", lambda: answering("return np.ones(255 << 20, np.int8)"), "failed"),
    "answers of 2 MB": Input("py", lambda: answering("return np.ones(260_000)"), "failed"),
    "answers of small integers": Input("py", lambda: answering("return np.ones(260_000, np.int8)"), "failed"),
    "a list of lists": Input("py", lambda: answering("return [[]] * 99_000"), "failed"),
    "a frame of 256 MB": Input(
        "py", lambda: answering(f"{FRAME}head, size = b'{{}}', 256 << 20; return 1"), "protocol"
    ),
    "a header of lists": Input(
        "py", lambda: answering(f"{FRAME}head, size = b'[' + b'[],' * 1_300_000 + b'1]', 0; return 1"), "protocol"
    ),
    "a header of objects": Input(
        "py",
        lambda: answering(f"{FRAME}head, size = b'{{\"a\":[' + b'{{\"a\":{{}}}},' * 190_000 + b'1]}}', 0; return 1"),
        "protocol",
    ),
}


def peak(command: list[str]) -> Peak:
    """Run a command and measure its process."""
    began, most, printed = time.monotonic(), 0, []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        reader = threading.Thread(target=lambda: printed.append(process.communicate()[0]))
        reader.start()
        while reader.is_alive():
            with suppress(OSError):
                lines = Path(f"/proc/{process.pid}/status").read_text().splitlines()
                most = max([most, *(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))])
            time.sleep(0.01)
    return Peak(most >> 10, time.monotonic() - began, printed[0])


def check(name: str, folder: Path) -> tuple[Peak, str]:
    """Check one of the inputs; return the time, and the status of the first check."""
    given = INPUTS[name]
    path = folder / f"single_neuron.{given.ending}"
    content = given.build()
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    del content
    found = peak([sys.executable, "-m", "grader", "check", "single-neuron", str(path), "--json"])
    try:
        return found, json.loads(found.output)["checks"][0]["status"]
    except ValueError:
        return found, f"no report: {found.output[-300:]}"


def main() -> int:
    """Check all inputs, or those with the given names."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", choices=[*INPUTS, []], metavar="NAME")
    arguments = parser.parse_args()
    failures = 0
    for name in arguments.names or INPUTS:
        with tempfile.TemporaryDirectory() as folder:
            found, status = check(name, Path(folder))
        wrong = found.megabytes > MOST_MB or status != INPUTS[name].status
        failures += wrong
        print(
            f"{name:28} {found.megabytes:5} MB {found.seconds:6.1f} s  {status}{'  WRONG' if wrong else ''}", flush=True
        )
    return int(failures > 0)


if __name__ == "__main__":
    sys.exit(main())
