"""Read malformed frames with the decoder: ``python benchmarks/fuzz_frames.py [--frames 1000000] [--seed 0]``.

Takes frames that a worker sends, breaks each in one or several ways, and reads it like the grader. Every frame must be
read, or refused with ProtocolError (EOFError if it is truncated). Any other exception, or memory that grows with the number of
frames, is a vulnerability: exit code 1. Linux only.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import resource
import socket
import struct
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from grader.assignment.limits import Limits
from grader.sandbox.failures import CallError
from grader.sandbox.session import Session
from grader.submission import Submission
from grader.worker import frames, values

GROWTH_MB = 32  # allowed growth of the process after the first tenth of the frames
LEAVES: list[Any] = [
    *(
        None,
        True,
        -1,
        0,
        1,
        2**31,
        2**63,
        2**64,
        10**400,
        1e308,
        "",
        "x" * 1000,
        "\udc80",
        "<f8",
        "|O8",
        "<U9",
        "<M8[s]",
    ),
    *(
        [],
        {},
        [[]],
        ["none"],
        ["array"],
        ["array", "<f8", [2**39, 2**39]],
        ["array", "<f8", [-1]],
        ["array", "<f8", [0.5]],
    ),
    *(["scalar", "<f8"], ["list", {}], ["dict", []], ["kept", "x"], ["other", 1], ["int", True], ["float", "nan"]),
]
VALUES: list[Any] = [
    np.arange(6.0).reshape(2, 3),
    (np.float32(1), [1, 2.5, "text", None, True], {"w": np.zeros(3, np.int8), "b": (np.ones((1, 0)),)}),
    [[[[[[1]]]]]],
    np.ones((3, 1, 2), np.complex64),
    {f"name{k}": k for k in range(20)},
]

FUNCTION = {"parameters": [["x", "POSITIONAL_OR_KEYWORD", False], ["b", "KEYWORD_ONLY", True]], "returns": ["w", "b"]}
LOADED = {
    **{"id": 1, "names": {"f": FUNCTION, "g": FUNCTION}, "others": {"w": "ndarray"}, "modules": ["numpy"]},
    "classes": {"Net": {"__init__": {**FUNCTION, "reads": ["w"], "stores": ["w"]}}},
    "error": {"type": "ValueError", "text": "no", "line": 3, "source": "f()", "outer_line": 5, "memory": False},
}


def well_formed(choose: random.Random) -> tuple[Any, bytes]:
    """Return the header and payload of a frame that a worker could send."""
    if choose.random() < 0.3:
        return copy.deepcopy(LOADED), b""
    tree, payload = values.encode(choose.choice(VALUES))
    return {"id": choose.randrange(5), "value": tree}, payload


def change_tree(choose: random.Random, node: Any) -> Any:
    """Return the tree with one part replaced, repeated, removed, or wrapped."""
    if isinstance(node, list | dict) and node and choose.random() < 0.8:
        changed = node.copy()
        key = choose.choice(list(changed)) if isinstance(changed, dict) else choose.randrange(len(changed))
        changed[key] = change_tree(choose, changed[key])
        return changed
    kind = choose.randrange(4)
    if kind == 0:
        return [node] * choose.randrange(5)
    if kind == 1:
        for _ in range(choose.choice([2, 50, 900])):
            node = ["list", [node]]
        return node
    return choose.choice(LEAVES)


def flip_bytes(choose: random.Random, raw: bytes) -> bytes:
    """Return the frame with some bytes changed."""
    changed = bytearray(raw)
    for _ in range(choose.randrange(1, 8)):
        if changed:
            changed[choose.randrange(len(changed))] = choose.randrange(256)
    return bytes(changed)


def cut(choose: random.Random, raw: bytes) -> bytes:
    """Return the frame with a shorter or longer end."""
    end = choose.randrange(len(raw) + 1)
    return raw[:end] if choose.random() < 0.5 else raw + choose.randbytes(choose.randrange(64))


def lie_about_lengths(choose: random.Random, raw: bytes) -> bytes:
    """Return the frame with wrong lengths in its prefix."""
    header, payload = frames.PREFIX.unpack(raw[: frames.PREFIX.size])
    sizes = [0, 1, header, payload % 2**32, 2**20, frames.MAX_HEADER + 1, 2**32 - 1]
    prefix = struct.pack("!IQ", choose.choice(sizes), choose.choice([*sizes, 2**63, 2**64 - 1]))
    return prefix + raw[frames.PREFIX.size :]


BYTES: list[Callable[[random.Random, bytes], bytes]] = [flip_bytes, cut, lie_about_lengths]


def malformed(choose: random.Random) -> bytes:
    """Return one frame, broken in its tree, in its bytes, or in both."""
    header, payload = well_formed(choose)
    if choose.random() < 0.6:
        header = change_tree(choose, header)
    if choose.random() < 0.3:
        payload = flip_bytes(choose, payload) if choose.random() < 0.5 else cut(choose, payload)
    try:
        head = json.dumps(header).encode()
    except RecursionError:
        head = b'{"id":1,"value":' + b"[" * 2000 + b"]" * 2000 + b"}"
    raw = frames.PREFIX.pack(len(head), len(payload)) + head + payload
    while choose.random() < 0.5:
        raw = choose.choice(BYTES)(choose, raw) if len(raw) > frames.PREFIX.size else raw + b"\0"
    return raw


class Load(Session):
    """A session whose worker has answered its load request with a given header."""

    def __init__(self, header: dict[str, Any]) -> None:
        super().__init__(Submission("", "", "module", "mine.py", {}, [], None), Limits())
        self._requests.send = lambda *_: iter([(header, memoryview(b""))])  # type: ignore[method-assign]


def read(raw: bytes) -> str:
    """Read a frame from a socket like the grader, as an answer or as a loaded submission; return the outcome."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        ours.settimeout(10)
        theirs.sendall(raw[: 1 << 16])
        theirs.close()
        try:
            header, payload = frames.receive(ours)
            if "names" in header:
                Load(header)._send_submission()
            else:
                values.decode(header.get("value"), payload)
        except (frames.ProtocolError, EOFError, CallError) as error:
            return type(error).__name__
    return "read"


def main() -> int:
    """Read all frames and count the outcomes."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    choose = random.Random(arguments.seed)
    counts: Counter[str] = Counter()
    began, settled = time.monotonic(), 0
    for number in range(arguments.frames):
        raw = malformed(choose)
        try:
            counts[read(raw)] += 1
        except Exception as error:
            counts[f"HOLE: {type(error).__name__}"] += 1
            if sum(count for name, count in counts.items() if name.startswith("HOLE")) <= 3:
                traceback.print_exc()
                print(repr(raw[:300]), file=sys.stderr)
        if number == arguments.frames // 10:
            settled = resident_mb()
    growth = resident_mb() - settled
    for name, count in counts.most_common():
        print(f"{count:9} {name}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    print(f"{arguments.frames} frames in {time.monotonic() - began:.0f} s; memory grew by {growth} MB, peak {peak} MB")
    return int(growth > GROWTH_MB or any(name.startswith("HOLE") for name in counts))


def resident_mb() -> int:
    """Return the memory of this process."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() >> 20


if __name__ == "__main__":
    sys.exit(main())
