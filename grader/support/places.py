"""The folders of the grader: its package, and the bundled assignments and references. Imports nothing of the grader."""

from __future__ import annotations

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
# In an installation the two folders are inside the package, in a checkout next to it.
BUNDLED = PACKAGE / "bundled" if (PACKAGE / "bundled").is_dir() else PACKAGE.parent
ASSIGNMENTS = BUNDLED / "assignments"
REFERENCE = BUNDLED / "reference"
DIGESTS = (
    REFERENCE / "digests.json"
)  # {module: SHA-256}; an installation has only the digests of the bundled references, not the files
