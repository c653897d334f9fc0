"""``grader submit`` hands in on a server, ends with the exit codes of ``grader check``, and prints the same report."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.report.model import Report
from grader.service.tables import Kind, State, Submission
from tests.remote.conftest import app, ending, token, url  # noqa: F401
from tests.service.conftest import caller, new_data, new_database, service  # noqa: F401


@pytest.fixture
def mine(tmp_path):
    path = tmp_path / "mine.py"
    path.write_text("w = 1\n")
    return path


@pytest.fixture
def submit(url, token, mine):  # noqa: F811
    def run(*options, environment=None, to=url, file=mine, exercise="single-neuron"):
        words = ["submit", exercise, str(file), "--to", to, *options]
        return CliRunner().invoke(main, words, env={"GRADER_TOKEN": token(), **(environment or {})})

    return run


@pytest.mark.quick
def test_receipt_is_printed_and_nothing_is_waited_for(submit, service, url):  # noqa: F811
    done = submit()
    with service.database.reading() as session:
        row = session.query(Submission).one()
    assert done.exit_code == 0, done.output
    assert row.kind == Kind.CHECK
    assert done.stdout.splitlines() == [
        "Handed in mine.py for single-neuron in the course demo as a self-check.",
        f"Receipt: {row.id}, received at {row.received:%Y-%m-%d %H:%M:%S} UTC, SHA-256 {row.sha256}.",
        f"Its report: {url}/s/{row.id}",
    ]


def test_attempt_is_a_graded_attempt(submit, service):  # noqa: F811
    assert "as a graded attempt." in submit("--attempt").stdout
    with service.database.reading() as session:
        assert session.query(Submission).one().kind == Kind.ATTEMPT


@pytest.mark.parametrize(("share", "code"), [(1.0, 0), (0.0, 1)])
def test_wait_shows_the_report_and_ends_like_check(submit, ending, share, code):  # noqa: F811
    ending.share = share
    done = submit("--wait")
    assert done.exit_code == code, done.output
    assert done.stdout.startswith("single-neuron: ")
    assert done.stdout.splitlines()[-2].startswith(f"Score: {100 * share:g} of 100, ")
    assert done.stderr.startswith("Handed in mine.py")


def test_json_is_the_document_of_check_and_nothing_else(submit, ending, mine):  # noqa: F811
    done = submit("--json")
    report = Report.model_validate_json(done.stdout)
    assert (done.exit_code, report.submission.path, report.score) == (0, str(mine), 100)
    assert done.stdout == f"{report.to_json()}\n"
    assert json.loads(submit("--json", "--wait").stdout)["score"] == 100


@pytest.mark.parametrize(
    ("state", "code"), [(State.REFUSED, 2), (State.CANCELLED, 3), (State.SUPERSEDED, 3), (State.NOT_GRADABLE, 3)]
)
@pytest.mark.parametrize("option", ["--wait", "--json"])
def test_end_without_a_report_is_a_sentence(submit, ending, state, code, option):  # noqa: F811
    ending.state, ending.sentence = state, "It ended so."
    done = submit(option)
    assert (done.exit_code, done.stdout) == (code, "")
    assert done.stderr.splitlines()[-1] == "Error: It ended so."


def test_report_is_in_the_language_of_the_option(submit, ending):  # noqa: F811
    assert "Ergebnis: 100 von 100" in submit("--wait", "--lang", "de").stdout


def test_folder_is_handed_in(submit, tmp_path, service):  # noqa: F811
    assert submit(file=tmp_path).exit_code == 0
    with service.database.reading() as session:
        assert session.query(Submission).one().file_name.endswith(".zip")


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ({"exercise": "singel-neuron"}, 2, "Did you mean 'single-neuron'?"),
        ({"file": "missing.py"}, 2, "missing.py does not exist: check the path."),
        ({"to": "localhost:8000"}, 2, "is not the address of a server"),
        ({"to": "http://127.0.0.1:1"}, 3, "No server answers at http://127.0.0.1:"),
        ({"environment": {"GRADER_TOKEN": "grd_wrong"}}, 2, "The server does not know this token"),
        ({"environment": {"GRADER_TOKEN": None}}, 2, "A token is missing: make one at http://127.0.0.1:"),
        ({"environment": {"GRADER_TOKEN": "grd wrong"}}, 2, "The token contains characters"),
    ],
    ids=["exercise", "file", "address", "port", "wrong", "missing", "characters"],
)
def test_error_is_one_sentence_without_the_token(submit, arguments, code, sentence):
    done = submit(**arguments)
    assert (done.exit_code, done.stdout) == (code, "")
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr and "grd_" not in done.stderr and "grd wrong" not in done.stderr


def test_unknown_course_is_refused(submit):
    done = submit("--course", "deom")
    assert (done.exit_code, "Did you mean 'demo'? Your courses: demo." in done.stderr) == (2, True)


def test_token_needs_the_scope(submit, token):  # noqa: F811
    done = submit("--token", token("ada", ["read"]))
    assert (done.exit_code, "lacks the scope 'submit'" in done.stderr) == (2, True)


def test_swapped_arguments_get_the_right_command_line(mine):
    done = CliRunner().invoke(
        main, ["submit", str(mine), "single-neuron", "--to", "http://127.0.0.1:9", "--token", "x"]
    )
    assert (done.exit_code, f"grader submit single-neuron {mine} --to URL" in done.stderr) == (2, True)


def test_connection_without_encryption_is_a_warning(mine):
    done = CliRunner().invoke(
        main, ["submit", "single-neuron", str(mine), "--to", "http://no-such-host.invalid", "--token", "x"]
    )
    assert done.exit_code == 3
    assert done.stderr.splitlines()[0] == (
        "Warning: The connection to http://no-such-host.invalid is not encrypted, so others in the network can read your token."
    )


def test_ctrl_c_ends_only_the_waiting(submit, monkeypatch):
    from grader.remote import handing_in

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(handing_in, "wait", stop)
    done = submit("--wait")
    assert (done.exit_code, "Stopped waiting. The server grades it all the same: see http" in done.stderr) == (
        130,
        True,
    )


def test_terminal_in_a_hub_needs_neither_address_nor_token(url, token, ending, mine):  # noqa: F811
    environment = {"GRADER_TOKEN": None, "GRADER_URL": url, "JUPYTERHUB_API_TOKEN": token()}
    done = CliRunner().invoke(main, ["submit", "single-neuron", str(mine)], env=environment)
    assert done.exit_code == 0, done.output
    missing = CliRunner().invoke(main, ["submit", "single-neuron", str(mine)], env=dict.fromkeys(environment))
    assert missing.exit_code == 2
    assert "--to https://grader.example.org" in missing.output
