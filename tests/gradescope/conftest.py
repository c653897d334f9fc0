"""A folder with the layout of ``/autograder`` in Gradescope's container."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest


class Autograder:
    """An upload, unpacked as Gradescope does, in ``base``."""

    def __init__(self, base: Path, upload: Path) -> None:
        self.base, self.source = base, base / "source"
        for folder in ("source", "submission", "results"):
            (base / folder).mkdir(parents=True)
        with zipfile.ZipFile(upload) as archive:
            for member in archive.infolist():
                path = Path(archive.extract(member, self.source))
                path.chmod(member.external_attr >> 16)
        (base / "run_autograder").write_bytes((self.source / "run_autograder").read_bytes())
        (base / "run_autograder").chmod(0o755)
        (base / "submission_metadata.json").write_text('{"id": 1, "users": [{"name": "anna"}]}')

    def install(self) -> None:
        """Do the work of setup.sh, but with the packages of the tests."""
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", self.source / "venv"], check=True)
        python = self.source / "venv" / "bin" / "python"
        question = "import sysconfig; print(sysconfig.get_path('purelib'))"
        packages = subprocess.run([python, "-c", question], check=True, capture_output=True, text=True).stdout.strip()
        (wheel,) = self.source.glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            archive.extractall(packages)
        Path(packages, "tests.pth").write_text(sysconfig.get_path("purelib"))

    def submit(self, **files: str) -> None:
        """Replace the submission; ``__`` in a name means a dot."""
        for path in (self.base / "submission").iterdir():
            path.unlink()
        for name, content in files.items():
            (self.base / "submission" / name.replace("__", ".")).write_text(content)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run run_autograder as Gradescope does, from a separate folder and in its own environment."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "GRADER"))}
        command = [self.base / "run_autograder", *arguments]
        return subprocess.run(
            command, cwd="/", env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    def results(self) -> dict:
        """Return the results that Gradescope reads."""
        return json.loads((self.base / "results" / "results.json").read_text())


@pytest.fixture(scope="session")
def make(tmp_path_factory):
    """Make the upload of an assignment by the command line, and unpack it."""

    def run(assignment, *options):
        folder = tmp_path_factory.mktemp("gradescope")
        command = [sys.executable, "-m", "grader", "gradescope", str(assignment), "--out", "up.zip", *options]
        subprocess.run(command, cwd=folder, check=True)
        return Autograder(folder / "autograder", folder / "up.zip")

    return run
