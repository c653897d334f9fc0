"""Carries out the steps of a workflow or a composite action in order, as a runner does, but for what it downloads.

``uses:`` of an action that is not in this repository is replaced by a function of the test.
"""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import yaml

SHELL = ("bash", "--noprofile", "--norc", "-e", "-o", "pipefail")


class Runner:
    """One job in a clean folder, with the variables that a runner sets.

    What an earlier job has installed by a step is taken over from ``installed``, {name of the step: temporary folder of that job}.
    """

    def __init__(
        self,
        folder: Path,
        action: Path,
        uses: dict[str, Any],
        environment: dict[str, str],
        installed: dict[str, Path],
    ) -> None:
        self._installed = installed
        self.workspace, self.temp, self._action = folder / "workspace", folder / "temp", action
        for made in (self.workspace, self.temp):
            made.mkdir(parents=True)
        self._uses, self._files = uses, 0
        self.environment = environment | {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_WORKSPACE": str(self.workspace),
            "GITHUB_REPOSITORY": "school/work-of-anna",
            "GITHUB_SHA": "0" * 40,
            "RUNNER_TEMP": str(self.temp),
            "RUNNER_OS": "Linux",
        }
        self.log, self.summary = "", ""

    def run(self, steps: list[dict[str, Any]], inputs: dict[str, str]) -> tuple[bool, dict[str, dict[str, str]]]:
        """Returns (whether all steps succeeded, the outputs of each step that has an id)."""
        known: dict[str, dict[str, str]] = {}
        succeeded = True

        def filled(text: Any) -> str:
            return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._value(match[1], inputs, known), str(text))

        for step in steps:
            if not succeeded and "cancelled()" not in str(step.get("if", "")):
                continue
            if "run" in step:
                done, outputs = self._shell(
                    step, {key: filled(value) for key, value in step.get("env", {}).items()}, filled
                )
            else:
                given = {key: filled(value) for key, value in step.get("with", {}).items()}
                given |= {f"env.{key}": filled(value) for key, value in step.get("env", {}).items()}
                done, outputs = self._used(step["uses"], given)
            succeeded = succeeded and done
            if "id" in step:
                known[step["id"]] = outputs
        return succeeded, known

    def _value(self, expression: str, inputs: dict[str, str], known: dict[str, dict[str, str]]) -> str:
        parts = expression.split(".")
        if parts[0] == "inputs":
            return inputs[parts[1]]
        if parts[0] == "steps":
            return known.get(parts[1], {}).get(parts[3], "")
        return {"github.action_path": str(self._action), "runner.temp": str(self.temp)}.get(expression, "")

    def _shell(self, step: dict[str, Any], variables: dict[str, str], filled: Any) -> tuple[bool, dict[str, str]]:
        assert "${{" not in step["run"], "an input in a script is code: hand it over in env"
        name = step.get("name", "")
        if name in self._installed:
            for made in filter(Path.is_dir, self._installed[name].iterdir()):
                (self.temp / made.name).symlink_to(made)
            return True, {}
        if name.startswith("Install"):
            self._installed[name] = self.temp
        self._files += 1
        script, output, summary = (self.temp / f"{self._files}{end}" for end in (".sh", ".output", ".summary"))
        script.write_text(step["run"])
        output.touch()
        summary.touch()
        told = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        folder = self.workspace / filled(step.get("working-directory", "."))
        done = subprocess.run(
            [*SHELL, script],
            cwd=folder,
            env=self.environment | told | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        self.log += done.stdout
        self.summary += summary.read_text()
        return done.returncode == 0, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _used(self, name: str, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
        if name not in self._uses:
            raise KeyError(f"{name} has nothing in its place in this test")
        done = self._uses[name](self, given)
        return done if isinstance(done, tuple) else (True, {})

    def composite(self, given: dict[str, str]) -> tuple[bool, dict[str, str]]:
        """Carry out the action of this repository."""
        action = yaml.safe_load((self._action / "action.yml").read_text())
        unknown = [key for key in given if key not in action["inputs"] and not key.startswith("env.")]
        assert not unknown, f"the action has no input {unknown}"
        inputs = {name: given.get(name, item["default"]) for name, item in action["inputs"].items()}
        done, known = self.run(action["runs"]["steps"], inputs)
        outputs = {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._value(match[1], inputs, known), item["value"])
            for name, item in action["outputs"].items()
        }
        return done, outputs


def plain_environment() -> dict[str, str]:
    """This process's variables without those of a CI system."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "GITLAB_", "RUNNER_", "CI"))
    }
