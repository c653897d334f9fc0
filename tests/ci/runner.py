"""Executes the steps of a workflow or a composite action in order, as a runner does, but without downloads.

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
        for created in (self.workspace, self.temp):
            created.mkdir(parents=True)
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
        self.steps: list[str] = []  # the names of the executed steps
        self.log, self.summary = "", ""

    def run(self, steps: list[dict[str, Any]], inputs: dict[str, str]) -> tuple[bool, dict[str, dict[str, str]]]:
        """Return (True if all steps succeeded, the outputs of each step with an id)."""
        contexts: dict[str, dict[str, str]] = {}
        succeeded = True

        def template_values(text: Any) -> str:
            return re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._value(match[1], inputs, contexts), str(text))

        for step in steps:
            condition = str(step.get("if", "true")).removeprefix("${{").removesuffix("}}").strip()
            if not succeeded and "cancelled()" not in condition:
                continue
            if not self._holds(condition, inputs, contexts):
                continue
            self.steps.append(step.get("name", step.get("uses", "")))
            if "run" in step:
                is_success, outputs = self._shell(
                    step, {key: template_values(value) for key, value in step.get("env", {}).items()}, template_values
                )
            else:
                action_inputs = {key: template_values(value) for key, value in step.get("with", {}).items()}
                action_inputs |= {f"env.{key}": template_values(value) for key, value in step.get("env", {}).items()}
                is_success, outputs = self._used(step["uses"], action_inputs)
            succeeded = succeeded and is_success
            if "id" in step:
                contexts[step["id"]] = outputs
        return succeeded, contexts

    def _holds(self, condition: str, inputs: dict[str, str], contexts: dict[str, dict[str, str]]) -> bool:
        """Return the value of a condition: terms joined by &&."""
        for term in condition.split(" && "):
            terms, operator, right = term.partition(" == ") if " == " in term else term.partition(" != ")
            if operator:
                value = self._value(terms, inputs, contexts)
                if (value == right.strip("'")) != (operator == " == "):
                    return False
            elif term not in ("true", "!cancelled()") and not self._value(term, inputs, contexts):
                return False
        return True

    def _value(self, expression: str, inputs: dict[str, str], contexts: dict[str, dict[str, str]]) -> str:
        parts = expression.split(".")
        if parts[0] == "inputs":
            return inputs[parts[1]]
        if parts[0] == "steps":
            if parts[2] == "outcome":
                return "success" if parts[1] in contexts else "failure"
            return contexts.get(parts[1], {}).get(parts[3], "")
        values = {"github.action_path": str(self._action), "runner.temp": str(self.temp)}
        return (values | {"runner.os": "Linux", "runner.arch": "X64"}).get(expression, "")

    def _shell(
        self, step: dict[str, Any], variables: dict[str, str], template_values: Any
    ) -> tuple[bool, dict[str, str]]:
        assert "${{" not in step["run"], "an input in a script is code: hand it over in env"
        self._files += 1
        script, output, summary = (self.temp / f"{self._files}{end}" for end in (".sh", ".output", ".summary"))
        script.write_text(step["run"])
        output.touch()
        summary.touch()
        file_values = {"GITHUB_OUTPUT": str(output), "GITHUB_STEP_SUMMARY": str(summary)}
        folder = self.workspace / template_values(step.get("working-directory", "."))
        is_success = subprocess.run(
            [*SHELL, script],
            cwd=folder,
            env=self.environment | file_values | variables,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=300,
        )
        self.log += is_success.stdout
        self.summary += summary.read_text()
        return is_success.returncode == 0, dict(line.split("=", 1) for line in output.read_text().splitlines())

    def _used(self, name: str, action_inputs: dict[str, str]) -> tuple[bool, dict[str, str]]:
        if name.startswith("actions/cache/"):
            return self._cached(name, Path(action_inputs["path"]), action_inputs["key"])
        if name not in self._uses:
            raise KeyError(f"{name} has nothing in its place in this test")
        is_success = self._uses[name](self, action_inputs)
        return is_success if isinstance(is_success, tuple) else (True, {})

    def _cached(self, name: str, path: Path, key: str) -> tuple[bool, dict[str, str]]:
        """Restore a folder that was saved under the key, or save it; a link is enough, no copy is made."""
        if name.startswith("actions/cache/save"):
            path.rename(self._cache.setdefault(key, path.with_name(f"{path.name}-saved")))
            path.symlink_to(self._cache[key])
            return True, {}
        if key not in self._cache:
            return True, {"cache-hit": "false"}
        path.unlink(missing_ok=True)
        path.symlink_to(self._cache[key])
        return True, {"cache-hit": "true"}

    def composite(self, action_inputs: dict[str, str]) -> tuple[bool, dict[str, str]]:
        """Execute the action of this repository."""
        action = yaml.safe_load((self._action / "action.yml").read_text())
        unknown = [key for key in action_inputs if key not in action["inputs"] and not key.startswith("env.")]
        assert not unknown, f"the action has no input {unknown}"
        inputs = {name: action_inputs.get(name, item["default"]) for name, item in action["inputs"].items()}
        is_success, contexts = self.run(action["runs"]["steps"], inputs)
        outputs = {
            name: re.sub(r"\$\{\{ (.*?) \}\}", lambda match: self._value(match[1], inputs, contexts), item["value"])
            for name, item in action["outputs"].items()
        }
        return is_success, outputs


def plain_environment() -> dict[str, str]:
    """Return the variables of this process without those of a CI system."""
    return {
        key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "GITLAB_", "RUNNER_", "CI"))
    }
