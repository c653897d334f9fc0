"""Keeps for a day that the intruder reached nothing on this machine, so that not every class waits for the same trial.

A kept result replaces only the trial: every worker is still confined step by step, and a step that fails ends it. The file
is in the user's cache, which no worker at *strong* or *medium* can see. Code at *none* could write it, but such code has all
permissions of the user and could as well change the grader. Results at *none* are not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from ..grading.rules import code_digest
from ..sandbox import filesystem
from ..support import user_cache
from ..support.atomic_files import write_whole
from ..support.errors import UsageError

SECONDS = 24 * 3600
# The permissions that the kernel gives, and the part of the machine that this process sees. Namespaces differ between containers.
FACTS = (
    "/proc/sys/kernel/random/boot_id",
    "/proc/sys/kernel/osrelease",
    "/proc/sys/kernel/version",
    "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    "/proc/sys/kernel/unprivileged_userns_clone",
    "/proc/sys/user/max_user_namespaces",
    "/proc/sys/kernel/yama/ptrace_scope",
    "/sys/kernel/security/lsm",
    "/proc/self/attr/current",
    "/proc/self/uid_map",
)
OF_STATUS = ("Uid:", "Gid:", "Groups:", "CapEff:", "CapBnd:", "NoNewPrivs:", "Seccomp:", "Seccomp_filters:")


def key_of(*settings: object, hide: Sequence[Path]) -> str | None:
    """Return a digest of all that decides the result of a trial; None on a machine that does not say when it was started.

    Of the paths in ``hide`` only those inside or around a visible folder count: no worker can see any other path.
    """
    if _text(FACTS[0]) == "":
        return None
    visible = sorted(filesystem.readable())
    folders = {Path(real) for _, real in visible}
    around = {parent for folder in folders for parent in folder.parents}
    hidden = map(Path, filesystem.hidden(hide))
    covered = sorted(str(path) for path in hidden if path in around or folders & {path, *path.parents})
    namespaces = sorted(_link(path) for path in Path("/proc/self/ns").glob("*"))
    status = [line for line in _text("/proc/self/status").splitlines() if line.startswith(OF_STATUS)]
    facts = [[_text(path) for path in FACTS], namespaces, status, sys.version, sys.prefix, code_digest()]
    values = [facts, visible, covered, [*map(repr, settings)]]
    return hashlib.sha256(json.dumps(values).encode(errors="surrogateescape")).hexdigest()


def is_kept(key: str) -> bool:
    """True if a trial with this key succeeded at most a day ago. A file that somebody else may have written does not count."""
    with contextlib.suppress(OSError, ValueError, TypeError, KeyError), user_cache.opened(_file(key)) as descriptor:
        content = json.loads(os.read(descriptor, 1000))
        return bool(content["key"] == key and 0 <= _now() - content["seconds"] <= SECONDS)
    return False


def keep(key: str) -> None:
    """Note that a trial with this key succeeded now; without a cache nothing is kept."""
    file = _file(key)
    if file is None:
        return
    with contextlib.suppress(OSError, UsageError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        for old in file.parent.glob("*.json"):
            if time.time() - old.stat().st_mtime > SECONDS:
                old.unlink()
        write_whole(file, json.dumps({"key": key, "seconds": _now()}).encode(), forced=False)


def forget() -> None:
    """Forget all results, after the doctor has found a hole."""
    folder = user_cache.folder("isolation")
    for file in [] if folder is None else [*folder.glob("*.json")]:
        file.unlink(missing_ok=True)


def _now() -> float:
    """Return the seconds since the machine was started; nobody can set this clock back."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


def _file(key: str) -> Path | None:
    folder = user_cache.folder("isolation")
    return None if folder is None else folder / f"{key}.json"


def _text(path: str) -> str:
    try:
        return Path(path).read_text(errors="replace")
    except OSError:  # this kernel does not have it
        return ""


def _link(path: Path) -> str:
    try:
        return f"{path.name} {os.readlink(path)}"
    except OSError:
        return path.name
