"""The report as a model; its JSON is the contract ``grader.report/1``."""

from __future__ import annotations

import json
from typing import Any, Literal

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from ..support.choices import Engine, Level
from ..support.errors import NoMemory
from .evidence import ByHand, Evidence, ReportPart
from .statuses import STATUSES, Status, StatusProperties


class NamedBug(ReportPart):
    """The name of a bug, its title, and the first quantity that shows it."""

    bug: str
    title: str
    where: str


class Diagnosis(NamedBug):
    """The bug that explains the numbers.

    ``also`` lists further bugs that are present at the same time; ``or`` lists bugs that give the same numbers.
    Both are left out if they are empty.
    """

    also: list[NamedBug] = []
    alternatives: list[NamedBug] = Field([], alias="or")

    @model_serializer(mode="wrap")
    def _without_empty_lists(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if value != []}


class CheckResult(ReportPart):
    """The result of one check; ``message`` is the sentence that the student reads."""

    name: str
    title: str
    status: Status
    score: float | None
    max_score: float
    message: str
    hint: str = ""
    diagnosis: Diagnosis | None = None
    evidence: Evidence = Field(default_factory=Evidence)

    @property
    def properties(self) -> StatusProperties:
        """The properties of the status."""
        return STATUSES[self.status]

    @property
    def is_unmarked(self) -> bool:
        """True if a person has to mark the check and has not done so."""
        return self.status == "skipped" and self.evidence.manual and not self.is_out

    @property
    def is_out(self) -> bool:
        """True if a person took the check out: it counts for nothing."""
        return self.evidence.by_hand is not None and self.evidence.by_hand.out

    @property
    def prevents_passing(self) -> bool:
        """True if the submission does not pass because of this check, whatever its score is."""
        return self.evidence.required and self.status != "passed" and not self.is_out


class AssignmentName(ReportPart):
    """The assignment and its version; the digest covers all files that grading depends on."""

    name: str
    version: str
    digest: str = ""


class SubmissionName(ReportPart):
    """The submission: the path from the command line, the SHA-256 of the content, and the file that is graded."""

    path: str
    sha256: str
    file: str = ""


class GraderName(ReportPart):
    """The version of the grader."""

    version: str = ""


class Isolation(ReportPart):
    """The isolation level at which student code ran, and the protections that were not enforced."""

    level: Level
    not_enforced: list[str]


class Environment(ReportPart):
    """The machine and the versions used for grading; a version is ``None`` if it is not installed or was not needed.

    ``engine``, "shell" or "kernel", executed the notebook; it is left out if no notebook was executed.
    ``expected_answers`` says where the expected answers came from: recorded from the reference, computed by the
    assignment's steps, which are proven to agree with it, or computed by the reference.
    """

    python: str
    numpy: str
    tensorflow: str | None
    device: str
    data: str | None
    engine: Engine | None = None
    expected_answers: list[Literal["recorded", "reference", "steps"]] = []

    def stand_ins(self) -> list[str]:
        """Return the names of the datasets that were replaced by a generated stand-in."""
        parts = (self.data or "").split("; ")
        return [name for name, _, source in (part.partition(": ") for part in parts) if source.startswith("stand-in,")]

    @model_serializer(mode="wrap")
    def _without_missing_engine(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {key: value for key, value in write(self).items() if key != "engine" or value is not None}


class Report(ReportPart):
    """All results of one submission.

    ``grader``, ``seed_fingerprint``, the digest and the file are empty in reports of older versions. ``by_hand`` is the
    total that a person gave, or the comment on the whole submission; it is left out if there is none. A report is
    ``provisional``, and ``score`` is without these points, as long as a person has to mark a part of it; otherwise the key is
    absent. ``passed`` is true if the score is enough already, and every required check passed.
    """

    schema_: Literal["grader.report/1"] = Field("grader.report/1", alias="schema")
    assignment: AssignmentName
    submission: SubmissionName
    grader: GraderName = Field(default_factory=GraderName)
    seed_fingerprint: str = ""
    score: float | None
    max_score: float
    provisional: bool = False
    passed: bool
    ending: Literal["graded", "not_gradable"]
    checks: list[CheckResult]
    isolation: Isolation
    environment: Environment
    seconds: float
    by_hand: ByHand | None = None

    @model_serializer(mode="wrap")
    def _without_absent_parts(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        optional = {"by_hand": self.by_hand is not None, "provisional": self.provisional}
        return {key: value for key, value in write(self).items() if optional.get(key, True)}

    def unmarked(self) -> list[CheckResult]:
        """Return the checks that a person has to mark."""
        return [check for check in self.checks if check.is_unmarked]

    def preventing_checks(self) -> list[CheckResult]:
        """Return the required checks that did not pass; none if a person gave the total, which counts alone."""
        if self.by_hand is not None and self.by_hand.points is not None:
            return []
        return [check for check in self.checks if check.prevents_passing]

    def nothing_to_grade(self) -> bool:
        """Return whether there is no score because the submission contains nothing to grade."""
        return self.score is None and any(check.evidence.nothing_to_grade for check in self.checks)

    def ran_out_of_memory(self) -> bool:
        """Return whether the machine ran out of memory, so that another attempt may succeed."""
        return any(check.evidence.not_graded_for == NoMemory.cause for check in self.checks)

    def problem(self) -> str | None:
        """Return the one reason why nothing could be graded; None if anything was graded."""
        reasons = {check.message for check in self.checks}
        nothing = all(check.status == "not_gradable" for check in self.checks)
        return reasons.pop() if nothing and len(reasons) == 1 else None

    def for_instructor(self) -> list[str]:
        """Return the sentences about suspicious behaviour, each once; students must not see them."""
        sentences = (sentence for check in self.checks for sentence in check.evidence.for_instructor)
        return list(dict.fromkeys(sentences))

    def without_words_to_instructors(self) -> Report:
        """Return the report without the sentences ``for_instructor`` and the descriptions of rubrics."""
        checks = [
            check.model_copy(update={"evidence": check.evidence.without_words_to_instructors()})
            if check.evidence.for_instructor or check.evidence.rubric
            else check
            for check in self.checks
        ]
        return self.model_copy(update={"checks": checks})

    def to_json(self) -> str:
        """Return the document of ``--json``. NaN and infinities, which JSON lacks, become null.

        Characters that are not printable are escaped, for example a direction mark in a file name.
        """
        document = self.model_dump_json(by_alias=True, indent=2)
        if document.replace("\n", "").isprintable():
            return document
        return "".join(c if c.isprintable() or c == "\n" else json.dumps(c)[1:-1] for c in document)
