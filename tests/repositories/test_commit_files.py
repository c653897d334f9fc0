"""The file to grade is chosen from the archive of a commit as from an upload, with the files that it uses, and nothing else."""

from __future__ import annotations

import io
import stat
import zipfile

import pytest

from grader.assignment import load
from grader.repositories.commit_files import of_archive
from grader.support.errors import UsageError

NEURON = b"def sigmoid(z):\n    return z\n\ndef predict(X, w, b=0.0):\n    return X\n\ndef train(X, y):\n    return 0\n"


def packed(files, top="deep-course-work-1a2b3c4/"):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(f"{top}{name}", content)
    return stream.getvalue()


def chosen(files, pattern=""):
    result = of_archive("work", packed(files), load("single-neuron"), pattern)
    return result.path, sorted(result.contents)


@pytest.mark.parametrize(
    "files, pattern, expected",
    [
        ({"single_neuron.py": NEURON, "README.md": b"x"}, "", ("single_neuron.py", ["single_neuron.py"])),
        ({"a/b/my_neuron.py": NEURON, "test_it.py": b"import pytest\n"}, "", ("a/b/my_neuron.py", ["my_neuron.py"])),
        ({"w1/x.py": NEURON, "w2/x.py": b"y = 1\n"}, "w1/*.py", ("w1/x.py", ["x.py"])),
        ({"w1/x.py": b"import tool\n" + NEURON, "w1/tool.py": b"a = 1\n"}, "w1/x.py", ("w1/x.py", ["tool.py", "x.py"])),
        ({"w1/x.py": b"import tool\n" + NEURON, "tool.py": b"a = 1\n"}, "w1/x.py", ("w1/x.py", ["tool.py", "w1/x.py"])),
        (
            {"x.py": b"open('points.csv')\n" + NEURON, "points.csv": b"1,2\n", "other.csv": b"3\n"},
            "x.py",
            ("x.py", ["points.csv", "x.py"]),
        ),
    ],
)
def test_file_and_what_it_uses_are_taken(files, pattern, expected):
    assert chosen(files, pattern) == expected


@pytest.mark.parametrize(
    "files, pattern, words",
    [
        ({"README.md": b"x"}, "", "work contains no notebook"),
        ({"a.py": NEURON}, "b.py", "no notebook or Python file that matches 'b.py'"),
        ({".venv/lib/x.py": NEURON, ".git/x.py": NEURON}, "", "work contains no notebook"),
        ({"../../x.py": NEURON}, "", "leads out of it"),
    ],
)
def test_sentence_says_why_nothing_is_taken(files, pattern, words):
    with pytest.raises(UsageError, match=words):
        chosen(files, pattern)


def test_link_in_a_repository_is_not_followed():
    stream = io.BytesIO(packed({"README.md": b"x"}))
    with zipfile.ZipFile(stream, "a") as archive:
        link = zipfile.ZipInfo("deep-course-work-1a2b3c4/single_neuron.py")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    with pytest.raises(UsageError):
        of_archive("work", stream.getvalue(), load("single-neuron"), "")


@pytest.mark.parametrize("content", [b"", b"no archive", packed({"x.py": NEURON})[:-30]])
def test_damaged_archive_has_a_sentence(content):
    with pytest.raises(UsageError):
        of_archive("work", content, load("single-neuron"), "")
