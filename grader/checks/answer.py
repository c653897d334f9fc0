"""``answer``: the answer to a question is right: a number, a choice or a set; a person reads a text.

A submission has the answers in a dict ``answers``, by question, or each in a variable with the name of its question.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from ..assignment.base import Tolerance
from ..assignment.check import Check, Problem, unknown
from ..assignment.declarations import Declarations
from ..judging.wrong_answer import WrongAnswer
from ..report.evidence import Evidence, ShownExcerpt
from ..sandbox.failures import CallError
from ..student.signatures import match
from ..submission import excerpts
from ..support.arrays import describe
from ..support.i18n import _
from ..support.text import clean
from ..worker import values
from .context import Context
from .outcome import Outcome

VARIABLE = "answers"
MOST_CHOSEN = 100  # entries of an answer that is a set
DOTS = " \t\n.…"  # a text of these characters only is not an answer
LONGEST = 60  # characters of an answer that a message repeats


def _word(value: Any) -> Any:
    """Return an option as text, since YAML and students may also write a number, or True for yes; other values unchanged."""
    if isinstance(value, bool | np.bool_):
        return "yes" if value else "no"
    if isinstance(value, float | np.floating) and float(value).is_integer():
        value = int(value)
    if isinstance(value, int | float | np.integer | np.floating):
        return str(value)
    if not isinstance(value, str):
        return value
    text = " ".join(value.split()).casefold()
    return {"true": "yes", "false": "no"}.get(text, text)


def _words(value: Any) -> Any:
    return [*map(_word, value)] if isinstance(value, list) else _word(value)


_SCHEMA = WithJsonSchema({"type": ["string", "number", "boolean"]})
Word = Annotated[str, BeforeValidator(_word), _SCHEMA]


class AnswerCheck(Check):
    """The answer in `answers["q1"]`, or in the variable `q1`, is right. A person marks a text."""

    depends_on_calls = ()

    kind: Literal["answer"]
    question: str = Field(min_length=1)
    """The key in the dict `answers` of the submission, or the variable with the answer."""
    number: float | None = Field(None, allow_inf_nan=False)
    """The right number, for a question about a number."""
    tolerance: Tolerance = Tolerance()
    """The largest accepted error of the number."""
    choice: Word | None = None
    """The right one of the `options`."""
    chosen: list[Word] | None = Field(None, alias="set")
    """The right ones of the `options`, in any order. Each right one earns a part of the points, and each wrong one costs as much."""
    options: list[Word | list[Word]] = []
    """The answers that the task offers; a list contains words with the same meaning. Case does not count."""
    text: Literal[True] | None = None
    """The answer is a text for a person to read: also a notebook cell with the question as its tag or heading."""

    @model_validator(mode="after")
    def _one_type(self) -> AnswerCheck:
        types = [self.number, self.choice, self.chosen, self.text]
        if sum(value is not None for value in types) != 1:
            raise ValueError("an answer is one of number, choice, set and text; give exactly one.")
        if self.chosen == []:
            raise ValueError("the right set is empty, so nothing could be earned; use a choice with an option 'none'.")
        if (self.choice is not None or self.chosen is not None) == (not self.options):
            raise ValueError("options belong to a choice or a set; give both or neither.")
        return self

    @property
    def needs_person(self) -> bool:
        return self.text is not None

    def loaded_variables(self) -> Iterable[tuple[str, str]]:
        return [(VARIABLE, ""), (self.question, "")]

    def problems(self, assignment: Declarations) -> Iterator[Problem]:
        yield from super().problems(assignment)
        meanings = self._meanings()
        yield from unknown("option", self._right(), meanings)
        words = [word for group in self._groups() for word in {*group}]
        for word in dict.fromkeys(word for word in words if words.count(word) > 1):
            yield Problem(word, f"'{word}' occurs in two options; remove one.")

    def run(self, context: Context) -> Outcome:
        """Judge the answer, or show it to the person who marks it. Raises CallError for an answer that is missing."""
        if self.text is not None:
            return self._to_read(context)
        value = _answer(context, self.question)
        if self.number is not None:
            return self._number(value, self.number)
        chosen = self._options_in(value)
        right = {self._meanings()[word] for word in self._right()}
        share = max(0.0, (len(chosen & right) - len(chosen - right)) / len(right))
        if self.choice is not None and len(chosen) != 1:
            raise WrongAnswer(_("`{question}` has several answers; choose one.").format(question=self.question))
        return self._outcome(share)

    def is_submitted(self, context: Context) -> bool:
        return self.text is not None or _found(context, self.question) is not None

    def _number(self, value: Any, right: float) -> Outcome:
        number = _as_number(value)
        if number is None:
            sentence = _("`{question}` is {value}; it must be a number.")
            raise WrongAnswer(sentence.format(question=self.question, value=_shown(value)))
        largest = max(self.tolerance.absolute, self.tolerance.relative * abs(right))
        return self._outcome(float(abs(number - right) <= largest))

    def _outcome(self, share: float) -> Outcome:
        if share == 1:
            return Outcome(1.0, _("Your answer to `{question}` is right.").format(question=self.question))
        if share:
            return Outcome(share, _("Your answer to `{question}` is partly right.").format(question=self.question))
        return Outcome(0.0, _("Your answer to `{question}` is wrong.").format(question=self.question))

    def _right(self) -> list[str]:
        return [self.choice] if self.choice is not None else self.chosen or []

    def _meanings(self) -> dict[str, str]:
        """Return {word: the first word with the same meaning} of the options."""
        return {word: group[0] for group in self._groups() for word in group}

    def _groups(self) -> list[list[str]]:
        return [[option] if isinstance(option, str) else option for option in self.options]

    def _options_in(self, value: Any) -> set[str]:
        """Return the options that an answer names: a word, several in a collection, or in a text with commas between them."""
        meanings = self._meanings()
        if isinstance(value, np.ndarray):
            value = value.tolist()
        words = _words([*value] if isinstance(value, tuple) else value)
        if isinstance(words, str):
            words = [words] if words in meanings else [word.strip() for word in words.split(",")]
        if isinstance(words, list) and 0 < len(words) <= MOST_CHOSEN:
            others = [word for word in words if not (isinstance(word, str) and word in meanings)]
            if not others:
                return {meanings[word] for word in words}
            value = others[0]
        sentence = _("`{question}` is {value}; write one of these: {options}.")
        if self.chosen is not None:
            sentence = _("`{question}` contains {value}; write one or several of these: {options}.")
        options = ", ".join(dict.fromkeys(meanings.values()))
        raise WrongAnswer(sentence.format(question=self.question, value=_shown(value), options=options))

    def _to_read(self, context: Context) -> Outcome:
        """Return the text for the person who reads it, and a sentence that says if it is missing."""
        sentence = _("A person marks this part. Its points are added then.")
        evidence = Evidence(manual=True)
        try:
            value, problem = _answer(context, self.question), ""
        except CallError as failure:
            value, problem = "", failure.message
        submission = context.submission
        if isinstance(value, str) and value.strip():
            parts = [ShownExcerpt(title=self.question, file=submission.file or submission.entry, text=value)]
        else:
            cells = excerpts.of_cells(submission, self.question) if submission.kind == "notebook" else []
            parts = [ShownExcerpt(**vars(cell)) for cell in cells]
            sentence_of_type = _("`{question}` is {value}; it must be a text of at most {count} characters.")
            problem = problem or sentence_of_type.format(
                question=self.question, value=_shown(value), count=values.MAX_TEXT
            )
        if any(part.text.strip() for part in parts):
            return Outcome(0.0, sentence, evidence | Evidence(shown=parts))
        return Outcome(0.0, f"{sentence} {problem}", evidence | Evidence(not_found=[self.question]))


def _answer(context: Context, question: str) -> Any:
    """Return the answer to a question. Raises CallError if it is missing."""
    message = _(
        "The answer to `{question}` is missing: add it to the dict `answers`, or define a variable `{question}`."
    )
    value = _found(context, question)
    if value is None:
        raise context.student.missing(question, [VARIABLE], message.format(question=question))
    return value


def _found(context: Context, question: str) -> Any:
    """Return the answer to a question, or None; the dots that a task prints in place of an answer are not one."""
    answers = context.student.value_of(VARIABLE)
    value = None
    if isinstance(answers, dict):
        value = next((answers[name] for name in match(answers, [question], {})), None)
    value = context.student.value_of(question) if value is None else value
    return None if _is_blank(value) else value


def _is_blank(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip(DOTS)
    return isinstance(value, values.Opaque) and value.type_name == "ellipsis"


def _as_number(value: Any) -> float | None:
    """Return an answer that is a finite number, also in an array of one entry or as text; None for anything else."""
    if isinstance(value, np.ndarray) and value.size == 1:
        value = value.reshape(-1)[0]
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _shown(value: Any) -> str:
    """Return the answer itself if it is short, else its type."""
    if isinstance(value, str):
        return f"'{clean(value, LONGEST)}'"
    return clean(value, LONGEST) if isinstance(value, int | float | np.generic) else describe(value)
