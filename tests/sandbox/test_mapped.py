"""The libraries that child processes have mapped."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from grader.sandbox import mapped

pytestmark = pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs Linux")


@pytest.mark.parametrize(("code", "expected"), [("import numpy", {"numpy"}), ("import json", set())])
def test_libraries_of_a_child_are_those_with_compiled_parts(code, expected):
    # A shell is the parent, because this process has other children.
    command = ["sh", "-c", '"$0" -c "$1"; true', sys.executable, f"{code}\nprint(flush=True)\ninput()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        packages = mapped.libraries(child.pid)
        child.communicate(b"\n")
    assert packages & {"numpy", "json"} == expected


def test_copied_library_is_recognised_by_its_file_name():
    lines = (
        b"7f00-7f01 r-xp 00000000 08:01 1 /tmp/libtensorflow_framework.so.2\n7f02-7f03 r-xp 0 08:01 2 /tmp/jaxlib.so\n"
    )
    assert [match.decode() for match in mapped.BY_NAME.findall(lines)] == ["tensorflow", "jax"]


def test_library_in_a_package_folder_is_recognised_after_its_deletion():
    line = b"7f00-7f01 r-xp 0 08:01 1 /venv/lib/python3.11/site-packages/torch/lib/libc10.so (deleted)"
    assert mapped.IN_A_PACKAGE.findall(line) == [b"torch"]
