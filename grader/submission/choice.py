"""Chooses the file of a submission that is graded, and gives the reasons for the other files."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from . import notebook, python_code, unreadable
from .files import NAMED, SPACE, is_notebook, is_python
from .problems import CannotRun, NothingToGrade
from .python_code import Source

if TYPE_CHECKING:
    from ..assignment import Assignment

TEST = re.compile(r"(?:.*/)?(?:tests?/.*|(?:test_|tests?\.)[^/]*|[^/]*_tests?\.[^/]*)", re.IGNORECASE)
RUN = re.compile(r"%(?:run|load)[ \t]+(?:-\w+[ \t]+)*[\"']?([\w./-]+\.py)")
PROJECT_FILES = {"conftest", "setup", "__init__", "__main__", "noxfile", "manage", "tasks", "fabfile"}
CHECKPOINT = re.compile(r".*[-_ ]checkpoint(?:[ _-]?\(?\d+\)?)?", re.IGNORECASE)
SIMILARITY = 0.8  # of two names; from this value on, one counts as a misspelling of the other
SHORTEST = 4  # letters; shorter names are not compared for misspellings
SHOWN = 4  # files, or names, in a sentence


class ExpectedFile:
    """The file that an assignment expects: its name, and the names that it defines."""

    def __init__(self, name: str, names: Mapping[str, frozenset[str]], starters: Sequence[Path]) -> None:
        """``starters`` are files, which may be missing."""
        self.name = name
        self.names = names
        """The functions and variables of the assignment, each with all the names that it may have."""
        self._starters = starters

    @property
    def module(self) -> str:
        """The name that ``grader new`` gives the file, without the extension."""
        return self.name.replace("-", "_")

    @cached_property
    def starters(self) -> frozenset[tuple[Any, str]]:
        """The outlines and fingerprints of the assignment's starters."""
        return frozenset(
            (code.outline, python_code.fingerprint(code))
            for path in self._starters
            if path.is_file()
            for code in [read_code(path.name, path.read_bytes())[0]]
        )


def expected_file(assignment: Assignment | str) -> ExpectedFile:
    """Return the file that an assignment expects, read once; of an assignment's name alone, only the file's name is known."""
    if isinstance(assignment, str):
        return ExpectedFile(assignment, {}, ())
    if assignment not in _EXPECTED:
        content = assignment.content
        aliases = {content.written_name(name): item.aliases for name, item in content.functions.items()}
        aliases |= {name: item.aliases for name, item in content.classes.items()}
        aliases |= {name: variable.aliases for name, variable in content.variables.items()}
        names = {name: frozenset(map(_normalised, (name, *others))) for name, others in aliases.items()}
        starters = [assignment.folder / name for name in content.starters]
        _EXPECTED[assignment] = ExpectedFile(assignment.name, names, starters)
    return _EXPECTED[assignment]


_EXPECTED: WeakKeyDictionary[Assignment, ExpectedFile] = WeakKeyDictionary()


@dataclass(frozen=True)
class Choice:
    """The file that is graded and the reason, and the other notebooks and Python files with a reason for each.

    ``code`` is the code of the file, if it was read for the choice.
    """

    file: str
    reason: str
    left_out: list[tuple[str, str]] = field(default_factory=list)
    code: Source | None = field(default=None, compare=False, repr=False)


@dataclass
class _Candidate:
    """A file that may be the submission: how well its name matches, and which of the expected names it defines."""

    name: str
    code: Source
    name_match: int
    defines: set[str]

    @property
    def rank(self) -> tuple[int, int]:
        return min(self.name_match, 1), len(self.defines)


def choose(label: str, contents: Mapping[str, bytes], expected: ExpectedFile, pattern: str = "") -> Choice:
    """Choose the file to grade; raises UsageError if no file, or more than one, qualifies.

    ``label`` is the name of the submission in messages. With a ``pattern`` only the files that match it are considered.
    """
    names = [name for name in contents if is_python(name, contents[name])]
    left_out: list[tuple[str, str]] = []
    if pattern:
        matches = matching(names, pattern)
        if not matches:
            raise UsageError(
                _("{path} contains no notebook or Python file that matches '{pattern}' (files: {names}).").format(
                    path=label, pattern=clean(pattern), names=some(names) or _("none")
                )
            )
        left_out = [(name, _("it does not match the pattern")) for name in names if name not in matches]
        if len(matches) == 1:
            return Choice(matches[0], _("it was named explicitly"), left_out)
        names = matches
    if not names:
        raise UsageError(_nothing(label, contents))
    candidates = []
    problems = []
    for name in sorted(names):
        code, problem = read_code(name, contents[name])
        candidate = _Candidate(name, code, _name_match(name, expected), _defines(code, expected, contents, name))
        reason = _("it contains no code") if problem else _reason_against(candidate, expected)
        if len(names) > 1:
            candidate.code = code.unparsed()  # the trees of many files together would take too much memory
        if reason is None:
            candidates.append(candidate)
        else:
            left_out.append((name, reason))
            problems.append(problem)
    if not candidates and len(problems) == 1 and problems[0] is not None:
        raise UsageError(problems[0])
    return _best(label, candidates, left_out, expected)


