"""Measure the steps of action.yml with an empty and a full cache: ``python benchmarks/action.py [ASSIGNMENT FILE]``.

The steps are read from action.yml and run here in their order, in a folder that is empty at first. pip downloads everything
and keeps nothing. The cache is an archive, packed with zstd like that of actions/cache. The steps of GitHub itself are missing:
finding a runner, checking out the repository, setting up Python, and moving the archive over the network.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.ci.runner import Runner, plain_environment  # noqa: E402


class TimedRunner(Runner):
    """A runner that packs its cache and measures the time of each step."""

    def __init__(self, folder: Path, environment: dict[str, str], archives: Path) -> None:
        super().__init__(folder, ROOT, {"actions/setup-python@v6": _python}, environment, {})
        self._archives = archives
        self.seconds: dict[str, float] = {}

    def _shell(self, step: dict[str, Any], *arguments: Any) -> tuple[bool, dict[str, str]]:
        return self._timed(step["name"], super()._shell, step, *arguments)

    def _cached(self, name: str, path: Path, key: str) -> tuple[bool, dict[str, str]]:
        return self._timed(name.split("@")[0], self._archived, name, path, key)

    def _timed(self, name: str, act: Any, *arguments: Any) -> Any:
        began = time.monotonic()
        result = act(*arguments)
        self.seconds[name] = self.seconds.get(name, 0) + time.monotonic() - began
        return result

    def _archived(self, name: str, path: Path, key: str) -> tuple[bool, dict[str, str]]:
        archive = self._archives / f"{key}.tzst"
        if "/save@" in name:
            command = ["tar", "--use-compress-program", "zstd -T0", "-cf", archive, "-C", path.parent, path.name]
            subprocess.run(command, check=True)
            print(f"  {key.split('-')[1]}: {archive.stat().st_size / 1e6:.0f} MB in the cache")
            return True, {}
        if not archive.exists():
            return True, {"cache-hit": "false"}
        subprocess.run(["tar", "--use-compress-program", "zstd -d", "-xf", archive, "-C", path.parent], check=True)
        return True, {"cache-hit": "true"}


def _python(job: Runner, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
    return True, {"python-version": sys.version.split()[0]}


def main(assignment: str = "numpy-mnist", file: str = "examples/numpy-mnist/correct.ipynb") -> None:
    """Measure a job with an empty cache, and another with the cache of the first."""
    configuration = f"assignment: {assignment}\nsubmission: {Path(file).name}\n"
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        (folder / "bin").mkdir()
        (folder / "bin" / "python").symlink_to(sys.base_prefix + "/bin/python3")
        environment = plain_environment()
        environment |= {"PATH": f"{folder / 'bin'}:{environment['PATH']}", "PIP_NO_CACHE_DIR": "1"}
        environment |= {"XDG_CACHE_HOME": str(folder / "cache")}
        for name in ("empty", "full"):
            shutil.rmtree(folder / "job", ignore_errors=True)  # the same path in both, as on GitHub
            shutil.rmtree(folder / "cache", ignore_errors=True)
            job = TimedRunner(folder / "job", environment, folder)
            shutil.copy(ROOT / file, job.workspace)
            done, _ = job.composite({"configuration": configuration})
            print(f"{assignment}, {name} cache: {sum(job.seconds.values()):.1f} s{'' if done else ' (FAILED)'}")
            for step, seconds in job.seconds.items():
                print(f"  {seconds:6.1f} s  {step}")
            if not done:
                print(job.log)


if __name__ == "__main__":
    main(*sys.argv[1:])
