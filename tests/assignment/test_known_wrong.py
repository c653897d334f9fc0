"""Known-wrong solutions are declared in assignment.yaml, or in a file of their own that need not be installed."""

from __future__ import annotations

import pytest
import yaml

from grader.assignment import known_wrong
from grader.assignment.known_wrong import KnownWrong
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick

CHANGE = {"change": {"a + b": "a - b"}, "fails": "sigmoid"}


def with_list(folder, entries):
    (folder / "wrong.yaml").write_text(yaml.safe_dump(entries))
    return load(folder, GOOD + "known_wrong: wrong.yaml\n")


def test_list_in_a_file_of_its_own_is_the_same(tmp_path):
    inside = load(tmp_path, GOOD + yaml.safe_dump({"known_wrong": [CHANGE]})).known_wrong()
    assert with_list(tmp_path, [CHANGE]).known_wrong() == inside == [KnownWrong(**CHANGE)]


def test_missing_list_is_empty_as_in_an_installation(tmp_path):
    assert load(tmp_path, GOOD + "known_wrong: wrong.yaml\n").known_wrong() == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({**CHANGE, "fails": "nothing"}, "'nothing' is not a known check; allowed are sigmoid."),
        ({**CHANGE, "file": "wrong.py"}, "needs either 'change' or 'file'"),
        ({"fails": "sigmoid"}, "needs either 'change' or 'file'"),
        ({**CHANGE, "change": {"": "a"}}, "replaces a text that is empty"),
        ({**CHANGE, "change": {"a": None}}, "is empty; write its value after the colon"),
        ({**CHANGE, "name": "same"}, "two known-wrong solutions have the name 'same'; rename one of them."),
        ({**CHANGE, "bgu": "sign-flipped"}, "is not a known key"),
    ],
)
@pytest.mark.parametrize("own_file", [True, False])
def test_mistake_in_the_list_has_file_and_line(tmp_path, entry, message, own_file):
    text = yaml.safe_dump([{**CHANGE, "name": "same"}, entry])
    path, lines_above, declared = tmp_path / "assignment.yaml", GOOD.count("\n") + 1, f"{GOOD}known_wrong:\n{text}"
    if own_file:
        path, lines_above, declared = tmp_path / "wrong.yaml", 0, f"{GOOD}known_wrong: wrong.yaml\n"
        path.write_text(text)
    with pytest.raises(UsageError) as caught:
        load(tmp_path, declared).known_wrong()
    place, _, sentence = str(caught.value).partition(": ")
    file, _, line = place.rpartition(":")
    assert file == str(path)
    assert lines_above + 4 < int(line) <= lines_above + text.count("\n")
    assert message in sentence
    assert "\n" not in sentence


def test_file_for_students_is_not_a_known_wrong_solution(tmp_path):
    (tmp_path / "data.csv").write_text("1")
    (tmp_path / "wrong.yaml").write_text("- {file: data.csv, fails: sigmoid}\n")
    loaded = load(tmp_path, f"{GOOD}files: [data.csv]\nknown_wrong: wrong.yaml\n")
    with pytest.raises(UsageError, match=r"wrong\.yaml:1: students must not see 'data.csv'"):
        loaded.known_wrong()


def test_names_are_unique():
    def entry(**keys):
        return KnownWrong(**{**CHANGE, **keys})

    entries = [entry(bug="transposed"), entry(bug="transposed"), entry(name="transposed-2"), entry(), entry()]
    entries.append(KnownWrong(file="wrong/one.py", fails="sigmoid"))
    names = ["transposed", "transposed-3", "transposed-2", "sigmoid", "sigmoid-2", "wrong/one.py"]
    assert known_wrong.names(entries) == names


def test_numbers_in_a_change_are_texts():
    assert KnownWrong(change={0.5: 2}, fails="sigmoid").change == {"0.5": "2"}


def test_files_of_a_list_are_only_to_validate(tmp_path):
    loaded = with_list(tmp_path, [CHANGE, {"file": "wrong/one.py", "fails": "sigmoid"}])
    to_validate = loaded.content.only_to_validate(loaded.known_wrong())
    assert to_validate == {"solution.py", "wrong.yaml", "wrong/one.py"}
