"""Finds the name of a bug from the numbers alone.

First it tries the declared mutations of the function (:mod:`search`), one or two at once. Then it tries the general
detectors (:mod:`detectors`, :mod:`general`), alone or together with one mutation. It names a bug only if that explains
all results of all cases; otherwise it only reports the place.
"""

from .findings import Finding, Findings, findings_of_check
from .naming import declared, find, is_right

__all__ = ["Finding", "Findings", "declared", "find", "findings_of_check", "is_right"]
