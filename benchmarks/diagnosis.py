"""Count the bugs that are named: ``python benchmarks/diagnosis.py [EXERCISE ...] [--styles a,b] [--jobs N]``.

Grades the known-wrong and the correct solutions in all writing styles of ``styles.py``, on the stand-in data, and
counts the diagnoses of the checks that they must fail. Exit code 1 if a goal is missed.

``--undeclared`` then prints a second table: of the same solutions, with all ``bugs`` of the assignments removed.

``--correct`` grades only the correct solutions, including those of examples/, and prints for each style and exercise the smallest
share of the points and the number of diagnoses. Exit code 1 if one loses points or gets a diagnosis.

``--corpus FOLDER`` grades FOLDER/EXERCISE/{*.py,*.ipynb} instead and prints the diagnoses next to ``labels.json``, a
list of {"file", "correct", "bugs", "where", "nameable", "function"} for human readers.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any
from unittest import mock

import nbformat
import styles
from IPython.core.inputtransformer2 import TransformerManager

from grader import assignment
from grader.assignment import Assignment
from grader.diagnosis import catalogue
from grader.grading import wrong_solutions
from grader.grading.checking import Checking
from grader.grading.grade import grade
from grader.grading.options import GradeOptions
from grader.report.statuses import STATUSES
from grader.submission import read
from grader.support.errors import UsageError

# Percent of the bugs that are named right, at least, and wrong, at most: with the declared bugs and without them.
GOALS = {True: (97.0, 0.0), False: (85.0, 2.0)}
EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
WRONG_EXAMPLE = "wrong"  # its name; all others are correct
SHOWN = 3  # failing checks of a file of the corpus

EXPECTED = ("right", "right*", "wrong", "located", "missed")  # verdicts where a name is expected
FREE = ("located", "unexpected", "missed")  # where no name is expected
CORRECT = ("passed", "failed", "named")


@dataclass(frozen=True)
class Case:
    """One solution in one style; ``fails`` is the check that it must fail, or None for a correct solution.

    ``file`` is the name of a known-wrong solution, or the path of a correct one.
    """

    exercise: str
    style: str
    file: str
    fails: str | None
    expected: str | None
    declared: bool = True

    def group(self) -> str:
        """The group of verdicts that it can get."""
        return "correct" if self.fails is None else "expected" if self.expected else "free"


@dataclass(frozen=True)
class Outcome:
    """What became of a case; ``found`` is for a reader."""

    case: Case
    verdict: str
    found: str
    seconds: float
    diagnosing: float = 0.0
    share: float = 0.0  # of the points


def cases(exercise: str, wanted: list[str]) -> Iterator[Case]:
    """All solutions of an exercise in those of the ``wanted`` styles that apply to it."""
    loaded = _load(exercise)
    for style in styles.fitting(exercise):
        if style in wanted:
            chosen = [Case(exercise, style, loaded.content.solution, None, None)]
            known_wrong = wrong_solutions.wrong_solutions(loaded)
            chosen += [Case(exercise, style, known.name, known.fails, known.bug) for known in known_wrong]
            yield from (case for case in chosen if styles.applies(style, source(case)))


def correct_cases(exercise: str, wanted: list[str]) -> Iterator[Case]:
    """The correct solutions of an exercise, the examples too, in those of the ``wanted`` styles that apply to it."""
    examples = [path for path in sorted((EXAMPLES / exercise).iterdir()) if path.stem != WRONG_EXAMPLE]
    for style in styles.fitting(exercise):
        if style in wanted:
            files = [_load(exercise).content.solution, *map(str, examples)]
            chosen = [Case(exercise, style, file, None, None) for file in files]
            yield from (case for case in chosen if styles.applies(style, source(case)))


def source(case: Case) -> str:
    """Return the Python source of a case before it is rewritten; for a notebook, that of its cells."""
    loaded = _load(case.exercise)
    text = (
        wrong_solutions.named(loaded, case.file).content().decode()
        if case.fails
        else loaded.file(case.file).read_text()
    )
    if not text.startswith("{"):
        return text
    cells = [cell.source for cell in nbformat.reads(text, as_version=4).cells if cell.cell_type == "code"]
    return "\n\n".join(TransformerManager().transform_cell(cell) for cell in cells)


def examine(case: Case) -> Outcome:
    """Grade one case and judge its report."""
    rewritten = styles.STYLES[case.style](source(case), _load(case.exercise).content)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "submission" + styles.suffix(case.style))
        path.write_text(rewritten)
        with stopwatch() as spent:
            report = graded(case.exercise, path, case.declared)
    verdict, found = judged(case, report)
    share = report["score"] / report["max_score"] if report["score"] is not None else 0.0
    return Outcome(case, verdict, found, report["seconds"], sum(spent), share)


@contextlib.contextmanager
def stopwatch() -> Iterator[list[float]]:
    """Yield the seconds that each check spends on its diagnosis and hint, including further calls of the submission."""
    spent: list[float] = []
    explain = Checking._explain

    def timed(*arguments: Any) -> None:
        began = time.perf_counter()
        try:
            explain(*arguments)
        finally:
            spent.append(time.perf_counter() - began)

    with mock.patch.object(Checking, "_explain", timed):
        yield spent


def graded(exercise: str, path: Path, declared: bool = True) -> dict[str, Any]:
    """Return the report of ``grader check --json``, with all checks, and with or without the declared bugs."""
    loaded = _load(exercise) if declared else _undeclared(exercise)
    report: dict[str, Any] = json.loads(
        grade(loaded, read(path, exercise), GradeOptions(include_hidden=True)).to_json()
    )
    return report


def judged(case: Case, report: dict[str, Any]) -> tuple[str, str]:
    """Return the verdict on a report, and the diagnosis as text for a reader.

    The first check that does not pass counts. The verdict is "right" if only the expected bug is named, or the name that
    the catalogue states for it in any exercise, since each of these submissions has one bug, "right*" if it is one of several bugs that give the same numbers, and "missed" if the
    submission fails another check without a name.
    """
    fallen = [check for check in report["checks"] if STATUSES[check["status"]].is_finding]
    if case.fails is None:
        named = [check for check in report["checks"] if check.get("diagnosis")]
        verdict = "named" if named else "failed" if fallen else "passed"
        return verdict, "; ".join(map(described, named or fallen[:1]))
    if not fallen:
        return "missed", "nothing"
    first = fallen[0]
    names = bugs(first)
    if not names:
        return "located" if first["name"] == case.fails else "missed", described(first)
    if case.expected is None:
        return "unexpected", described(first)
    expected = {case.expected, catalogue.general_name(case.expected)}
    if len(names[""]) == 1 and not names["also"] and not names["or"] and names[""][0] in expected:
        return "right", described(first)
    beside = not expected.isdisjoint([*names[""], *names["or"]]) and not names["also"]
    return "right*" if beside else "wrong", described(first)


def bugs(check: dict[str, Any]) -> dict[str, list[str]]:
    """Return the names in a check's diagnosis as "": [NAME], "also": [...], "or": [...]; {} without a diagnosis."""
    diagnosis = check.get("diagnosis")
    if not diagnosis:
        return {}
    further = {key: [other["bug"] for other in diagnosis.get(key) or []] for key in ("also", "or")}
    return {"": [diagnosis["bug"]], **further}


