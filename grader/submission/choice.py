"""Which file of a hand-in is graded, and why the others are not."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from . import defined, unreadable
from .files import NAMED, SPACE, is_notebook, is_python

if TYPE_CHECKING:
    from ..assignment import Assignment

TEST = re.compile(r"(?:.*/)?(?:tests?/.*|(?:test_|tests?\.)[^/]*|[^/]*_tests?\.[^/]*)", re.IGNORECASE)
RUN = re.compile(r"%(?:run|load)[ \t]+(?:-\w+[ \t]+)*[\"']?([\w./-]+\.py)")
OF_A_PROJECT = {"conftest", "setup", "__init__", "__main__", "noxfile", "manage", "tasks", "fabfile"}
CHECKPOINT = re.compile(r".*[-_ ]checkpoint(?:[ _-]?\(?\d+\)?)?", re.IGNORECASE)
ALIKE = 0.8  # of two names, from which on one is a misspelling of the other
SHORTEST = 4  # letters of a name that may be misspelt
SHOWN = 4  # files, or names, in a sentence


class Expected:
    """What is handed in for an assignment: the name of its file, and what that defines."""

    def __init__(self, name: str, assignment: Assignment | None = None) -> None:
        self.name = name
        self._assignment = assignment

    @property
    def module(self) -> str:
        """The file's name without an ending, as ``grader new`` gives it."""
        return self.name.replace("-", "_")

    @cached_property
    def asked(self) -> dict[str, frozenset[str]]:
        """The functions and variables of the assignment with all the names that they may have."""
        if self._assignment is None:
            return {}
        content = self._assignment.content
        aliases = {name: function.aliases for name, function in content.functions.items()}
        aliases |= {name: variable.aliases for name, variable in content.variables.items()}
        return {name: frozenset(map(_folded, (name, *others))) for name, others in aliases.items()}

    @cached_property
    def starters(self) -> frozenset[str]:
        """The fingerprints of the files that students begin with."""
        if self._assignment is None:
            return frozenset()
        paths = [self._assignment.folder / name for name in self._assignment.content.starters]
        return frozenset(
            defined.fingerprint(read_code(path.name, path.read_bytes())[0]) for path in paths if path.is_file()
        )


def expected(assignment: Assignment | str) -> Expected:
    """What an assignment expects; of one that is known by its name alone, no more than that."""
    return Expected(assignment) if isinstance(assignment, str) else Expected(assignment.name, assignment)


@dataclass(frozen=True)
class Choice:
    """The file that is graded, why it is that one, and the other notebooks and Python files with the reason for each."""

    file: str
    reason: str
    left_out: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class _Candidate:
    """A file that may be the submission: how well its name fits, and which of what is asked for it defines."""

    name: str
    code: str
    named: int
    defines: set[str]

    @property
    def rank(self) -> tuple[int, int]:
        return min(self.named, 1), len(self.defines)


def choose(shown: str, contents: Mapping[str, bytes], wanted: Expected, pattern: str = "") -> Choice:
    """Choose the one file to grade; raises UsageError where there is none, or where several are as good.

    ``shown`` stands for the hand-in in sentences. With a ``pattern`` only the files that it fits are looked at.
    """
    names = [name for name in contents if is_python(name, contents[name])]
    left_out: list[tuple[str, str]] = []
    if pattern:
        fitting = matching(names, pattern)
        if not fitting:
            raise UsageError(
                _("{path} holds no notebook or Python file that fits '{pattern}' (there are: {names}).").format(
                    path=shown, pattern=clean(pattern), names=some(names) or _("none")
                )
            )
        left_out = [(name, _("it does not fit the pattern")) for name in names if name not in fitting]
        if len(fitting) == 1:
            return Choice(fitting[0], _("it was named"), left_out)
        names = fitting
    if not names:
        raise UsageError(_nothing(shown, contents))
    candidates = []
    problems = []
    for name in sorted(names):
        code, problem = read_code(name, contents[name])
        candidate = _Candidate(name, code, _named(name, wanted), _defines(code, wanted, contents, name))
        reason = _("there is no code in it") if problem else _why_never(candidate, wanted)
        if reason is None:
            candidates.append(candidate)
        else:
            left_out.append((name, reason))
            problems.append(problem)
    if not candidates and len(problems) == 1 and problems[0] is not None:
        raise UsageError(problems[0])
    return _best(shown, candidates, left_out, wanted)


