"""The outputs of an executed notebook for the report: printed text, errors and PNG images, but nothing that a browser runs."""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from ..support.text import block

MOST_CELLS = 200
MOST_OUTPUTS = 20  # per cell
LONGEST_TEXT = 5_000  # characters
MOST_TEXT = 1 << 20  # characters of all cells together: a browser cannot print a page with twenty times as many
LARGEST_PICTURE = 1 << 20  # bytes
MOST_PICTURES = 4 << 20  # bytes of all images together
MOST_PIXELS = 1 << 24  # a browser needs four bytes for each pixel, however small the file is
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class CellOutput:
    """An output of a cell: text, an error, or a PNG image in base64."""

    kind: Literal["text", "error", "image"]
    content: str


def outputs(notebook: Mapping[str, Any]) -> list[list[CellOutput]]:
    """Return the outputs of each code cell of an nbformat dict, cut to the limits above.

    Student code wrote the dict, so it may contain anything.
    """
    outputs_of_cells = []
    remaining_pictures, remaining_text = MOST_PICTURES, MOST_TEXT
    for cell in _code_cells(notebook)[:MOST_CELLS]:
        own_outputs = []
        for output in _outputs(_listed(cell.get("outputs"))[:MOST_OUTPUTS]):
            if output.kind == "image":
                remaining_pictures -= len(output.content)
            else:
                remaining_text -= len(output.content)
            if (remaining_pictures if output.kind == "image" else remaining_text) >= 0:
                own_outputs.append(output)
        outputs_of_cells.append(own_outputs)
    return outputs_of_cells


def _code_cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    cells = _listed(notebook.get("cells"))
    return [cell for cell in cells if isinstance(cell, Mapping) and cell.get("cell_type") == "code"]


def _outputs(outputs: list[Any]) -> Iterator[CellOutput]:
    for output in outputs:
        if not isinstance(output, Mapping):
            continue
        data = output.get("data")
        data = data if isinstance(data, Mapping) else {}
        if output.get("output_type") == "stream":
            yield CellOutput("text", block(joined(output.get("text")), LONGEST_TEXT))
        elif output.get("output_type") == "error":
            trace = "\n".join(map(str, _listed(output.get("traceback"))[:100]))
            trace = trace or f"{output.get('ename')}: {output.get('evalue')}"
            yield CellOutput("error", block(trace, LONGEST_TEXT))
        elif (image := _png(joined(data.get("image/png")))) is not None:
            yield CellOutput("image", image)
        elif "text/plain" in data:
            yield CellOutput("text", block(joined(data["text/plain"]), LONGEST_TEXT))


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def joined(value: Any) -> str:
    """Return a string that nbformat stores whole or as a list of lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _png(text: str) -> str | None:
    """Return a PNG file in base64, encoded again; None if it is not a PNG file or too large."""
    if not text or len(text) > 2 * LARGEST_PICTURE:
        return None
    try:
        content = base64.b64decode(text)
    except (binascii.Error, ValueError):
        return None
    if not content.startswith(PNG) or not len(PNG) + 16 <= len(content) <= LARGEST_PICTURE:
        return None
    width, height = struct.unpack_from(">II", content, len(PNG) + 8)  # after the length and the name of the first chunk
    return base64.b64encode(content).decode() if width * height <= MOST_PIXELS else None
