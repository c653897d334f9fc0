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

    ``cache`` is the repository's, {key: folder}; it outlives the job.
    """

    def __init__(
        self,
        folder: Path,
        action: Path,
        uses: dict[str, Any],
        environment: dict[str, str],
        cache: dict[str, Path],
    ) -> None:
        self._cache = cache
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
        self.steps: list[str] = []  # the names of those that were carried out
        self.log, self.summary = "", ""

    def run(self, steps: list[dict[str, Any]], inputs: dict[str, str]) -> tuple[bool, dict[str, dict[str, str]]]:
        """Returns (whether all steps succeeded, the outputs of each step that has an id)."""
        known: dict[str, dict[str, str]] = {}
        succeeded = True

        def filled(text: Any) -> str:
            return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._value(match[1], inputs, known), str(text))

        for step in steps:
            condition = str(step.get("if", "true")).removeprefix("${{").removesuffix("}}").strip()
            if not succeeded and "cancelled()" not in condition:
                continue
            if not self._holds(condition, inputs, known):
                continue
            self.steps.append(step.get("name", step.get("uses", "")))
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

    def _holds(self, condition: str, inputs: dict[str, str], known: dict[str, dict[str, str]]) -> bool:
        """The value of the conditions that are used here: terms with && between."""
        for term in condition.split(" && "):
            left, operator, right = term.partition(" == ") if " == " in term else term.partition(" != ")
            if operator:
                value = self._value(left, inputs, known)
                if (value == right.strip("'")) != (operator == " == "):
                    return False
            elif term not in ("true", "!cancelled()") and not self._value(term, inputs, known):
                return False
        return True

    def _value(self, expression: str, inputs: dict[str, str], known: dict[str, dict[str, str]]) -> str:
        parts = expression.split(".")
        if parts[0] == "inputs":
            return inputs[parts[1]]
        if parts[0] == "steps":
            if parts[2] == "outcome":
                return "success" if parts[1] in known else "failure"
            return known.get(parts[1], {}).get(parts[3], "")
        values = {"github.action_path": str(self._action), "runner.temp": str(self.temp)}
        return (values | {"runner.os": "Linux", "runner.arch": "X64"}).get(expression, "")

    def _shell(self, step: dict[str, Any], variables: dict[str, str], filled: Any) -> tuple[bool, dict[str, str]]:
        assert "${{" not in step["run"], "an input in a script is code: hand it over in env"
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
        if name.startswith("actions/cache/"):
            return self._cached(name, Path(given["path"]), given["key"])
        if name not in self._uses:
            raise KeyError(f"{name} has nothing in its place in this test")
        done = self._uses[name](self, given)
        return done if isinstance(done, tuple) else (True, {})

    def _cached(self, name: str, path: Path, key: str) -> tuple[bool, dict[str, str]]:
        """Restores a folder that was saved under the key, or saves it; a link serves as well as a copy."""
        if name.startswith("actions/cache/save"):
            path.rename(self._cache.setdefault(key, path.with_name(f"{path.name}-saved")))
            path.symlink_to(self._cache[key])
            return True, {}
        if key not in self._cache:
            return True, {"cache-hit": "false"}
        path.unlink(missing_ok=True)
        path.symlink_to(self._cache[key])
        return True, {"cache-hit": "true"}

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