def likely(contents: Mapping[str, bytes], wanted: Expected) -> list[str]:
    """The files that define at least half of what is asked for, and may be the submission."""
    found = []
    for name in contents:
        code, _problem = read_code(name, contents[name])
        candidate = _Candidate(name, code, _named(name, wanted), _defines(code, wanted, contents, name))
        if 2 * len(candidate.defines) >= len(wanted.asked) > 0 and _why_never(candidate, wanted) is None:
            found.append(name)
    return found


def kind_of(name: str, content: bytes) -> str:
    """Whether a file is to be read as a "notebook" or as a "module"; what is in it counts more than its name."""
    if is_notebook(content):
        return "notebook"
    found = NAMED.fullmatch(name)
    if found is None or found["kind"].lower() == "py":
        return "module"
    # Python code that was saved under the name of a notebook: nothing that begins like JSON is any.
    begins = content.lstrip(SPACE)[:1]
    tree = None if begins in (b"{", b"[", b"") else defined.parse(defined.text_of(content))
    return "module" if tree is not None and any(map(_does_something, tree.body)) else "notebook"


def _does_something(step: object) -> bool:
    return not isinstance(step, ast.Expr) or isinstance(step.value, ast.Call)


def read_code(name: str, content: bytes) -> tuple[str, str | None]:
    """The code of a module or of a notebook's cells, as far as it can be read, and why there is none in the file."""
    from . import CannotRun, NothingToGrade

    shown = clean(PurePosixPath(name).name, 80)
    problem = unreadable.told(shown, content)
    if problem is not None:
        return "", problem
    if kind_of(name, content) == "module":
        text = defined.text_of(content)
        return text, nothing_written(shown, text)
    from . import notebook

    try:
        return "\n".join(notebook.prepare(shown, content)[1]), None
    except NothingToGrade as error:
        return "", str(error)
    except (CannotRun, UnicodeDecodeError):
        return "", None


def nothing_written(shown: str, text: str) -> str | None:
    """The sentence about a module of comments alone; None for any other."""
    tree = defined.parse(text)
    if tree is None or any(map(_does_something, tree.body)):
        return None
    return _("{name} has no code to run: write your solution in it, and save it.").format(name=shown)


def matching(names: Sequence[str], pattern: str) -> list[str]:
    """The files of that path, else of that name, else those that a pattern fits, whatever the case."""
    exact = [name for name in names if name == pattern] or [n for n in names if PurePosixPath(n).name == pattern]
    if exact:
        return exact
    folded = pattern.lower()
    return [
        name
        for name in names
        if fnmatchcase(name.lower(), folded) or fnmatchcase(PurePosixPath(name).name.lower(), folded)
    ]


def some(names: Sequence[str]) -> str:
    """The first of several files, for a sentence."""
    shown = ", ".join(clean(name, 80) for name in sorted(names)[:SHOWN])
    return shown + (", ..." if len(names) > SHOWN else "")


def _folded(name: str) -> str:
    """A name as it is compared: lower case, letters and digits only."""
    return re.sub(r"[\W_]", "", name.lower())


def stem(name: str) -> str:
    """A file's name without folders, ending, and what a browser has put behind that."""
    base = PurePosixPath(name).name
    found = NAMED.fullmatch(base)
    return found["stem"] if found else base.rpartition(".")[0]


