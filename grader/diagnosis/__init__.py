"""The name of the bug, from the numbers alone.

First the declared mutations of the function are tried (:mod:`search`), one or two at once; then the general
detectors (:mod:`detectors`, :mod:`general`), on top of one mutation or of none. A name is given only to what
explains all results of all cases; otherwise there is a place and no name.
"""

from .findings import Finding, Findings, told_by_check
from .naming import find, is_right

__all__ = ["Finding", "Findings", "find", "is_right", "told_by_check"]
