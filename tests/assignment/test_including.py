"""Assignments include names, functions and probes that they share, and a probe may be like another one."""

from __future__ import annotations

import pytest
import yaml

from grader.assignment import including
from grader.expected import assignment_files
from grader.support.errors import UsageError
from tests.assignment.tiny import GOOD, load

pytestmark = pytest.mark.quick

SHARED = """\
aliases:
  z: [net_input, a, A_]
  other: [something]
functions:
  sigmoid: {signature: (z), returns: [a], aliases: [logistic]}
  tanh: {signature: (z), returns: [a]}
probes:
  row: {times: 2, inputs: {z: {random: normal, shape: [3]}, other: 1}}
  long row: {like: row, inputs: {z: {random: normal, shape: [9]}}}
  unused: {inputs: {z: 1}}
forbidden_imports: [torch]
limits: {call_seconds: 3}
"""
MAIN = """\
name: tiny
version: "1"
title: A tiny assignment
reference: single_neuron
include: [common.yaml]
functions:
  sigmoid: {}
checks:
  - {name: sigmoid, title: the logistic function, kind: values, function: sigmoid, probes: [long row], points: 10}
"""


def with_shared(folder, shared=SHARED, main=MAIN):
    (folder / "common.yaml").write_text(shared)
    return load(folder, main).content


def test_assignment_gets_the_entries_that_it_uses(tmp_path):
    content = with_shared(tmp_path)
    assert content.functions.keys() == {"sigmoid"}
    assert content.functions["sigmoid"].aliases == ["logistic"]
    assert [*content.probes] == ["row", "long row"]
    assert content.forbidden_imports == ["torch"]
    assert content.limits.call_seconds == 3


def test_variables_steps_and_bugs_belong_to_what_the_assignment_lists(tmp_path):
    shared = (
        SHARED
        + """\
variables: {model: {type: model, aliases: [net]}, history: {type: history}}
steps:
  sigmoid: {a: 1 / (1 + np.exp(-z))}
  tanh: {a: np.tanh(z)}
bugs:
  - {name: sign-of-exponent, function: sigmoid, replace: {a: 1 / (1 + np.exp(z))}}
  - {name: another-activation, function: tanh, replace: {a: np.sign(z)}}
"""
    )
    main = MAIN.replace("checks:\n", "variables:\n  model: {}\nchecks:\n")
    content = with_shared(tmp_path, shared, main)
    assert [*content.variables] == ["model"]
    assert (content.variables["model"].type, content.variables["model"].aliases) == ("model", ["net"])
    assert [*content.steps] == ["sigmoid"]
    assert [(bug.name, bug.function) for bug in content.bugs] == [("sign-of-exponent", "sigmoid")]
    own = with_shared(tmp_path, shared, main + "steps:\n  sigmoid: {a: 0.5 + np.tanh(z / 2) / 2}\n")
    assert "tanh" in str(own.steps["sigmoid"]) and own.bugs == []


def test_inputs_and_names_that_the_assignment_does_not_have_are_left_out(tmp_path):
    content = with_shared(tmp_path)
    assert content.probes["long row"].inputs.keys() == {"z"}
    assert content.aliases == {"z": ["net_input"]}  # `a` is a result here, so it means nothing else


def test_own_entries_win_and_own_aliases_are_added(tmp_path):
    own = """\
aliases: {z: [x]}
limits: {call_seconds: 5}
probes:
  row: {inputs: {z: 0.5}}
"""
    main = MAIN.replace("  sigmoid: {}\n", "  sigmoid: {aliases: [own]}\n") + own
    content = with_shared(tmp_path, main=main.replace("long row", "row"))
    assert content.functions["sigmoid"].aliases == ["own"]
    assert content.functions["sigmoid"].returns == ["a"]
    assert content.aliases == {"z": ["x", "net_input"]}
    assert content.probes["row"].inputs == {"z": 0.5}
    assert content.limits.call_seconds == 5


def test_later_file_wins(tmp_path):
    (tmp_path / "second.yaml").write_text("limits: {call_seconds: 7}\nforbidden_imports: []\n")
    content = with_shared(tmp_path, main=MAIN.replace("[common.yaml]", "[common.yaml, second.yaml]"))
    assert content.limits.call_seconds == 7
    assert content.forbidden_imports == []
    assert "long row" in content.probes


def test_probe_is_like_one_above_it(tmp_path):
    other = "  other: {times: 3, like: some, inputs: {z: 1}}\n  same: {like: some, inputs: {}}\nchecks:"
    content = load(tmp_path, GOOD.replace("checks:", other)).content
    assert content.probes["other"].inputs == {"z": 1}
    assert content.probes["other"].times == 3
    assert content.probes["same"].inputs == content.probes["some"].inputs


def test_probe_like_a_shared_one_gets_its_inputs(tmp_path):
    main = MAIN.replace("[long row]", "[mine]") + "probes: {mine: {like: row, inputs: {}}}\n"
    content = with_shared(tmp_path, main=main)
    assert content.probes["mine"].inputs["z"].shape == [3]


