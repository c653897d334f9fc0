"""What a worker may see of this machine, as paths; everything else does not exist for it."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from .. import distribution
from ..assignment import ASSIGNMENTS, BUNDLED, PACKAGE, REFERENCE
from ..worker.confine import FIRST_SPARE_UID, SPARE_UIDS

WORKER = PACKAGE / "worker"
SYSTEM = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr/local/nvidia"),
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime"),
)
# Of a folder such as /usr, /usr/local or an environment of Conda; whatever else lies there may be data.
OF_PREFIX = (
    *("bin", "sbin", "lib", "lib32", "lib64", "libx32", "libexec", "include", "etc", "ssl", "fonts", "targets"),
    "pyvenv.cfg",
)
_SHARE = """
    X11 ca-certificates file fontconfig fonts gcc gdal git-core glib-2.0 graphviz i18n icu jupyter locale
    matplotlib mime misc perl perl5 proj python3 tcltk terminfo xml zoneinfo
"""
OF_SHARE = tuple(_SHARE.split())


@dataclass(frozen=True)
class Equipment:
    """What a worker gets besides the submission: data sets ({name: .npz}), files of the course ({relative name: file}),
    names that the assignment has values for, the seed of its global random numbers, a GPU or none; folders that it
    must not see; how many threads TensorFlow may have, by default as many as it likes. ``show`` are folders that it sees
    where they lie, for code of an assignment's author.
    """

    data: Mapping[str, Path] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    globals: Sequence[str] = ()
    seed: int = 0
    gpu: bool = False
    hide: Sequence[Path] = ()
    threads: int | None = None
    show: Sequence[Path] = ()


@cache
def readable() -> list[tuple[str, str]]:
    """What Python and the libraries need, as pairs of a path and the real path behind it."""
    prefixes = dict.fromkeys(("/usr", "/usr/local", sys.prefix, sys.base_prefix))
    wanted = [*SYSTEM, *(path for prefix in prefixes for path in _of_prefix(prefix)), *python_path()]
    if os.path.realpath(sys.base_prefix).startswith("/nix/store/"):
        wanted.append("/nix/store")
    kept: list[tuple[str, str]] = []
    for path in sorted({os.path.abspath(path) for path in wanted if os.path.exists(path)}, key=len):
        real = os.path.realpath(path)
        if not any(real == shown + path[len(prefix) :] for prefix, shown in kept if path.startswith(prefix + "/")):
            kept.append((path, real))
    return kept


def _of_prefix(prefix: str) -> list[str]:
    """What is shown of a folder in which programs are installed."""
    found = [os.path.join(prefix, name) for name in (*OF_PREFIX, *(f"share/{name}" for name in OF_SHARE))]
    # Conda's compilers; CUDA.
    return [*found, *(str(path) for pattern in ("*-linux-gnu", "cuda*") for path in Path(prefix).glob(pattern))]


def python_path() -> list[str]:
    """Folders of installed packages that an isolated interpreter does not look at by itself."""
    packages = ("site-packages", "dist-packages")
    prefixes = (sys.prefix, sys.base_prefix, "/usr")
    return [
        path
        for path in sys.path
        if os.path.basename(path) in packages and not path.startswith(tuple(prefix + "/" for prefix in prefixes))
    ]


def hidden(also: Sequence[Path]) -> list[str]:
    """The grader's own files, wherever they are installed, and those in ``also``.

    Other installations may lie among what a worker sees, also older ones, which had solutions; and so may the checkout, whose
    examples and tests are solutions as well.
    """
    own = [PACKAGE, ASSIGNMENTS, REFERENCE, *_copies(), *_checkouts(), *_not_needed()]
    return [str(path) for path in dict.fromkeys([*own, *(path.resolve() for path in also)])]


@cache
def _copies() -> list[Path]:
    prefixes = {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}
    others = [str(path) for prefix in prefixes for path in Path(prefix).glob("lib/python3*/*-packages")]
    packages = [Path(folder).resolve() for folder in (*sys.path, *others) if os.path.isdir(folder)]
    copies = [folder / name for folder in packages for name in ("grader", "assignments", "reference")]
    # Of a package that happens to have such a name, only what looks like the grader's is hidden.
    return [
        copy for copy in copies if any((copy / part).exists() for part in ("bundled", "numpy-mnist", "numpy_mnist.py"))
    ]


@cache
def _checkouts() -> list[Path]:
    """What lies in the checkout that runs, or that this grader was installed from, but for Python itself."""
    shown = {Path(real) for _, real in readable()}
    needed = {folder for path in shown for folder in (path, *path.parents)}
    checkouts = [BUNDLED] if PACKAGE.parent == BUNDLED and ASSIGNMENTS.is_dir() else []
    if (origin := distribution.checkout()) is not None:
        checkouts.append(origin.resolve())
    among = [checkout for checkout in dict.fromkeys(checkouts) if shown & {checkout, *checkout.parents}]
    return [entry for checkout in among for entry in checkout.iterdir() if entry not in needed]


@cache
def _not_needed() -> list[Path]:
    """Large folders that no submission needs, which would have to be searched for data; among them the packages of the
    Python that a virtual environment was made from, which are not imported in it."""
    found = [Path("/usr/lib", name) for name in ("debug", "google-cloud-sdk", "jvm", "node_modules")]
    found += [Path(os.path.realpath(folder), "tensorflow", "include") for folder in sys.path]
    if sys.prefix != sys.base_prefix and sys.base_prefix not in ("/usr", "/usr/local"):
        imported = {os.path.realpath(folder) for folder in sys.path}
        others = Path(os.path.realpath(sys.base_prefix)).glob("lib*/python3*/site-packages")
        found += [folder for folder in others if os.path.realpath(folder) not in imported]
    return [folder for folder in found if folder.is_dir()]


@cache
def data_files() -> list[str]:
    """Files of whole data sets in what is shown, to be hidden as well."""
    from . import data_files as search

    leave_out = tuple(sorted(hidden([])))
    return search.find(tuple(sorted({real for _, real in readable()})), leave_out)


def can_change_uid() -> bool:
    """Whether this is root with other user ids to change to; a rootless container may have none."""
    try:
        maps = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        maps = ["0 0 4294967295"]
    ranges = [(int(first), int(count)) for first, _, count in (line.split() for line in maps)]
    wanted = (FIRST_SPARE_UID, FIRST_SPARE_UID + SPARE_UIDS - 1)
    return os.geteuid() == 0 and all(any(a <= uid < a + n for a, n in ranges) for uid in wanted)


def readable_for_others(*files: Path) -> bool:
    """Whether a uid that owns nothing can run this Python where it lies, e.g. not below /root, and read ``files``."""
    wanted = [Path(sys.prefix), Path(sys.base_prefix), *(file.resolve().parent for file in files)]
    folders = [folder for path in wanted for folder in (path, *path.parents)]
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders)


def gpu_devices() -> list[str]:
    """The device files of NVIDIA's driver."""
    found = [path for path in Path("/dev").glob("nvidia*") if stat.S_ISCHR(path.stat().st_mode)]
    return sorted(map(str, found))