def likely(contents: Mapping[str, bytes], expected: ExpectedFile) -> list[str]:
    """Return the files that may be the submission and define at least half of the expected names."""
    names = []
    for name in contents:
        code, _problem = read_code(name, contents[name])
        candidate = _Candidate(name, code, _name_match(name, expected), _defines(code, expected, contents, name))
        if 2 * len(candidate.defines) >= len(expected.names) > 0 and _reason_against(candidate, expected) is None:
            names.append(name)
    return names


def kind_of(name: str, content: bytes) -> str:
    """Return whether a file is a "notebook" or a "module"; its content counts more than its name."""
    if is_notebook(content):
        return "notebook"
    match = NAMED.fullmatch(name)
    if match is None or match["kind"].lower() == "py":
        return "module"
    # Python code may be saved under the name of a notebook, but code that begins like JSON does not count.
    first = content.lstrip(SPACE)[:1]
    tree = None if first in (b"{", b"[", b"") else python_code.parse(python_code.text_of(content))
    return "module" if tree is not None and any(map(_does_something, tree.body)) else "notebook"


def _does_something(step: object) -> bool:
    return not isinstance(step, ast.Expr) or isinstance(step.value, ast.Call)


def read_code(name: str, content: bytes) -> tuple[Source, str | None]:
    """Return the readable code of a module or of a notebook's cells, and a sentence if the file contains no code."""
    label = clean(PurePosixPath(name).name, 80)
    problem = unreadable.explain(label, content)
    if problem is not None:
        return Source(""), problem
    if kind_of(name, content) == "module":
        code = Source(python_code.text_of(content))
        return code, nothing_written(label, code)
    try:
        return Source.of_cells(notebook.prepare(label, content)[1]), None
    except NothingToGrade as error:
        return Source(""), str(error)
    except (CannotRun, UnicodeDecodeError):
        return Source(""), None


def nothing_written(label: str, code: Source) -> str | None:
    """Return the sentence about a module that contains only comments; None for any other module."""
    if code.tree is None or any(map(_does_something, code.tree.body)):
        return None
    return _("{name} has no code to run: write your solution in it, and save it.").format(name=label)


def matching(names: Sequence[str], pattern: str) -> list[str]:
    """Return the files with that path, else with that name, else those that match the pattern; case is ignored."""
    exact = [name for name in names if name == pattern] or [n for n in names if PurePosixPath(n).name == pattern]
    if exact:
        return exact
    lower = pattern.lower()
    return [
        name
        for name in names
        if fnmatchcase(name.lower(), lower) or fnmatchcase(PurePosixPath(name).name.lower(), lower)
    ]


def some(names: Sequence[str]) -> str:
    """Return the first of several file names as a list for a sentence."""
    beginning = ", ".join(clean(name, 80) for name in sorted(names)[:SHOWN])
    return beginning + (", ..." if len(names) > SHOWN else "")


def _normalised(name: str) -> str:
    """Return a name for comparisons: lower case, only letters and digits."""
    return re.sub(r"[\W_]", "", name.lower())


def stem(name: str) -> str:
    """Return a file's name without folders, extension, and additions by a browser."""
    base = PurePosixPath(name).name
    match = NAMED.fullmatch(base)
    return match["stem"] if match else base.rpartition(".")[0]


def _name_match(name: str, expected: ExpectedFile) -> int:
    """Return 2 for the name that ``grader new`` gives, 1 for a name that contains it, 0 for any other name."""
    target, actual = _normalised(expected.module), _normalised(stem(name))
    if target == actual:
        return 2
    return int(target in actual)


