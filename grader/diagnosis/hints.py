"""The texts about the bugs that were found: their titles, and hints in three levels."""

from __future__ import annotations

from ..assignment.bugs import BugDescription
from ..assignment.check import Check
from ..assignment.spec import AssignmentSpec
from ..report.evidence import Evidence
from ..report.model import Diagnosis, NamedBug
from ..support.errors import UsageError
from ..support.i18n import _
from ..support.text import clean
from . import Finding, Findings, catalogue


def diagnosis(findings: Findings, content: AssignmentSpec) -> Diagnosis:
    """Return the bugs by name and title, as in a report."""
    first, *also = (_named(finding, content) for finding in findings.bugs)
    others = [_named(finding, content) for finding in findings.alternatives]
    return Diagnosis(bug=first.bug, title=first.title, where=first.where, also=also, alternatives=others)


def hint(check: Check, findings: Findings | None, evidence: Evidence, content: AssignmentSpec, level: int) -> str:
    """Return the hint: level 1 says where to look, level 2 adds the kind of mistake, level 3 how to find the correction.

    Without a bug it is the check's own hint and the first wrong result, ``where`` in the ``evidence``. If all entries of
    a result are NaN or infinite, it is general advice about such values.
    """
    where = evidence.where
    if findings is None and evidence.not_finite:
        general = _(
            "NaN comes from 0/0, from infinity - infinity, or from the logarithm of a negative number. Infinity comes from a division by 0 or from a large exponent. Print the values that are computed before, and find the first one that is not finite."
        )
        return general if evidence.not_finite == evidence.entries else f"{general} {_(check.hint)}".strip()
    if findings is None:
        several = len(set(check.functions())) == 1 and len(content.functions[next(iter(check.functions()))].returns) > 1
        place = _("The first wrong result is {where}.").format(where=where) if where and several else ""
        return f"{place} {_(check.hint)}".strip()
    sentences = [_place(finding, check, content) for finding in findings.bugs]
    for key in ("kind", "reason")[: level - 1]:
        texts = [_(getattr(_texts(finding.bug, content), key)) for finding in findings.bugs]
        others = [_(getattr(_texts(finding.bug, content), key)) for finding in findings.alternatives]
        sentences += [*texts, *(_("Or: {hint}").format(hint=other) for other in others)]
    if level == 3:
        sentences += [_operation(finding, content) for finding in findings.bugs if finding.quantity]
    return " ".join(dict.fromkeys(sentences))


def _operation(finding: Finding, content: AssignmentSpec) -> str:
    """Return the wrong formula as the catalogue writes it for any exercise, without the right one.

    It is "" if the catalogue has examples of several mistakes, or a single symbol, which says nothing without the right one.
    """
    wrong, _instead, right = _texts(finding.bug, content).formula.partition(" instead of ")
    wrong = wrong.rstrip(" ,;")
    has_others = " or " in wrong or "such as" in wrong or "for example" in right
    if has_others or " " not in wrong:
        return ""
    return _("Your numbers are those of this mistake: {formula}.").format(formula=wrong)


def _place(finding: Finding, check: Check, content: AssignmentSpec) -> str:
    where = clean(finding.where)
    if not finding.function:
        return _("Look at {where}.").format(where=where)
    sequence = content.sequences.get(finding.function)
    function = finding.function if sequence is None else sequence.method_of(finding.where)
    if finding.function in check.functions() and len(set(check.functions())) == 1:
        return _("Look at {where} in {function}() first.").format(where=where, function=check.called(function))
    follows = _("This follows from {function}(): look at {where} there first.")
    return follows.format(function=function, where=where)


def _named(finding: Finding, content: AssignmentSpec) -> NamedBug:
    title = _(_texts(finding.bug, content).title)
    # The names of other quantities are only in the assignment, and "where" is shown next to the title.
    if finding.quantity in content.all_names() and finding.quantity != finding.where:
        title = _("{mistake}, {quantity}").format(mistake=title, quantity=finding.quantity)
    return NamedBug(bug=finding.bug, title=title, where=clean(finding.where))


def _texts(name: str, content: AssignmentSpec) -> BugDescription:
    """Return the texts about a bug. A bug without texts, which ``grader validate`` refuses, gets texts from its name."""
    try:
        return catalogue.texts(name, content)
    except UsageError:
        words = name.replace("-", " ")
        return BugDescription(
            title=words.capitalize(),
            kind=_("The numbers match the bug: {words}.").format(words=words),
            reason=_("Ask your instructor."),
        )
