"""The sentences about similar submissions, for instructors."""

from __future__ import annotations

from ..support.i18n import _, ngettext
from .comparing import Pair, Similarities

VERY_STRONG, STRONG = 25.0, 8.0  # bits of evidence beyond those that a listed pair needs
MOST_NAMES, MOST_COMMENTS = 4, 3  # in a sentence
FEWEST_NAMES = 3  # that differ; fewer may be a coincidence


def strength(pair: Pair) -> str:
    """Return in words how strong the evidence of a pair is."""
    if pair.evidence >= VERY_STRONG:
        return _("very strong")
    return _("strong") if pair.evidence >= STRONG else _("moderate")


def reasons(pair: Pair) -> list[str]:
    """Return sentences that say what two works share."""
    share = round(100 * pair.share)
    sentence = _("{share} % of the shorter code is also in the other, apart from names, comments and layout.")
    sentences = [sentence.format(share=share)]
    if pair.rare_statements:
        sentence = ngettext(
            "One of the shared statements is in no other submission.",
            "{count} of the shared statements are in no other submission.",
            pair.rare_statements,
        )
        sentences.append(sentence.format(count=pair.rare_statements))
    names = _replaced_names(pair)
    if len(names) >= FEWEST_NAMES:
        examples = ", ".join(f"`{one}` / `{other}`" for one, other in names[:MOST_NAMES])
        sentences.append(_("Names differ in the same code: {examples}.").format(examples=examples))
    elif not names:
        sentences.append(_("All names in the shared code are the same, too."))
    if pair.comments:
        comments = "; ".join(f"“{comment}”" for comment in pair.comments[:MOST_COMMENTS])
        sentences.append(_("Only these two contain the comments {comments}.").format(comments=comments))
    return sentences


def taken_away(comparison: Similarities) -> list[str]:
    """Return sentences about the compared works, and about the code that does not count."""
    sentences = [
        _("{count} submissions were compared, each with all others and with the solution.").format(
            count=comparison.compared
        ),
        _("Not counted: the code of the starter, imports, docstrings, annotations and calls of print."),
    ]
    if comparison.common_functions:
        sentence = ngettext(
            "Not counted either: one function that at least a third of the class has in the same form.",
            "Not counted either: {count} functions that at least a third of the class has in the same form.",
            comparison.common_functions,
        )
        sentences.append(sentence.format(count=comparison.common_functions))
    if comparison.empty:
        sentence = ngettext(
            "One submission has nothing of its own after that.",
            "{count} submissions have nothing of their own after that.",
            len(comparison.empty),
        )
        sentences.append(sentence.format(count=len(comparison.empty)))
    sentences.append(
        _(
            "Passages that few students have count more than passages that many have. A pair is listed if it shares more than "
            "two of a class are likely to share by chance. Submissions of one group are never compared with themselves."
        )
    )
    return sentences


def _replaced_names(pair: Pair) -> list[tuple[str, str]]:
    """Return the names of the same places that differ, each pair once."""
    names = dict.fromkeys(
        names
        for passage in pair.passages
        for one, other in passage.lines()
        for names in zip(one.names, other.names, strict=True)
    )
    return [(one, other) for one, other in names if one != other]
