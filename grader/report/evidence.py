"""The evidence of a check: the line, the numbers, the notes and the pictures that support its result.

The fields that formats, gradebooks and the leaderboard read are declared here. A kind of check may add further
fields by name, as in ``Evidence(case="small", factor=2.0)``. They become keys of the JSON, and stay in a report that is
read and written again. A field that was not set is absent from the JSON.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    SerializerFunctionWrapHandler,
    model_serializer,
)

from ..support.text import block, clean
from .picture_data import Pictures

LONGEST_EXCERPT = 10_000  # characters
LONGEST = 1000  # characters of a string, because names and titles may come from the submission


def _with_lists(value: Any) -> Any:
    """Return a value with lists instead of tuples, as in JSON."""
    if isinstance(value, dict):
        return {key: _with_lists(item) for key, item in value.items()}
    return [_with_lists(item) for item in value] if isinstance(value, list | tuple) else value


class ReportPart(BaseModel):
    """Base class of all parts of a report."""

    model_config = ConfigDict(extra="forbid", populate_by_name=True, defer_build=True)


class Location(ReportPart):
    """A line of the submission: in a module or in a code cell.

    ``file`` is the name of the file within the submission. ``file_line`` is the line number in the file's text, which
    in a notebook differs from ``line``; null if it is not known.
    """

    file: str
    cell: int | None
    line: int
    file_line: int | None


class Example(ReportPart):
    """The smallest call that was found for which a function fails in the same way as in the check.

    It contains only inputs and the submission's own result.
    """

    setup: list[str] = []
    """Python statements before the call, for example for values of global variables."""

    call: str
    """The call as a Python expression with the submission's own names."""

    gives: str | None = None
    """The value that the submission returned; null if it raised an exception."""

    raises: str | None = None
    """The exception that the submission raised."""

    any_value: list[str] = []
    """Arguments of the call whose value does not matter: the function fails with other values, too."""

    slope: str | None = None
    """For a gradient: the sentence that compares it with a change of the submission's own cost."""

    @property
    def code(self) -> str:
        """The line to paste: the setup and the call."""
        return "; ".join([*self.setup, self.call])