def described(check: dict[str, Any]) -> str:
    """A failing check in a line: its diagnosis, else its message."""
    diagnosis = check.get("diagnosis")
    if not diagnosis:
        return f"{check['status']} at {check['name']}, no name: {check['message']}"
    parts = [_at(diagnosis), *(f"{key} {_at(one)}" for key in ("also", "or") for one in diagnosis.get(key) or [])]
    return f"{check['status']} at {check['name']}: {', '.join(parts)}"


def _at(diagnosis: dict[str, Any]) -> str:
    return f"{diagnosis['bug']} ({diagnosis.get('where', '')})"


def table(outcomes: list[Outcome]) -> Iterator[str]:
    """Return the confusion table: one line for each exercise and style."""
    groups = (("expected", EXPECTED), ("free", FREE), ("correct", CORRECT))
    titles = {"expected": "a name is expected", "free": "none is expected", "correct": "correct solutions"}
    heads = {group: " ".join(f"{name:>{max(len(name), 6)}}" for name in ("of", *columns)) for group, columns in groups}
    yield " " * 28 + " | ".join(f"{titles[group]:^{len(heads[group])}}" for group in heads)
    yield f"{'exercise':15} {'style':11} " + " | ".join(heads.values()) + " |  seconds"
    for exercise, style in dict.fromkeys((outcome.case.exercise, outcome.case.style) for outcome in outcomes):
        row = [outcome for outcome in outcomes if (outcome.case.exercise, outcome.case.style) == (exercise, style)]
        cells = []
        for group, columns in groups:
            counts = Counter(outcome.verdict for outcome in row if outcome.case.group() == group)
            numbers = [counts.total(), *(counts[name] for name in columns)]
            cells.append(
                " ".join(f"{n:{max(len(name), 6)}}" for n, name in zip(numbers, ("of", *columns), strict=True))
            )
        seconds = statistics.median(outcome.seconds for outcome in row)
        yield f"{exercise:15} {style:11} " + " | ".join(cells) + f" | {seconds:8.2f}"


