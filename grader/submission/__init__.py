"""Reads a submission: a ``.py``, a ``.ipynb``, or a folder or archive that contains one."""

from .model import Code, Submission
from .reading import choose, digest, read, read_contents, read_file

__all__ = ["Code", "Submission", "choose", "digest", "read", "read_contents", "read_file"]
