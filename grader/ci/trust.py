"""Restricts configurations in a student's repository, because students can change them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from ..assignment import Assignment, bundled_names
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.yaml_model import Mistakes, YamlPath
from .config import AssignmentEntry, CiFile


def repository() -> Path:
    """Return the top folder of the git repository around the current folder; without git, the current folder."""
    current_folder = Path.cwd().resolve()
    return next(
        (folder for folder in (current_folder, *current_folder.parents) if (folder / ".git").exists()), current_folder
    )


def is_inside(path: Path) -> bool:
    """True if a path is in the repository, with or without following links."""
    return _is_below(Path(os.path.abspath(path))) or _is_below(path.resolve())


def refuse_link_out(config_path: Path) -> None:
    """Raise UsageError for a configuration in the repository that is a link out of it, or not a file.

    Messages quote the configuration, so a link could show a file of the machine.
    """
    if not is_inside(config_path):
        return
    if not _is_below(config_path.resolve()):
        sentence = _("{path} is a link to a file outside the repository: put the file itself there.")
        raise UsageError(sentence.format(path=config_path))
    if not config_path.is_file():
        raise UsageError(_("{path} is not a regular file: put the configuration there.").format(path=config_path))


def refuse_untrusted(config_path: Path, config: CiFile, line_of: Callable[[YamlPath], int]) -> None:
    """Raise Mistakes if the configuration has settings that a student must not decide; pass marks are checked later."""
    mistakes = [(line_of(location), f"{sentence} {advice()}") for location, sentence in _refusals(config_path, config)]
    if mistakes:
        raise Mistakes(config_path, mistakes)


def lower_pass_mark(entry: AssignmentEntry, assignment: Assignment) -> str:
    """Return a sentence about a pass mark below the assignment's, or ""."""
    usual_pass_mark = assignment.content.pass_mark
    if entry.pass_mark is None or entry.pass_mark >= usual_pass_mark:
        return ""
    sentence = _("pass_mark: {mark} % is lower than the {usual} % of the assignment.")
    return f"{sentence.format(mark=f'{entry.pass_mark:g}', usual=f'{usual_pass_mark:g}')} {advice()}"


def advice() -> str:
    """Return a sentence that tells instructors how to allow the refused settings."""
    return _(
        "Everybody who can write to this repository can change that setting: keep the configuration outside the repository, or run grader ci --trust-config."
    )


def _refusals(config_path: Path, config: CiFile) -> Iterator[tuple[YamlPath, str]]:
    if config.isolation != "strong":
        sentence = _("isolation: '{level}' is weaker than strong.")
        yield ("isolation",), sentence.format(level=config.isolation)
    for number, entry in enumerate(config.assignments):
        location = ("assignments", number)
        if entry.assignment not in bundled_names():
            sentence = _(
                "assignment: '{name}' is a folder, but a configuration in the repository may only use bundled assignments ({names})."
            )
            yield (*location, "assignment"), sentence.format(name=entry.assignment, names=", ".join(bundled_names()))
        if entry.data is not None and not _is_below((config_path.parent / entry.data).resolve()):
            yield (*location, "data"), _("data: '{path}' is outside the repository.").format(path=entry.data)
        for index, report_file in enumerate(entry.report_files()):
            if report_file.output is not None and not _may_be_written(Path(report_file.output)):
                sentence = _("output: '{path}' is outside the repository, or in the .git folder.")
                yield (*location, "formats", index, "output"), sentence.format(path=report_file.output)


def _may_be_written(path: Path) -> bool:
    real_path = path.parent.resolve() / path.name
    return _is_below(real_path) and ".git" not in real_path.relative_to(repository()).parts


def _is_below(path: Path) -> bool:
    return path.is_relative_to(repository())
