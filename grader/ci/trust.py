"""What a configuration may ask for that lies in a student's repository, where the student can change it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..assignment import Assignment, bundled_names
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.yaml_model import Location, Mistakes
from .config import CiFile, Entry


def repository() -> Path:
    """The top of the repository that the current folder belongs to; without git, the current folder."""
    here = Path.cwd().resolve()
    return next((folder for folder in (here, *here.parents) if (folder / ".git").exists()), here)


def is_inside(path: Path) -> bool:
    """Whether a path lies in the repository, by its name or by the links in it."""
    return _is_below(Path(os.path.abspath(path))) or _is_below(path.resolve())


def refuse_link_out(config_path: Path) -> None:
    """Raise UsageError for a configuration of the repository that is a link out of it, or no file: it would be quoted."""
    if not is_inside(config_path):
        return
    if not _is_below(config_path.resolve()):
        sentence = _("{path} is a link that leads out of the repository: put the file itself there.")
        raise UsageError(sentence.format(path=config_path))
    if not config_path.is_file():
        raise UsageError(_("{path} is no ordinary file: put the configuration there.").format(path=config_path))


def refuse_untrusted(config_path: Path, config: CiFile, line_of: Callable[[Location], int]) -> None:
    """Raise all mistakes of a configuration that asks for what a student must not decide, pass marks excepted."""
    found = [(line_of(where), f"{sentence} {advice()}") for where, sentence in _refusals(config_path, config)]
    if found:
        raise Mistakes(config_path, found)


def lower_pass_mark(entry: Entry, assignment: Assignment) -> str:
    """What is said about a pass mark that is lower than the assignment's; empty where it is not."""
    usual = assignment.content.pass_mark
    if entry.pass_mark is None or entry.pass_mark >= usual:
        return ""
    sentence = _("pass_mark: {mark} % is lower than the {usual} % of the assignment.")
    return f"{sentence.format(mark=f'{entry.pass_mark:g}', usual=f'{usual:g}')} {advice()}"


def advice() -> str:
    """How an instructor allows what is refused."""
    return _(
        "Whoever writes to this repository can change that: keep the configuration outside of it, or run grader ci --trust-config."
    )


def _refusals(config_path: Path, config: CiFile) -> Iterator[tuple[Location, str]]:
    if config.isolation != "strong":
        sentence = _("isolation: '{level}' confines less than strong.")
        yield ("isolation",), sentence.format(level=config.isolation)
    for number, entry in enumerate(config.assignments):
        where = ("assignments", number)
        if entry.assignment not in bundled_names():
            sentence = _(
                "assignment: '{name}' is a folder, and only bundled assignments are loaded from here ({names})."
            )
            yield (*where, "assignment"), sentence.format(name=entry.assignment, names=", ".join(bundled_names()))
        if entry.data is not None and not _is_below((config_path.parent / entry.data).resolve()):
            yield (*where, "data"), _("data: '{path}' leads out of the repository.").format(path=entry.data)
        for index, written in enumerate(entry.written()):
            if written.output is not None and not _may_be_written(Path(written.output)):
                sentence = _("output: '{path}' leads out of the repository, or into the files of git.")
                yield (*where, "formats", index, "output"), sentence.format(path=written.output)


def _may_be_written(path: Path) -> bool:
    real = path.parent.resolve() / path.name
    return _is_below(real) and ".git" not in real.relative_to(repository()).parts


def _is_below(path: Path) -> bool:
    return path.is_relative_to(repository())