class ByHand(ReportPart):
    """What a person gave for a check, or for the total, next to what the grader gave.

    Fields without a value are left out of the JSON.
    """

    points: float | None = None
    """The points that count; null if the person only wrote a comment."""

    automatic: float | None = None
    """The points that the grader gave; null if it could not judge."""

    comment: str = ""
    """The comment for the student."""

    by: str = ""
    """The person who gave the points; students do not see the name."""

    at: str = ""
    """When the points were given, as in the file of marks."""

    out: bool = False
    """True if the check was taken out: it counts neither in the score nor in the full marks."""

    @model_serializer(mode="wrap")
    def _without_missing_values(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        return {
            key: value for key, value in write(self).items() if value is not None and value != "" and value is not False
        }


class RubricEntry(ReportPart):
    """What a person gives points for. The description is for instructors; it is empty in a student's report."""

    title: str
    points: float
    description: str = ""


class ShownExcerpt(ReportPart):
    """A part of the submission that a person reads to mark a check.

    ``title`` says what it is, such as the name of a function or a heading. ``cell`` is the number of the code cell, as in a
    location; it is null for text cells and for other files. ``line`` is the first line in that cell or file.
    """

    title: str
    file: str
    cell: int | None = None
    line: int | None = None
    is_code: bool = False
    text: str


class Evidence(ReportPart):
    """The facts behind the result of a check."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[JsonValue, BeforeValidator(_with_lists)]]

    bonus: bool = False
    """True if the points of the check are added to full marks."""

    required: bool = False
    """True if a submission passes only if it passes the check."""

    manual: bool = False
    """True if a person marks the check. Until then its status is skipped."""

    rubric: list[RubricEntry] = []
    """The entries by which a person marks the check."""

    waits_for: list[str] = []
    """The checks that did not pass, for which the check was not run."""

    shown: list[ShownExcerpt] = []
    """The parts of the submission that a person reads to mark the check."""

    location: Location | None = None
    """The line of the submission that the finding is about."""

    code_line: str | None = None
    """The text of the line at ``location``, if the first wrong quantity gets its value there."""

    case: str | None = None
    """The name of the first case with a wrong result."""

    result: str | None = None
    """The name of the first wrong result."""

    where: str | None = None
    """The first wrong quantity in the order of the computation."""

    wrong_entries: int | None = None
    """The number of wrong entries of the result."""

    nan: int | None = Field(None, alias="NaN")
    """The number of entries that are NaN where a number is expected."""

    infinite: int | None = None
    """The number of entries that are infinite where a finite number is expected."""

    entries: int | None = None
    """The number of all entries of the result."""

    max_abs_error: float | None = None
    """The largest absolute error; null for a single number, because it would reveal the expected number."""

    max_rel_error: float | None = None
    """The largest error divided by the largest expected entry; null if all expected entries are 0."""

    index: list[int] | None = None
    """The index of the entry with the largest error."""

    accuracy: float | None = None
    """The accuracy on held-out images, from 0 to 1."""

    interval: tuple[float, float] | None = None
    """The 95 % confidence interval of the accuracy, or of another quantity that the check measures."""

    notes: list[str] = []
    """Sentences for the student in addition to the message, such as conventions that were accepted."""

    example: Example | None = None
    """The smallest call that fails."""

    pictures: Pictures = []
    """The data of the charts on a page."""

    cause: str | None = None
    """The sentence of the message that the check shares with other checks; a report shows it once."""

    by_hand: ByHand | None = None
    """The points and the comment that a person gave for the check."""

    for_instructor: list[str] = []
    """Sentences about suspicious behaviour. Students never see them."""

    nothing_to_grade: bool = False
    """True if the check is not gradable because nothing was submitted."""

    not_graded_for: Literal["internal", "isolation", "memory"] | None = None
    """The reason why the check is not gradable, if it is one that a reader must know in addition to the message."""

    @model_serializer(mode="wrap")
    def _without_absent_fields(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        names = {*self.content, *(["NaN"] if self.nan is not None else [])}
        return {key: value for key, value in write(self).items() if key in names}

    @property
    def content(self) -> dict[str, Any]:
        """The fields that were set, {name: value}: the declared ones first, always in the same order."""
        names = self.model_fields_set
        fields = {name: getattr(self, name) for name in type(self).model_fields if name in names} if names else {}
        return {**fields, **(self.model_extra or {})}

    @property
    def not_finite(self) -> int:
        """The number of entries that are NaN or infinite where a finite number is expected."""
        return (self.nan or 0) + (self.infinite or 0)

    def __bool__(self) -> bool:
        """Return True if any field was set."""
        return bool(self.content)

    def __or__(self, other: Evidence) -> Evidence:
        """Return the evidence with the fields of both; a field of ``other`` replaces the same field of this one."""
        return self.model_copy(update=other.content)

    def with_notes(self, notes: list[str]) -> Evidence:
        """Return the evidence with these notes, which replace earlier ones; unchanged if there are no notes."""
        return self | Evidence(notes=notes) if notes else self

    def without(self, name: str) -> Evidence:
        """Return the evidence without a field."""
        content = self.content
        if name not in content:
            return self
        return Evidence.model_construct(**{key: value for key, value in content.items() if key != name})

    def without_words_to_instructors(self) -> Evidence:
        """Return the evidence without the fields and texts that students must not see."""
        evidence = self.without("for_instructor")
        if not evidence.rubric:
            return evidence
        return evidence | Evidence(rubric=[entry.model_copy(update={"description": ""}) for entry in evidence.rubric])

    def cleaned(self) -> Evidence:
        """Return the evidence with all strings ready for display, since many of them come from the submission."""
        return Evidence.model_construct(**{clean(key): _cleaned(value) for key, value in self.content.items()})


def _cleaned(value: Any) -> Any:
    if isinstance(value, ShownExcerpt):
        return value.model_copy(update={"title": clean(value.title), "text": block(value.text, LONGEST_EXCERPT)})
    if isinstance(value, Example | ByHand | RubricEntry):
        return value.model_copy(update={name: _cleaned(item) for name, item in value})
    if isinstance(value, str):
        return clean(value, LONGEST)
    if isinstance(value, dict):
        return {clean(key): _cleaned(item) for key, item in value.items()}
    return [_cleaned(item) for item in value] if isinstance(value, list) else value


def counting_evidence(bonus: bool, required: bool) -> Evidence:
    """Return the evidence that says how a check counts, whatever its result is."""
    evidence = Evidence(bonus=True) if bonus else Evidence()
    return evidence | Evidence(required=True) if required else evidence
