"""The resources that a submission may use."""

from __future__ import annotations

from pydantic import Field

from .base import StrictModel


class Limits(StrictModel):
    """The resources that one submission may use.

    :mod:`grader.sandbox.allowance` counts the seconds: waiting by the clock, computing by processor time. Each call
    of a function may take ``call_seconds``; loading and all calls together may take ``total_seconds``.
    """

    load_seconds: float = Field(20, gt=0, le=3600)
    """Time limit for loading the submission."""
    call_seconds: float = Field(10, gt=0, le=3600)
    """Time limit of one call of a function."""
    total_seconds: float = Field(120, gt=0, le=36000)
    """Time limit for loading and all calls together."""
    memory_mb: int = Field(1024, ge=64, le=65536)
    """Memory limit of the submission."""
    needed_mb: int | None = Field(None, ge=64, le=65536)
    """Memory that an ordinary correct submission uses, by default all of ``memory_mb``. A machine with less does not grade."""
    processes: int = Field(64, ge=8, le=4096)
    """Largest number of processes and threads."""
    open_files: int = Field(256, ge=64, le=65536)
    """Largest number of open files of a process."""
    disk_mb: int = Field(64, ge=1, le=65536)
    """Largest amount of data that the submission may write to files."""
    output_kb: int = Field(1024, ge=1, le=65536)
    """Largest amount of text that the submission may print."""

    @property
    def honest_mb(self) -> int:
        """Return the megabytes that every machine that grades must be able to give a submission."""
        return self.memory_mb if self.needed_mb is None else min(self.needed_mb, self.memory_mb)