def correct_table(outcomes: list[Outcome]) -> Iterator[str]:
    """Return a line for each style with a cell for each exercise: the smallest share of the points, and the diagnoses."""
    exercises = list(dict.fromkeys(outcome.case.exercise for outcome in outcomes))
    yield f"| style | {' | '.join(f'`{exercise}`' for exercise in exercises)} |"
    yield "|---" * (len(exercises) + 1) + "|"
    for style in styles.STYLES:
        cells = []
        for exercise in exercises:
            there = [
                outcome for outcome in outcomes if (outcome.case.style, outcome.case.exercise) == (style, exercise)
            ]
            named = sum(outcome.verdict == "named" for outcome in there)
            cells.append(f"{100 * min(outcome.share for outcome in there):.4g} %, {named}" if there else "")
        if any(cells):
            yield f"| {style} | {' | '.join(cells)} |"


def exceptions(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """Return a line for each case with an unexpected result."""
    for outcome in outcomes:
        case = outcome.case
        as_it_should_be = {"correct": "passed", "expected": "right", "free": "located"}[case.group()]
        if outcome.verdict != as_it_should_be:
            wanted = f"{case.expected or 'no name'} at {case.fails}" if case.fails else "nothing"
            yield f"{outcome.verdict:10} {case.exercise}, {case.style}, {case.file}: expected {wanted}, found {outcome.found}"


def totals(outcomes: list[Outcome]) -> tuple[list[str], bool]:
    """Return the totals next to the goals, and True if all goals are reached."""
    least, most = GOALS[outcomes[0].case.declared]
    counts = Counter((outcome.case.group(), outcome.verdict) for outcome in outcomes)
    of = sum(counts["expected", verdict] for verdict in EXPECTED)
    right = counts["expected", "right"] + counts["expected", "right*"]
    wrong = counts["expected", "wrong"]
    correct = sum(counts["correct", verdict] for verdict in CORRECT)
    lines = [
        f"named right       {_share(right, of)}, goal {least:g} %; {counts['expected', 'right*']} of them (*) beside others",
        f"named wrong       {_share(wrong, of)}, goal {most:g} %; {counts['free', 'unexpected']} unexpected names",
        f"named on correct  {_share(counts['correct', 'named'], correct)}, goal 0; {counts['correct', 'failed']} do not pass",
    ]
    in_numpy = {*numpy_exercises()}
    times = sorted(
        outcome.diagnosing for outcome in outcomes if outcome.diagnosing and outcome.case.exercise in in_numpy
    )
    if times:
        lines.append(
            f"seconds added     {statistics.median(times):.3f} to one failing `grader check` of a NumPy exercise (median), "
            f"{times[int(0.95 * len(times))]:.3f} (95 %), {times[-1]:.3f} (worst), goal 0.5"
        )
    return lines, 100 * right >= least * of and 100 * wrong <= most * of and not counts["correct", "named"]


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({100 * part / whole:.1f} %)" if whole else "0 of 0"


def examine_labelled(labelled: tuple[str, Path, dict[str, Any]]) -> tuple[str, bool]:
    """Grade a file of the corpus; return the diagnosis next to the label, and True if a bug was named."""
    exercise, folder, label = labelled
    try:
        report = graded(exercise, folder / label["file"])
    except UsageError as error:
        return f"{exercise}/{label['file']}: {error}", False
    fallen = [check for check in report["checks"] if STATUSES[check["status"]].is_finding]
    named = [check for check in report["checks"] if check.get("diagnosis")]
    shown = list({check["name"]: check for check in [*fallen[:SHOWN], *named]}.values())
    says = "correct" if label.get("correct") else "; ".join(label.get("bugs") or ["?"])
    facts = [f"{key}: {label[key]}" for key in ("function", "where", "nameable") if label.get(key) not in (None, "")]
    lines = [
        f"{exercise}/{label['file']} ({report['seconds']:.1f} s)",
        f"    label  {says}" + (f" ({', '.join(facts)})" if facts else ""),
        *(f"    found  {described(check)}" for check in shown),
    ]
    return "\n".join(lines if shown else [*lines, "    found  nothing"]), bool(named)


def corpus(folder: Path, wanted: list[str], jobs: int) -> bool:
    """Print the diagnoses of a labelled corpus; return True if no bug was named in correct files."""
    labelled = [
        (exercise, folder / exercise, label)
        for exercise in wanted
        if (folder / exercise / "labels.json").is_file()
        for label in json.loads((folder / exercise / "labels.json").read_text())
    ]
    counts: Counter[tuple[bool, bool]] = Counter()
    for (_, _, label), (text, named) in zip(labelled, _each(examine_labelled, labelled, jobs), strict=True):
        print(text, flush=True)
        counts[bool(label.get("correct")), named] += 1
    print(f"\nnamed on correct  {_share(counts[True, True], counts[True, True] + counts[True, False])}, goal 0")
    print(
        f"named on wrong    {_share(counts[False, True], counts[False, True] + counts[False, False])}, for a reader to judge"
    )
    return not counts[True, True]


def main() -> int:
    """Print the table, the exceptions and the totals."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("exercises", nargs="*", metavar="EXERCISE")
    parser.add_argument("--styles", default=",".join(styles.STYLES), help=f"some of: {', '.join(styles.STYLES)}")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--undeclared", action="store_true", help="a second table, with all declared bugs removed")
    parser.add_argument("--correct", action="store_true", help="only correct solutions, those of examples/ too")
    parser.add_argument("--corpus", type=Path)
    options = parser.parse_args()
    wanted = [style.strip() for style in options.styles.split(",")]
    exercises = options.exercises or assignment.bundled_names()
    for what, given, known in (
        ("style", wanted, list(styles.STYLES)),
        ("exercise", exercises, assignment.bundled_names()),
    ):
        unknown = sorted(set(given) - set(known))
        if unknown:
            parser.error(f"there is no {what} '{unknown[0]}': use some of {', '.join(known)}.")
    if options.corpus is not None and not options.corpus.is_dir():
        parser.error(f"{options.corpus} is no folder: give one with --corpus FOLDER.")
    with tempfile.TemporaryDirectory() as folder:
        use_stand_ins(Path(folder))
        if options.corpus is not None:
            return 0 if corpus(options.corpus, exercises, options.jobs) else 1
        found = correct_cases if options.correct else cases
        chosen = [case for exercise in exercises for case in found(exercise, wanted)]
        if options.correct:
            return 0 if _print_correct(_examined(chosen, options.jobs)) else 1
        reached = _print_named(_examined(chosen, options.jobs))
        if options.undeclared:
            print("\nWithout the declared bugs:\n")
            reached &= _print_named(_examined([replace(case, declared=False) for case in chosen], options.jobs))
    return 0 if reached else 1


def _examined(chosen: list[Case], jobs: int) -> list[Outcome]:
    outcomes = []
    for outcome in _each(examine, chosen, jobs):
        outcomes.append(outcome)
        if sys.stderr.isatty():
            print(f"\r{len(outcomes)} of {len(chosen)} ", end="", file=sys.stderr, flush=True)
    return outcomes


def _print_correct(outcomes: list[Outcome]) -> bool:
    """Print the table of correct solutions; return True if all have full marks and no diagnosis."""
    missed = [outcome for outcome in outcomes if outcome.share < 1 or outcome.verdict == "named"]
    print(*correct_table(outcomes), "", *exceptions(missed), sep="\n")
    return not missed


def _print_named(outcomes: list[Outcome]) -> bool:
    """Print the confusion table, the exceptions and the totals; return True if all goals are reached."""
    lines, reached = totals(outcomes)
    print(*table(outcomes), "", *exceptions(outcomes), "", *lines, sep="\n", flush=True)
    return reached


def use_stand_ins(folder: Path) -> None:
    """Hide datasets and the network, so that stand-ins are used on every machine."""
    os.environ.pop("GRADER_DATA", None)
    os.environ |= {
        "KERAS_HOME": str(folder / "keras"),
        "XDG_CACHE_HOME": str(folder / "user"),
        "https_proxy": "http://127.0.0.1:9",
        "no_proxy": "",
    }


def numpy_exercises() -> list[str]:
    """Return the exercises that are solved in NumPy: those that forbid TensorFlow."""
    return [name for name in assignment.bundled_names() if "tensorflow" in _load(name).content.forbidden_imports]


@cache
def _load(exercise: str) -> Assignment:
    return assignment.load(exercise)


@cache
def _undeclared(exercise: str) -> Assignment:
    """Return an exercise without its declared bugs."""
    loaded = _load(exercise)
    return Assignment(loaded.folder, loaded.content.model_copy(update={"bugs": []}))


def _each(function: Any, tasks: list[Any], jobs: int) -> Iterator[Any]:
    if jobs == 1:
        yield from map(function, tasks)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(function, tasks)


if __name__ == "__main__":
    sys.exit(main())