def _named(name: str, wanted: Expected) -> int:
    """2 for the name that ``grader new`` gives, 1 for that with something before or behind, 0 for any other."""
    own, given = _folded(wanted.module), _folded(stem(name))
    if own == given:
        return 2
    return int(own in given)


def _defines(code: str, wanted: Expected, contents: Mapping[str, bytes], name: str) -> set[str]:
    """What of the assignment a file defines, or imports by name from a module next to it."""
    written = defined.written(code)
    for module, imported in defined.imported_names(code):
        beside = _module_file(module, contents, name)
        there = defined.written(read_code(beside, contents[beside])[0]) if beside else set()
        written |= there if imported == "*" else {imported} & there
    folded = {_folded(each) for each in written}
    return {function for function, names in wanted.asked.items() if names & folded}


def _module_file(module: str, contents: Mapping[str, bytes], name: str) -> str | None:
    path = module.strip(".").replace(".", "/") + ".py"
    folder = PurePosixPath(name).parent
    found = [str(folder / path) if str(folder) != "." else path, path]
    return next((file for file in found if file in contents and file != name), None)


def _why_never(candidate: _Candidate, wanted: Expected) -> str | None:
    """Why a file is never the submission, whatever else there is; None where it may be."""
    name, code = candidate.name, candidate.code
    if CHECKPOINT.fullmatch(stem(name)):
        return _("it is a checkpoint")
    if stem(name).lower() in OF_A_PROJECT and not candidate.defines:
        return _("it belongs to the set-up of a project")
    if TEST.fullmatch(name) and (not candidate.defines or defined.is_test(code)):
        return _("it is a test")
    if wanted.starters and code.strip() and defined.fingerprint(code) in wanted.starters:
        return _("it is the starter, in which nothing was written")
    return None


def _best(
    shown: str,
    candidates: list[_Candidate],
    left_out: list[tuple[str, str]],
    wanted: Expected,
) -> Choice:
    """The candidate with the best name, of these the one that defines most; raises UsageError for a tie."""
    useless = [each for each in candidates if wanted.asked and not _may_define(each, wanted)]
    if len(useless) < len(candidates):
        # One that is called like the assignment counts where nothing else defines anything.
        candidates = [each for each in candidates if each not in useless]
        left_out += [(each.name, _("it defines nothing that was asked for")) for each in useless]
    elif any(each.named for each in candidates):
        left_out += [(each.name, _("it defines nothing that was asked for")) for each in useless if not each.named]
        candidates = [each for each in candidates if each.named]
    elif useless:
        names = ", ".join([*wanted.asked][:SHOWN]) + (", ..." if len(wanted.asked) > SHOWN else "")
        raise UsageError(
            _("{path} defines nothing that was asked for ({names}): {files}; hand in your solution.").format(
                path=shown, names=names, files=some([each.name for each in useless])
            )
        )
    if not candidates:
        reasons = "; ".join(f"{clean(name, 80)}: {reason}" for name, reason in left_out[:SHOWN])
        raise UsageError(
            _("{path} holds nothing that can be graded ({reasons}): hand in your solution.").format(
                path=shown, reasons=reasons
            )
        )
    top = max(each.rank for each in candidates)
    best = [each for each in candidates if each.rank == top]
    best = _without_copies(best, left_out)
    best = _without_imported(best, left_out)
    if len(best) > 1:
        raise UsageError(
            _(
                "{path} holds {count} files that may be the solution ({names}): name the one to grade, or remove the others."
            ).format(path=shown, count=len(best), names=some([each.name for each in best]))
        )
    chosen = best[0]
    told = {name for name, _reason in left_out}
    for each in candidates:
        if each is not chosen and each.name not in told:
            reason = (
                _("another file has the name of the assignment")
                if min(each.named, 1) < min(chosen.named, 1)
                else _("another file defines more of what was asked for")
            )
            left_out.append((each.name, reason))
    return Choice(chosen.name, _reason(chosen, candidates, left_out, wanted), sorted(left_out))


