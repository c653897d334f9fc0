"""Refuses right numbers of a wrong type: a list instead of an array, or decimals where integers have to stay integers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ...diagnosis import findings_of_check
from ...support.i18n import _
from ..outcome import Outcome
from .attempts import Tried


def refused(function: str, dtypes: Sequence[str], attempt: Tried) -> Outcome | None:
    """Return the outcome for the first right result that is a list, or whose entries have none of the ``dtypes``."""
    for name in attempt.verdict.lists:
        sentence = _(
            "`{function}` returns {name} as a Python list: return a tensor or an array, as your library makes it."
        )
        message = sentence.format(function=function, name=name)
        return Outcome(0.0, message, bugs=findings_of_check("list-returned", name), hint_fits=False)
    for case, answers in zip(attempt.cases, attempt.answered, strict=True):
        for name, value in answers.items():
            dtype = np.asarray(value).dtype.name
            if dtype not in dtypes:
                sentence = _(
                    "`{function}`, case '{case}': {name} has the type {dtype}. Its numbers are right, but they have to keep the type {expected}."
                )
                expected = " / ".join(dtypes)
                message = sentence.format(function=function, case=case.name, name=name, dtype=dtype, expected=expected)
                return Outcome(0.0, message, bugs=findings_of_check("dtype-changed", name), hint_fits=False)
    return None
