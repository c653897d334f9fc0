"""Reads the zip file of an exercise into memory, within limits; it follows no links and keeps no paths that lead out of it."""

from __future__ import annotations

import io
import os
import zipfile
from pathlib import PurePosixPath

from ..batch import decoding
from ..submission import files
from ..support.i18n import _
from ..support.text import clean
from .errors import TooLarge, Unreadable

ASSIGNMENT = "assignment.yaml"
MOST_BYTES = 60 << 20  # after unpacking
MOST_FILES = 2000
MOST_DIRECTORY = 4 << 20  # bytes of the list of files at the end; the whole list is read before the first file
LONGEST_NAME = 255  # bytes, of a file or folder
DEEPEST = 20  # folders


def files_of(content: bytes) -> dict[str, bytes]:
    """Return {path in the folder of the exercise: content}. Raises Unreadable or TooLarge, with what to do.

    The folder is the one that contains the assignment.yaml: the top of the archive, or a folder in it.
    """
    if _directory_size(content) > MOST_DIRECTORY:
        raise _too_large()
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            contents = _read(archive)
    except files.DAMAGED as error:
        raise Unreadable(
            _("The file is not a zip file, or it is damaged or encrypted: pack the folder again.")
        ) from error
    except (OSError, ValueError) as error:
        raise Unreadable(_("The zip file cannot be read: pack the folder again.")) from error
    return _of_folder(contents)


def _read(archive: zipfile.ZipFile) -> dict[str, bytes]:
    contents: dict[str, bytes] = {}
    total = 0
    infos = archive.infolist()
    names = [decoding.name_in_zip(info) for info in infos]
    readable_names, _encoding = decoding.readable(names)
    for info, name in zip(infos, map(readable_names.__getitem__, names), strict=True):
        if info.is_dir() or files.is_skipped(name):
            continue
        parts = PurePosixPath(name).parts
        if _is_link(info) or not _is_inside(name, parts):
            sentence = _(
                "The zip file contains '{name}', a link or a path that leads out of it: pack the folder itself."
            )
            raise Unreadable(sentence.format(name=clean(name, 80)))
        if len(parts) > DEEPEST or any(len(os.fsencode(part)) > LONGEST_NAME for part in parts):
            sentence = _("The zip file contains '{name}', a path that is too long: give it a shorter one.")
            raise Unreadable(sentence.format(name=clean(name, 80)))
        with archive.open(info) as file:
            data = file.read(MOST_BYTES - total + 1)  # the size that the archive declares may be wrong
        total += len(data)
        if total > MOST_BYTES or len(contents) >= MOST_FILES:
            raise _too_large()
        contents["/".join(parts)] = data
    return contents


def _of_folder(contents: dict[str, bytes]) -> dict[str, bytes]:
    """Return the files of the folder with the assignment.yaml that is nearest to the top, relative to it."""
    folders = sorted(
        {name.rpartition("/")[0] for name in contents if name.rpartition("/")[2] == ASSIGNMENT},
        key=lambda name: (_depth(name), name),
    )
    if not folders:
        raise Unreadable(_("The zip file contains no assignment.yaml: pack the folder of the exercise."))
    if len(folders) > 1 and _depth(folders[0]) == _depth(folders[1]):
        sentence = _("The zip file contains several exercises ({first}, {second}): pack one folder.")
        raise Unreadable(sentence.format(first=clean(folders[0], 80), second=clean(folders[1], 80)))
    prefix = f"{folders[0]}/" if folders[0] else ""
    chosen = {name.removeprefix(prefix): data for name, data in contents.items() if name.startswith(prefix)}
    used_as_folders = {"/".join(name.split("/")[:depth]) for name in chosen for depth in range(1, name.count("/") + 1)}
    twice = sorted(used_as_folders & chosen.keys())
    if twice:
        sentence = _("The zip file contains '{name}' both as a file and as a folder: pack the folder again.")
        raise Unreadable(sentence.format(name=clean(twice[0], 80)))
    return chosen


def _depth(folder: str) -> int:
    return len(PurePosixPath(folder).parts)


def _is_link(info: zipfile.ZipInfo) -> bool:
    return (info.external_attr >> 16) & 0o170000 == 0o120000


def _is_inside(name: str, parts: tuple[str, ...]) -> bool:
    return bool(parts) and parts[0] != "/" and ".." not in parts and ":" not in parts[0] and name.isprintable()


def _too_large() -> TooLarge:
    sentence = _("The exercise is too large (limits: {size} MB and {files} files): keep datasets out of the folder.")
    return TooLarge(sentence.format(size=MOST_BYTES >> 20, files=MOST_FILES))


def _directory_size(content: bytes) -> int:
    """Return the size of the list of files that a zip file declares at its end, or 0."""
    end = content.rfind(b"PK\x05\x06")
    return int.from_bytes(content[end + 12 : end + 16], "little") if end >= 0 else 0
