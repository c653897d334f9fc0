"""``grader serve`` from its start to its end, as an operator runs it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager

import pytest

GRADER = [sys.executable, "-m", "grader"]


@contextmanager
def server(folder, *options):
    """Start a server at a free port; yields the process, its address, and all lines that it has printed."""
    process = subprocess.Popen(
        [*GRADER, "serve", "--port", "0", "--data-dir", str(folder), "--jobs", "1", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        lines = [process.stdout.readline().strip(), process.stdout.readline().strip()]
        yield process, lines[0].removeprefix("Address: "), lines
    finally:
        process.kill()
        process.communicate()


def tool(*arguments):
    return subprocess.run([*GRADER, "serve", *arguments], capture_output=True, text=True, timeout=120)


def test_server_starts_answers_and_stops(tmp_path):
    with server(tmp_path / "data") as (process, address, lines):
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", address)
        assert re.fullmatch(rf"First administrator: {address}/start/\S+", lines[1])
        with urllib.request.urlopen(f"{address}/login", timeout=30) as answer:
            assert answer.status == 200
        token = tool("token", "ada", "--role", "student", "--course", "demo", "--data-dir", str(tmp_path / "data"))
        assert re.fullmatch(r"grd_\S+\n", token.stdout), token.stderr
        second = tool("--port", "0", "--data-dir", str(tmp_path / "data"))
        assert (second.returncode, address in second.stderr) == (2, True)
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=30) == 0


def test_other_machines_are_refused_without_https(tmp_path):
    result = tool("--host", "0.0.0.0", "--data-dir", str(tmp_path / "data"))
    assert result.returncode == 2
    assert "--certificate" in result.stderr and "Traceback" not in result.stderr
    assert not os.path.exists(tmp_path / "data")


@pytest.mark.parametrize("content", ["", "no certificate"])
def test_file_that_is_not_a_certificate_is_refused(tmp_path, content):
    (tmp_path / "grader.pem").write_text(content)
    result = tool("--certificate", str(tmp_path / "grader.pem"), "--data-dir", str(tmp_path / "data"))
    assert (result.returncode, "PEM" in result.stderr) == (2, True)


def test_backup_is_restored_into_a_new_folder(tmp_path):
    old, new, file = (str(tmp_path / name) for name in ("old", "new", "backup.zip"))
    assert tool("backup", file, "--data-dir", old).returncode == 2  # there is no data folder
    link = tool("user", "Zoë, Z", "--role", "tutor", "--full-name", "Zoë", "--data-dir", old)
    assert re.fullmatch(r"/reset/\S+\n", link.stdout), link.stderr
    assert tool("backup", file, "--data-dir", old).stdout == "The backup has 1 user, 0 submissions and 0 files.\n"
    result = tool("restore", file, "--data-dir", new)
    assert result.stdout == "The data folder has 1 user, 0 submissions and 0 files.\n", result.stderr
    assert "as before" in tool("migrate", "--data-dir", new).stdout
    token = tool("--data-dir", new, "token", "Zoë, Z")
    assert re.fullmatch(r"grd_\S+\n", token.stdout), token.stderr


@pytest.mark.long
def test_disabled_user_gets_no_token(tmp_path):
    folder = str(tmp_path / "data")
    tool("token", "ada", "--data-dir", folder)
    assert tool("user", "ada", "--disable", "--data-dir", folder).returncode == 0
    assert "is disabled" in tool("token", "ada", "--data-dir", folder).stderr
    assert tool("user", "ada", "--enable", "--data-dir", folder).returncode == 0
    assert tool("token", "ada", "--data-dir", folder).returncode == 0
    assert "Did you mean 'ada'" in tool("user", "adda", "--disable", "--data-dir", folder).stderr


@pytest.mark.long
def test_log_has_lines_of_json_without_content_of_students(tmp_path):
    folder = tmp_path / "data"
    with server(folder) as (process, address, lines):
        token = tool("token", "planted-name", "--data-dir", str(folder)).stdout.strip()
        boundary, content = "x" * 20, b"planted_word = 'planted-content'\nraise ValueError(planted_word)\n"
        parts = {"kind": b"check", 'file"; filename="planted-file.py': content}
        body = b"".join(
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n'.encode() + value + b"\r\n"
            for name, value in parts.items()
        )
        request = urllib.request.Request(
            f"{address}/api/v1/courses/demo/exercises/single-neuron/submissions",
            body + f"--{boundary}--\r\n".encode(),
            {"Authorization": f"Bearer {token}", "Content-Type": f"multipart/form-data; boundary={boundary}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            submission = json.load(answer)["id"]
        with urllib.request.urlopen(lines[1].split()[-1], timeout=30):
            pass
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    log = [json.loads(line) for line in errors.splitlines()]
    assert {line.get("submission") for line in log if line["message"] == "a grading has ended"} == {submission}
    assert any(line.get("route") == "/start/{secret}" for line in log)
    for secret in ("planted", token, lines[1].split("/")[-1]):
        assert secret not in errors