def _defines(code: Source, expected: ExpectedFile, contents: Mapping[str, bytes], name: str) -> set[str]:
    """Return the expected names that a file defines, or imports from a module next to it."""
    names = python_code.defined_names(code)
    for module, imported_name in python_code.imported_names(code):
        file = _module_file(module, contents, name)
        module_names = python_code.defined_names(read_code(file, contents[file])[0]) if file else set()
        names |= module_names if imported_name == "*" else {imported_name} & module_names
    normalised = {_normalised(each) for each in names}
    return {function for function, spellings in expected.names.items() if spellings & normalised}


def _module_file(module: str, contents: Mapping[str, bytes], name: str) -> str | None:
    path = module.strip(".").replace(".", "/") + ".py"
    folder = PurePosixPath(name).parent
    candidates = [str(folder / path) if str(folder) != "." else path, path]
    return next((file for file in candidates if file in contents and file != name), None)


def _reason_against(candidate: _Candidate, expected: ExpectedFile) -> str | None:
    """Return the reason why a file is never the submission; None if it may be."""
    name, code = candidate.name, candidate.code
    if CHECKPOINT.fullmatch(stem(name)):
        return _("it is a checkpoint")
    if stem(name).lower() in PROJECT_FILES and not candidate.defines:
        return _("it is a project file, such as setup.py")
    if TEST.fullmatch(name) and (not candidate.defines or python_code.is_test(code)):
        return _("it is a test")
    if code.text.strip() and _is_starter(code, expected):
        return _("it is the unchanged starter")
    return None


def _is_starter(code: Source, expected: ExpectedFile) -> bool:
    """Return whether the code is an unchanged starter; code with another outline is not worth a fingerprint."""
    if all(code.outline != outline for outline, _fingerprint in expected.starters):
        return False
    return (code.outline, python_code.fingerprint(code)) in expected.starters


def _best(
    label: str,
    candidates: list[_Candidate],
    left_out: list[tuple[str, str]],
    expected: ExpectedFile,
) -> Choice:
    """Return the candidate with the best name that defines most of the expected names; raises UsageError for a tie."""
    useless = [each for each in candidates if expected.names and not _may_define(each, expected)]
    if len(useless) < len(candidates):
        candidates = [each for each in candidates if each not in useless]
        left_out += [(each.name, _("it defines none of the expected names")) for each in useless]
    elif any(each.name_match for each in candidates):  # no file defines anything: the name of the file decides
        left_out += [(each.name, _("it defines none of the expected names")) for each in useless if not each.name_match]
        candidates = [each for each in candidates if each.name_match]
    elif useless:
        names = ", ".join([*expected.names][:SHOWN]) + (", ..." if len(expected.names) > SHOWN else "")
        if _is_alone(label, [each.name for each in useless]):
            sentence = _("{name} defines none of the expected names ({names}): hand in your solution.")
            raise UsageError(sentence.format(name=label, names=names))
        raise UsageError(
            _("{path} defines none of the expected names ({names}): {files}. Hand in your solution.").format(
                path=label, names=names, files=some([each.name for each in useless])
            )
        )
    if not candidates:
        if _is_alone(label, [name for name, _reason in left_out]):
            sentence = _("{name} cannot be graded: {reason}. Hand in your solution.")
            raise UsageError(sentence.format(name=label, reason=left_out[0][1]))
        reasons = "; ".join(f"{clean(name, 80)}: {reason}" for name, reason in left_out[:SHOWN])
        raise UsageError(
            _("{path} contains nothing that can be graded ({reasons}): hand in your solution.").format(
                path=label, reasons=reasons
            )
        )
    top = max(each.rank for each in candidates)
    best = [each for each in candidates if each.rank == top]
    best = _without_copies(best, left_out)
    best = _without_imported(best, left_out)
    if len(best) > 1:
        raise UsageError(
            _(
                "{path} contains {count} files that may be the solution ({names}): name the one to grade, or remove the others."
            ).format(path=label, count=len(best), names=some([each.name for each in best]))
        )
    winner = best[0]
    explained_names = {name for name, _reason in left_out}
    for each in candidates:
        if each is not winner and each.name not in explained_names:
            reason = (
                _("another file has the name of the assignment")
                if min(each.name_match, 1) < min(winner.name_match, 1)
                else _("another file defines more of the expected names")
            )
            left_out.append((each.name, reason))
    reason = _reason_for(winner, candidates, left_out, expected)
    return Choice(winner.name, reason, sorted(left_out), winner.code)


