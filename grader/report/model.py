"""The report as a model; its JSON is the contract ``grader.report/1``."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SerializerFunctionWrapHandler, model_serializer

Level = Literal["strong", "medium", "none"]
Status = Literal[
    "passed",
    "partial",
    "failed",
    "error",
    "timeout",
    "memory",
    "output",
    "crashed",
    "protocol",
    "skipped",
    "not_gradable",
]


# Keys of a check's evidence.
NOTHING = "nothing_to_grade"  # it is not gradable, since nothing was handed in
NOT_GRADED_FOR = "not_graded_for"  # "internal", "isolation" or "memory": the reader may need more than the message
CAUSE = "cause"  # the sentence of the message that other checks have as well
FOR_INSTRUCTOR = "for_instructor"  # a list of sentences about what is suspicious; students never see it


class Part(BaseModel):
    """Base of all parts of a report."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)


class NamedBug(Part):
    """A bug by its name, and the quantity that shows it first."""

    bug: str
    title: str
    where: str


class Diagnosis(NamedBug):
    """The bug that explains the numbers.

    ``also`` are further bugs that are there at the same time, ``or`` those that cannot be told apart from it;
    both are left out where there are none.
    """

    also: list[NamedBug] = []
    alternatives: list[NamedBug] = Field([], alias="or")

    @model_serializer(mode="wrap")
    def _without_empty_lists(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value != []}


class Location(Part):
    """A line of the submission: of a module, or of a code cell.

    ``file`` is its name within the submission, ``file_line`` the line of the file as text, which in a notebook is
    another than ``line``; null where it is not known.
    """

    file: str
    cell: int | None
    line: int
    file_line: int | None


class CheckResult(Part):
    """How one check ended, in a sentence that the student reads."""

    name: str
    title: str
    status: Status
    score: float | None
    max_score: float
    message: str
    hint: str = ""
    diagnosis: Diagnosis | None = None
    evidence: dict[str, Any] = Field(default_factory=dict)

    @property
    def location(self) -> Location | None:
        """Where in the submission the finding belongs, ``location`` in the evidence; None where that is nowhere."""
        found = self.evidence.get("location")
        return None if found is None else Location.model_validate(found)


class AssignmentName(Part):
    """Which assignment, in which version; the digest is of all files that it grades by."""

    name: str
    version: str
    digest: str = ""


class SubmissionName(Part):
    """What was handed in: the path as it was given, the SHA-256 of its content, and the file in it that is graded."""

    path: str
    sha256: str
    file: str = ""


class GraderName(Part):
    """Which grader."""

    version: str = ""


class Isolation(Part):
    """How well student code was confined, and what was not enforced."""

    level: Level
    not_enforced: list[str]


class Environment(Part):
    """What the grading ran on; versions, ``None`` for what is not there or was not needed.

    ``engine``, "shell" or "kernel", has executed a notebook; it is left out where nothing has executed one.
    ``expected_answers`` says where these came from: recorded from the reference, computed by the assignment's steps,
    which are proven to agree with it, or by the reference.
    """

    python: str
    numpy: str
    tensorflow: str | None
    device: str
    data: str | None
    engine: Literal["shell", "kernel"] | None = None
    expected_answers: list[Literal["recorded", "reference", "steps"]] = []

    @model_serializer(mode="wrap")
    def _without_missing_engine(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if key != "engine" or value is not None}


class Report(Part):
    """All results of one submission.

    ``grader``, ``seed_fingerprint``, the digest and the file are empty in reports of a grader that did not write them.
    """

    schema_: Literal["grader.report/1"] = Field("grader.report/1", alias="schema")
    assignment: AssignmentName
    submission: SubmissionName
    grader: GraderName = Field(default_factory=GraderName)
    seed_fingerprint: str = ""
    score: float | None
    max_score: float
    passed: bool
    ending: Literal["graded", "not_gradable"]
    checks: list[CheckResult]
    isolation: Isolation
    environment: Environment
    seconds: float

    def nothing_to_grade(self) -> bool:
        """Whether there is no score because nothing was handed in that could get one."""
        return self.score is None and any(check.evidence.get(NOTHING) for check in self.checks)

    def problem(self) -> str | None:
        """The one reason for which nothing at all could be graded; None where anything was."""
        reasons = {check.message for check in self.checks}
        nothing = all(check.status == "not_gradable" for check in self.checks)
        return reasons.pop() if nothing and len(reasons) == 1 else None

    def for_instructor(self) -> list[str]:
        """What is suspicious about the submission, in sentences, each once; none of it is for students."""
        told = (sentence for check in self.checks for sentence in check.evidence.get(FOR_INSTRUCTOR, []))
        return list(dict.fromkeys(map(str, told)))

    def without_words_to_instructors(self) -> Report:
        """The report as students may see it, as far as :data:`FOR_INSTRUCTOR` is concerned."""
        checks = [
            check.model_copy(
                update={"evidence": {key: value for key, value in check.evidence.items() if key != FOR_INSTRUCTOR}}
            )
            for check in self.checks
        ]
        return self.model_copy(update={"checks": checks})

    def to_json(self) -> str:
        """The document of ``--json``: NaN and infinities, which JSON lacks, become null.

        What a terminal would not print as a character, a direction mark in a file's name for example, is escaped.
        """
        document = self.model_dump_json(by_alias=True, indent=2)
        if document.replace("\n", "").isprintable():
            return document
        return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in document)
