"""The rule of ``source`` about validation data: they have all classes, and they are not training data."""

from __future__ import annotations

from ...sandbox.observations import RecordedCall
from ...support.i18n import _, joined
from .training import Broken, fits, trainings

MANY = 20  # rows; fewer may lack a class by chance
REPEATED = 0.5  # share of the validation rows


def undecided(record: list[RecordedCall]) -> str | None:
    """Return the sentence about models whose validation data are not known, since a loop of the submission trains them, or None."""
    with_fit = {call.number for call in fits(record)}
    names = {
        call.model[0]: None
        for call in trainings(record)
        if call.method != "fit" and call.number not in with_fit and call.model
    }
    if not names:
        return None
    sentence = _(
        "Your own training loop trains {models}. This check cannot see which data the loop uses for validation, so it does not judge them. No points are lost."
    )
    return sentence.format(models=joined(f"`{name}`" for name in names))


def validation(record: list[RecordedCall]) -> Broken | None:
    """Return the broken rule if the validation data of a call of fit() are training data, or lack a class."""
    for call in fits(record):
        parts = call.parts
        name = call.model[0] if call.model else "fit"
        if parts is None:
            continue
        if parts.repeated > REPEATED:
            sentence = _(
                "fit() of `{model}` gets training data as validation data: {percent:.0f} % of the validation rows are also training rows."
            )
            message = sentence.format(model=name, percent=100 * parts.repeated)
            return Broken("validation-data-are-training-data", name, message)
        classes, in_training = ({label for label, _count in pairs} for pairs in (parts.validation, parts.training))
        count = sum(count for _label, count in parts.validation)
        if count >= MANY and len(classes) == 1 and len(classes | in_training) > 1:
            sentence = _(
                "All {count} rows of the validation data in fit() of `{model}` have the same label: Keras takes the last rows for validation_split, so shuffle points and labels together before."
            )
            message = sentence.format(count=count, model=name)
            return Broken("validation-split-not-shuffled", name, message)
    return None