def _may_define(candidate: _Candidate, expected: ExpectedFile) -> bool:
    """Return whether a file may define an expected name, perhaps misspelt, or in a way that its text does not show."""
    if candidate.defines:
        return True
    if candidate.code.tree is None or not candidate.code.text.strip():
        return True  # broken code, or a notebook that cannot be read: it may define anything
    if python_code.has_dynamic_names(candidate.code):
        return True
    targets = [name for names in expected.names.values() for name in names if len(name) >= SHORTEST]
    names = [_normalised(name) for name, _line in python_code.bound_names(candidate.code)]
    return any(
        difflib.get_close_matches(name.rpartition(".")[2], targets, 1, SIMILARITY)
        for name in names
        if len(name) >= SHORTEST
    )


def _without_copies(best: list[_Candidate], left_out: list[tuple[str, str]]) -> list[_Candidate]:
    """Return one file for each distinct code: the one with the best and shortest name."""
    if len(best) < 2:
        return best
    unique: dict[str, _Candidate] = {}
    for each in sorted(
        best,
        key=lambda each: (
            -each.name_match,
            each.name.count("/"),
            not each.name.lower().endswith(".ipynb"),
            len(each.name),
            each.name,
        ),
    ):
        code = python_code.fingerprint(each.code) if each.code.text else each.name
        if code in unique:
            left_out.append((each.name, _("it has the same code as {file}").format(file=clean(unique[code].name, 80))))
        else:
            unique[code] = each
    return list(unique.values())


def _without_imported(best: list[_Candidate], left_out: list[tuple[str, str]]) -> list[_Candidate]:
    """Return the files that no other of these files imports."""
    remaining = []
    for each in best:
        users = [other for other in best if other is not each and _imports(other.code, each.name)]
        if users and len(best) > 1 and not any(_imports(each.code, other.name) for other in users):
            left_out.append((each.name, _("{file} imports it").format(file=clean(users[0].name, 80))))
        else:
            remaining.append(each)
    return remaining


def _imports(code: Source, name: str) -> bool:
    return name.lower().endswith(".py") and stem(name) in python_code.used_files(code)


def _reason_for(
    winner: _Candidate, candidates: Sequence[_Candidate], left_out: Sequence[tuple[str, str]], expected: ExpectedFile
) -> str:
    if len(candidates) == 1 and not left_out:
        return _("it is the only file")
    if winner.name_match and any(not each.name_match for each in candidates if each is not winner):
        return _("it has the name of the assignment")
    if len(candidates) == 1:
        return _("no other file can be the solution")
    if winner.name_match:
        return _("it has the name of the assignment")
    return _("it defines most of the expected names ({count} of {all})").format(
        count=len(winner.defines), all=len(expected.names)
    )


def helpers(entry: str, code: Sequence[Source], contents: Mapping[str, bytes]) -> list[str]:
    """Return the other Python files that ``entry``, with the pieces of ``code``, uses directly or indirectly.

    A file is used if its name, or the name of its folder, is imported, opened, or follows ``%run``.
    """
    others = [name for name in contents if name != entry and name.lower().endswith(".py")]
    helper_names: list[str] = []
    run_files = RUN.findall(python_code.text_of(contents[entry]))
    queue = [*code, *(Source(f"import {stem(name)}") for name in run_files)]
    while queue:
        words = python_code.used_files(queue.pop())
        new = [name for name in others if words & {stem(name), *PurePosixPath(name).parts[:-1]}]
        others = [name for name in others if name not in new]
        helper_names += new
        queue += [Source(python_code.text_of(contents[name])) for name in new]
    return helper_names


def _nothing(label: str, contents: Mapping[str, bytes]) -> str:
    archives = [name for name in contents if name.lower().endswith((".rar", ".7z"))]
    if archives:
        return _("{path} contains an unsupported archive ({file}): pack your solution as a .zip.").format(
            path=label, file=clean(PurePosixPath(archives[0]).name, 80)
        )
    if _is_alone(label, contents):
        content = next(iter(contents.values()))
        sentence = _("{name} is not a notebook (.ipynb) or a Python file (.py): hand in your solution.")
        return unreadable.explain(label, content) or sentence.format(name=label)
    return _("{path} contains no notebook (.ipynb) and no Python file (.py): give the path of your solution.").format(
        path=label
    )


def _is_alone(label: str, names: Iterable[str]) -> bool:
    """Return whether a submission is a single file, which gives it its name."""
    return [*map(clean, names)] == [PurePosixPath(label).name]
