"""The paths of this machine that a worker can see; all other paths do not exist for it."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from ..machine import distribution
from ..support.places import ASSIGNMENTS, BUNDLED, PACKAGE, REFERENCE
from ..worker.confine import FIRST_SPARE_UID, SPARE_UIDS

WORKER = PACKAGE / "worker"
SYSTEM = (
    *("/bin", "/sbin", "/lib", "/lib32", "/lib64", "/usr/local/nvidia"),
    *("/etc/alternatives", "/etc/fonts", "/etc/ld.so.cache", "/etc/localtime"),
)
# Entries of a prefix such as /usr, /usr/local or a Conda environment; other entries there may be data.
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
class WorkerSetup:
    """Everything that a worker gets in addition to the submission.

    ``data`` are datasets ({name: .npz file}), ``files`` are files of the course ({relative name: file}), ``globals`` are
    the names that the assignment has values for, ``seed`` is for the global random numbers. ``gpu`` gives access to the
    GPU. The folders in ``hide`` are not visible. ``threads`` limits the threads of TensorFlow (default: one per
    processor). The folders in ``show`` are visible at their own paths, for code of an assignment's author.
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
    """Return the paths that Python and the libraries need, as pairs (path, real path)."""
    prefixes = dict.fromkeys(("/usr", "/usr/local", sys.prefix, sys.base_prefix))
    paths = [*SYSTEM, *(path for prefix in prefixes for path in _of_prefix(prefix)), *python_path()]
    if os.path.realpath(sys.base_prefix).startswith("/nix/store/"):
        paths.append("/nix/store")
    pairs: list[tuple[str, str]] = []
    for path in sorted({os.path.abspath(path) for path in paths if os.path.exists(path)}, key=len):
        real = os.path.realpath(path)
        if not any(real == target + path[len(prefix) :] for prefix, target in pairs if path.startswith(prefix + "/")):
            pairs.append((path, real))
    return pairs


def _of_prefix(prefix: str) -> list[str]:
    """Return the visible paths of a folder in which programs are installed."""
    entries = [os.path.join(prefix, name) for name in (*OF_PREFIX, *(f"share/{name}" for name in OF_SHARE))]
    # Conda's compilers; CUDA.
    return [*entries, *(str(path) for pattern in ("*-linux-gnu", "cuda*") for path in Path(prefix).glob(pattern))]


def python_path() -> list[str]:
    """Return the folders of installed packages that an isolated interpreter does not search by itself."""
    packages = ("site-packages", "dist-packages")
    prefixes = tuple(f"{prefix}/" for prefix in (sys.prefix, sys.base_prefix, "/usr"))
    others = [path for path in sys.path if not path.startswith(prefixes)]
    return [path for path in others if os.path.basename(path) in packages or _has_packages(path)]


def _has_packages(folder: str) -> bool:
    """True if pip has installed packages into a folder, such as one of PYTHONPATH."""
    return next(Path(folder).glob("*.dist-info"), None) is not None if os.path.isabs(folder) else False


def hidden(also: Sequence[Path]) -> list[str]:
    """Return the paths of the grader's own files, wherever they are installed, and the paths in ``also``.

    Other installations may be visible to a worker, including older ones that contained solutions. The same is true of the
    checkout, whose examples and tests are solutions too.
    """
    own = [PACKAGE, ASSIGNMENTS, REFERENCE, *_copies(), *_checkouts(), *_not_needed()]
    return [str(path) for path in dict.fromkeys([*own, *(path.resolve() for path in also)])]


@cache
def _copies() -> list[Path]:
    prefixes = {sys.prefix, sys.base_prefix, "/usr", "/usr/local"}
    others = [str(path) for prefix in prefixes for path in Path(prefix).glob("lib/python3*/*-packages")]
    packages = [Path(folder).resolve() for folder in (*sys.path, *others) if os.path.isdir(folder)]
    copies = [folder / name for folder in packages for name in ("grader", "assignments", "reference")]
    # Other packages may have these names: only a folder that looks like the grader's is hidden.
    return [
        copy for copy in copies if any((copy / part).exists() for part in ("bundled", "numpy-mnist", "numpy_mnist.py"))
    ]


@cache
def _checkouts() -> list[Path]:
    """Return the entries of the checkout that runs or that this grader was installed from, except Python itself."""
    visible_paths = {Path(real) for _, real in readable()}
    needed = {folder for path in visible_paths for folder in (path, *path.parents)}
    checkouts = [BUNDLED] if PACKAGE.parent == BUNDLED and ASSIGNMENTS.is_dir() else []
    if (origin := distribution.checkout()) is not None:
        checkouts.append(origin.resolve())
    among = [checkout for checkout in dict.fromkeys(checkouts) if visible_paths & {checkout, *checkout.parents}]
    return [entry for checkout in among for entry in checkout.iterdir() if entry not in needed]


@cache
def _not_needed() -> list[Path]:
    """Return large folders that no submission needs, so that they need not be searched for data.

    Among them are the packages of the base Python of a virtual environment, which cannot be imported in it.
    """
    candidates = [Path("/usr/lib", name) for name in ("debug", "google-cloud-sdk", "jvm", "node_modules")]
    candidates += [Path(os.path.realpath(folder), "tensorflow", "include") for folder in sys.path]
    if sys.prefix != sys.base_prefix and sys.base_prefix not in ("/usr", "/usr/local"):
        imported = {os.path.realpath(folder) for folder in sys.path}
        others = Path(os.path.realpath(sys.base_prefix)).glob("lib*/python3*/site-packages")
        candidates += [folder for folder in others if os.path.realpath(folder) not in imported]
    return [folder for folder in candidates if folder.is_dir()]


@cache
def data_files() -> list[str]:
    """Return the files of whole datasets among the visible files; they are hidden too."""
    from . import data_files as search

    leave_out = tuple(sorted(hidden([])))
    return search.find(tuple(sorted({real for _, real in readable()})), leave_out)


def can_change_uid() -> bool:
    """True if this process is root and can change to the spare user ids; a rootless container may not have them."""
    try:
        maps = Path("/proc/self/uid_map").read_text().splitlines()
    except OSError:
        maps = ["0 0 4294967295"]
    ranges = [(int(first), int(count)) for first, _, count in (line.split() for line in maps)]
    uids = (FIRST_SPARE_UID, FIRST_SPARE_UID + SPARE_UIDS - 1)
    return os.geteuid() == 0 and all(any(a <= uid < a + n for a, n in ranges) for uid in uids)


def readable_for_others(*files: Path) -> bool:
    """True if a user id that owns nothing can run this Python (which may be below /root) and read ``files``."""
    paths = [Path(sys.prefix), Path(sys.base_prefix), *(file.resolve().parent for file in files)]
    folders = [folder for path in paths for folder in (path, *path.parents)]
    return all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders)


def gpu_libraries() -> list[tuple[str, str]]:
    """Return the folders of LD_LIBRARY_PATH as pairs (path, real path): the libraries of CUDA may be anywhere."""
    visible_paths = tuple(f"{path}/" for path, _real in readable())
    folders = [folder for folder in os.environ.get("LD_LIBRARY_PATH", "").split(":") if os.path.isabs(folder)]
    return [
        (os.path.abspath(folder), os.path.realpath(folder))
        for folder in folders
        if os.path.isdir(folder) and not f"{os.path.abspath(folder)}/".startswith(visible_paths)
    ]