@pytest.mark.parametrize("other", ["nothing", "below", "loop"])
def test_probe_like_one_that_is_not_above_it_is_refused(tmp_path, other):
    probes = f"  loop: {{like: {other}, inputs: {{}}}}\n  below: {{inputs: {{z: 1}}}}\nchecks:"
    with pytest.raises(UsageError, match=rf"yaml:9: '{other}' is not a known probe above this one; allowed are some\."):
        load(tmp_path, GOOD.replace("checks:", probes))


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nothing", "'nothing' is not a shared file of the grader; allowed are activations, "),
        ("../common", "is not a shared file of the grader"),
        ("absent.yaml", "'absent.yaml' is not a file of the folder; add it."),
        ("../common.yaml", "is not a file of the folder"),
        ("sub/common.yaml", "is not a file of the folder"),
        ("sub\\common.yaml", "is not a file of the folder"),
    ],
)
def test_only_files_of_the_folder_and_of_the_grader_are_included(tmp_path, name, message):
    folder = tmp_path / "exercise"
    for place in (tmp_path, folder / "sub"):
        place.mkdir(exist_ok=True, parents=True)
        (place / "common.yaml").write_text(SHARED)
    with pytest.raises(UsageError) as error:
        load(folder, MAIN.replace("common.yaml", name))
    assert message in str(error.value)
    assert "assignment.yaml:5: " in str(error.value)


def test_number_of_included_files_is_limited(tmp_path):
    with_shared(tmp_path, main=MAIN.replace("[common.yaml]", "[" + "common.yaml, " * 50 + "]"))
    many = ", ".join(f"{number}.yaml" for number in range(21))
    with pytest.raises(UsageError, match=r"assignment.yaml:5: '20.yaml' is one file too many; include at most 20"):
        load(tmp_path, MAIN.replace("[common.yaml]", f"[{many}]"))


def test_link_out_of_the_folder_is_not_included(tmp_path):
    (tmp_path / "secret.yaml").write_text(SHARED)
    folder = tmp_path / "exercise"
    folder.mkdir()
    (folder / "common.yaml").symlink_to(tmp_path / "secret.yaml")
    with pytest.raises(UsageError, match="is a link that leads out of the folder"):
        load(folder, MAIN)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        (
            "  unused: {inputs: {z: 1}}",
            "  unused: {input: {z: 1}}",
            "common.yaml:10: probes.unused.input is not a known key",
        ),
        ("limits:", "points:", "common.yaml:12: points is not a known key"),
        ("(z), returns: [a], al", "(z, returns: [a], al", "common.yaml:5: "),
    ],
)
def test_mistake_in_an_included_file_has_its_file_and_line(tmp_path, old, new, message):
    with pytest.raises(UsageError) as error:
        with_shared(tmp_path, SHARED.replace(old, new))
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("functions:\n  sigmoid: {}\n", "functions: [sigmoid]\n"),
        ("  sigmoid: {}\n", "  sigmoid: 1\n"),
        ("  sigmoid: {}\n", "  sigmoid:\n"),
        ("include: [common.yaml]", "include: common.yaml"),
        ("checks:\n", "probes: [a]\nchecks:\n"),
        ("checks:\n", "probes: {a: 1, b: {like: 1}, c: {like: a, inputs: 3}}\nchecks:\n"),
        ("checks:\n", "aliases: {z: 3}\nchecks:\n"),
        ("checks:\n", "aliases: [z]\nchecks:\n"),
    ],
)
def test_mistake_next_to_an_include_is_reported(tmp_path, old, new):
    with pytest.raises(UsageError, match=r"assignment\.yaml:\d+: "):
        with_shared(tmp_path, main=MAIN.replace(old, new, 1))


def test_students_do_not_get_an_included_file(tmp_path):
    with pytest.raises(UsageError, match=r"students must not see 'common\.yaml'"):
        with_shared(tmp_path, main=MAIN + "files: [common.yaml]\n")


def test_digest_of_an_assignment_depends_on_what_it_includes(tmp_path, monkeypatch):
    monkeypatch.setattr(including, "FOLDER", tmp_path / "shared")
    (tmp_path / "shared").mkdir()
    folder = tmp_path / "exercise"
    folder.mkdir()
    digests = set()
    for text in (SHARED, SHARED + "allowed_imports: [torch.utils]\n"):
        (tmp_path / "shared" / "common.yaml").write_text(text)
        digests.add(assignment_files.digest(load(folder, MAIN.replace("common.yaml", "common")), []))
    assert len(digests) == 2


@pytest.mark.parametrize("name", including.bundled_names())
def test_shared_file_of_the_grader_has_no_mistake(tmp_path, name):
    content = including.yaml_model.load(including.FOLDER / f"{name}.yaml", including.Shared)
    assert yaml.safe_load((including.FOLDER / f"{name}.yaml").read_text()).keys() == content.model_fields_set