def _may_define(candidate: _Candidate, wanted: Expected) -> bool:
    """Whether a file defines something of the assignment, perhaps misspelt, or in a way that its text does not show."""
    if candidate.defines:
        return True
    if defined.parse(candidate.code) is None or not candidate.code.strip():
        return True  # broken code, or a notebook that cannot be read: who knows
    if defined.makes_names_itself(candidate.code):
        return True
    asked = [name for names in wanted.asked.values() for name in names if len(name) >= SHORTEST]
    written = [_folded(name) for name, _line in defined.bound(candidate.code)]
    return any(
        difflib.get_close_matches(name.rpartition(".")[2], asked, 1, ALIKE) for name in written if len(name) >= SHORTEST
    )


def _without_copies(best: list[_Candidate], left_out: list[tuple[str, str]]) -> list[_Candidate]:
    """Of files with the same code the one with the best and shortest name."""
    kept: dict[str, _Candidate] = {}
    for each in sorted(
        best,
        key=lambda each: (
            -each.named,
            each.name.count("/"),
            not each.name.lower().endswith(".ipynb"),
            len(each.name),
            each.name,
        ),
    ):
        code = defined.fingerprint(each.code) if each.code else each.name
        if code in kept:
            left_out.append((each.name, _("it has the same code as {file}").format(file=clean(kept[code].name, 80))))
        else:
            kept[code] = each
    return list(kept.values())


def _without_imported(best: list[_Candidate], left_out: list[tuple[str, str]]) -> list[_Candidate]:
    """Of several files those that no other of them imports."""
    kept = []
    for each in best:
        users = [other for other in best if other is not each and _imports(other.code, each.name)]
        if users and len(best) > 1 and not any(_imports(each.code, other.name) for other in users):
            left_out.append((each.name, _("{file} imports it").format(file=clean(users[0].name, 80))))
        else:
            kept.append(each)
    return kept


def _imports(code: str, name: str) -> bool:
    return name.lower().endswith(".py") and stem(name) in defined.used_files(code)


def _reason(
    chosen: _Candidate, candidates: Sequence[_Candidate], left_out: Sequence[tuple[str, str]], wanted: Expected
) -> str:
    if len(candidates) == 1 and not left_out:
        return _("it is the only one")
    if chosen.named and any(not each.named for each in candidates if each is not chosen):
        return _("it has the name of the assignment")
    if len(candidates) == 1:
        return _("nothing else can be the solution")
    if chosen.named:
        return _("it has the name of the assignment")
    return _("it defines most of what was asked for ({count} of {all})").format(
        count=len(chosen.defines), all=len(wanted.asked)
    )


def helpers(entry: str, code: Sequence[str], contents: Mapping[str, bytes]) -> list[str]:
    """The other Python files that the chosen one uses, directly or not, by the pieces of its ``code``.

    Where something is imported or opened, or after ``%run``, they have to be named, or their folders.
    """
    left = [name for name in contents if name != entry and name.lower().endswith(".py")]
    found: list[str] = []
    run = RUN.findall(defined.text_of(contents[entry]))
    waiting = [*code, *(f"import {stem(name)}" for name in run)]
    while waiting:
        words = defined.used_files(waiting.pop())
        used = [name for name in left if words & {stem(name), *PurePosixPath(name).parts[:-1]}]
        left = [name for name in left if name not in used]
        found += used
        waiting += [defined.text_of(contents[name]) for name in used]
    return found


def _nothing(shown: str, contents: Mapping[str, bytes]) -> str:
    packed = [name for name in contents if name.lower().endswith((".rar", ".7z"))]
    if packed:
        return _("{path} holds an archive that is not read here ({file}): pack your solution as a .zip.").format(
            path=shown, file=clean(PurePosixPath(packed[0]).name, 80)
        )
    return _("{path} holds no notebook (.ipynb) and no Python file (.py): give the path of your solution.").format(
        path=shown
    )
