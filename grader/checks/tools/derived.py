"""Detects derivatives from a forbidden library where the task requires a derivation by hand."""

from __future__ import annotations

from dataclasses import replace

from ...diagnosis import findings_of_check
from ...support.i18n import _
from ..context import Context
from ..outcome import Outcome
from . import imports, quotients

# Names of functions and classes that differentiate in TensorFlow, PyTorch, JAX and autograd.
DIFFERENTIATING = {"GradientTape", "grad", "value_and_grad", "elementwise_grad", "backward", "jacrev", "jacfwd", "vjp"}
# Names of functions that import a module that the source does not show, or that run another program.
HIDING = {
    *("__import__", "import_module", "find_spec", "find_loader", "exec", "eval", "compile", "getattr"),
    *("run_module", "run_path", "CDLL", "PyDLL", "LoadLibrary"),
    *("Popen", "run", "call", "check_call", "check_output", "getoutput", "system", "popen", "execv", "spawnv"),
}


def judged(outcome: Outcome, function: str, context: Context) -> Outcome:
    """Return ``outcome``, or the outcome without points if a forbidden library computes the results of ``function``.

    A forbidden import alone costs the points of the ``source`` check.
    """
    if outcome.share == 0 or not context.content.forbidden_imports:
        return outcome
    library = _library(function, context)
    if library is None:
        return outcome
    sentence = _(
        "Your code uses {library}, which this exercise forbids, to compute the derivatives: derive the formula with the chain rule, and compute with NumPy only."
    )
    message = sentence.format(library=library)
    return replace(
        outcome, share=0.0, message=message, bugs=findings_of_check("forbidden-library", library), diagnose=None
    )


def _library(function: str, context: Context) -> str | None:
    """Return the forbidden library that computes the derivatives, or that the code imports in a hidden way; None without one.

    A hidden import has no other purpose.
    """
    sources = [code.source for code in context.student.code]
    everywhere = quotients.called(sources)
    if not everywhere & (DIFFERENTIATING | HIDING):
        return None
    loaded = context.student.libraries()
    used = [name for name in context.content.forbidden_imports if name in loaded]
    if not used:
        return None
    own = context.student.find(function)
    calls = quotients.called(sources, function if own is None else own.name)
    if calls & DIFFERENTIATING:
        return used[0]
    imported = {item.module.partition(".")[0] for source in sources for item in imports.imports(source)}
    if imported & set(context.content.forbidden_imports):
        return used[0] if calls & HIDING and imports.outcome(context) is not None else None
    return used[0] if everywhere & HIDING else None
