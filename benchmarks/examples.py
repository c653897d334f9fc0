"""Print the smallest example of each known-wrong solution: ``python benchmarks/examples.py [EXERCISE ...] [--styles a,b]``.

The example is that of the check that the solution must fail, or else of the first failed check that has one. Its size is the
longest axis of an array in the call, without axes of fixed length such as ten classes. Ends with the distribution of sizes,
the solutions without an example, and how many of all failed checks that students see have one, for each kind of check.
"""

from __future__ import annotations

import argparse
import ast
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import diagnosis
import styles

FIXED = {"numpy-mnist": 10}  # classes
FAILED = ("failed", "partial", "error")
COMPARED = ("values", "gradients", "trajectory", "arguments_used")  # kinds of checks that have examples


def size(call: str, fixed: int | None) -> int:
    """Return the longest axis of a list or array in a call."""
    longest = 1
    for node in ast.walk(ast.parse(call)):
        if isinstance(node, ast.List):
            lengths = len(node.elts)
            longest = max(longest, lengths if lengths != fixed else 1)
    return longest


def example_of(report: dict[str, Any], name: str | None) -> tuple[str, dict[str, Any]] | None:
    """Return (check, example) of the check with that name, or of the first other check that has one."""
    checks = sorted(report["checks"], key=lambda check: check["name"] != name)
    return next(((c["name"], c["evidence"]["example"]) for c in checks if c["evidence"].get("example")), None)


def main() -> None:
    """Grade all known-wrong solutions and print their examples."""
    parser = argparse.ArgumentParser()
    parser.add_argument(
        "exercises", nargs="*", default=["single-neuron", "relu-swap", "numpy-mnist", "cifar-grayscale"]
    )
    parser.add_argument("--styles", default="as written")
    options = parser.parse_args()
    sizes: Counter[int] = Counter()
    sizes_of_all: Counter[int] = Counter()
    failed: Counter[str] = Counter()
    shown: Counter[str] = Counter()
    missing: list[str] = []
    for exercise in options.exercises:
        content = diagnosis._load(exercise).content
        kinds = {check.name: check.kind for check in content.checks}
        students = {check.name for check in content.checks if check.visibility == "open"}
        for case in diagnosis.cases(exercise, options.styles.split(",")):
            if case.fails is None:
                continue
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder, "submission" + styles.suffix(case.style))
                path.write_text(styles.STYLES[case.style](diagnosis.source(case), content))
                report = diagnosis.graded(exercise, path)
            for check in report["checks"]:
                if check["name"] in students and check["status"] in FAILED:
                    failed[kinds[check["name"]]] += 1
                    if example := check["evidence"].get("example"):
                        shown[kinds[check["name"]]] += 1
                        sizes_of_all[size(example["call"], FIXED.get(exercise))] += 1
            found = example_of(report, case.fails)
            label = f"{exercise:16} {case.style:12} {Path(case.file).stem:36} {case.fails:18}"
            if found is None:
                print(label, "-" if kinds[case.fails] in COMPARED else f"- ({kinds[case.fails]})", flush=True)
                if kinds[case.fails] in COMPARED:
                    missing.append(f"{exercise}/{Path(case.file).stem}")
                continue
            check, example = found
            end = f"gives {example['gives']}" if example["gives"] is not None else f"raises {example['raises']}"
            if kinds[case.fails] in COMPARED:
                sizes[size(example["call"], FIXED.get(exercise))] += 1
            print(
                label,
                "" if check == case.fails else f"[{check}] ",
                example["call"],
                end,
                "any:",
                example["any_value"],
                flush=True,
            )
    print("size: solutions", dict(sorted(sizes.items())))
    print("without an example:", missing)
    print("size: failed checks", dict(sorted(sizes_of_all.items())))
    for kind, count in failed.most_common():
        print(f"{kind}: {shown[kind]} of {count} failed checks have an example")
    print(f"{shown.total()} of {failed.total()} failed checks have an example")


if __name__ == "__main__":
    main()
