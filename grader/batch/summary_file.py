"""The model of ``summary.json``; its JSON schema is the contract ``grader.summary/1``."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from ..assignment.policy import Policy
from ..report.leaderboard import LeaderboardEntry
from ..report.model import AssignmentName
from ..support.choices import Level
from .changes import ChangedScore, MarkByHand, UnusedMark
from .summary import BugCount, Difficulty


class SummaryModel(BaseModel):
    """Base of all parts of the file."""

    model_config = ConfigDict(extra="forbid", defer_build=True)


class WithoutScore(SummaryModel):
    """A student without a score, and the reason."""

    student: str
    id: str
    status: str
    why: str


class GradedFile(SummaryModel):
    """The file of a student that was graded."""

    student: str
    id: str
    file: str


class Attempts(SummaryModel):
    """A student with several attempts, the files of those that do not count, the one that counts, and the scores of all.

    ``counts`` and ``scores`` are "" if the latest attempt counts in any case.
    """

    student: str
    id: str
    earlier: list[str]
    counts: str = ""
    scores: str = ""


class MarkInFile(SummaryModel):
    """A mark or comment that was already in the file of a course system, the new one, and whether it was kept."""

    file: str
    student: str
    id: str
    cell: Literal["mark", "comment"]
    existing: str
    new: str
    kept: bool


class IgnoredFile(SummaryModel):
    """A file or a link that was not graded, and the reason."""

    file: str
    reason: str


class OtherVersions(SummaryModel):
    """Versions of packages that differ from those of the machine that wrote this file, and the students graded with them."""

    python: str
    numpy: str
    tensorflow: str | None
    students: list[str]


class ComparedSubmission(SummaryModel):
    """A submission that is similar to another one: its student or students, and the id."""

    student: str
    id: str


class SimilarPair(SummaryModel):
    """Two submissions, or one and the solution, that share more than chance explains.

    ``evidence`` says how much they share, ``share`` is the part of the shorter code that is in the other, ``page`` shows both.
    """

    students: list[ComparedSubmission]
    evidence: str
    share: float
    reasons: list[str]
    page: str


class SimilarSubmissions(SummaryModel):
    """Groups of identical files, similar pairs, and submissions that are like the solution. No score depends on them."""

    identical: list[list[ComparedSubmission]] = []
    pairs: list[SimilarPair] = []
    like_solution: list[SimilarPair] = []


class SummaryFile(SummaryModel):
    """The whole ``summary.json``. It is for instructors only: it contains the seed."""

    schema_: Literal["grader.summary/1"] = Field("grader.summary/1", alias="schema")
    assignment: AssignmentName
    grader: str
    seed_fingerprint: str = ""
    files: list[GradedFile] = []
    seed: int
    isolation: Level
    layout: str
    grading: Policy
    students: dict[str, int]
    passed: int
    without_score: list[WithoutScore]
    for_instructor: list[str] = []
    stand_ins: list[str] = []
    other_versions: list[OtherVersions] = []
    several_attempts: list[Attempts]
    by_hand: list[MarkByHand] = []
    unused_marks: list[UnusedMark] = []
    changed_scores: list[ChangedScore] = []
    files_of_nobody: list[str]
    left_out: list[IgnoredFile]
    similar: SimilarSubmissions = SimilarSubmissions()
    existing_marks: list[MarkInFile] = []
    score: dict[str, float]
    checks: list[Difficulty]
    bugs: list[BugCount]
    leaderboard: list[LeaderboardEntry]
