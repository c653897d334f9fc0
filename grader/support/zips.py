"""Makes zip files that are the same, byte for byte, if their contents are."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping

DATE = (1980, 1, 1, 0, 0, 0)  # of every file


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return a compressed zip file with these files, {path: content}, in their order."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, DATE), content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
