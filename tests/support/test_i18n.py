"""The catalogues contain every sentence that students can read, and the requested language is used."""

from __future__ import annotations

import ast
import json
import re
import string
import subprocess
import sys
import warnings

import polib
import pytest

from grader.sandbox.failures import NO_DATA, UNAVAILABLE, failure_of
from grader.sandbox.levels import WORKER_GAPS
from grader.support import i18n
from grader.support.i18n import _, choose_language, joined, ngettext, use
from grader.support.i18n import number as language_number
from grader.support.text import plain_number
from tests.conftest import ROOT, SINGLE_NEURON
from tools import messages

LANGUAGES = [name for name in i18n.LANGUAGES if name != i18n.ENGLISH]
PACKAGE = ROOT / "grader"
# The modules with the sentences of a report. Messages for instructors, for example in batch/ and cli/, stay English.
FOR_STUDENTS = [
    *(PACKAGE / "checks").rglob("*.py"),
    *(PACKAGE / "submission").glob("*.py"),
    *(file for file in sorted((PACKAGE / "report").glob("*.py")) if file.name != "leaderboard.py"),  # for instructors
    *(
        PACKAGE / name
        for name in (
            "judging/compare.py",
            "student/signatures.py",
            "student/classes.py",
            "grading/checking.py",
            "grading/notes.py",
            "grading/progress.py",
            "grading/selection.py",
            "judging/statistics.py",
            "machine/device.py",
            "machine/gpu_driver.py",
        )
    ),
    *(PACKAGE / "sandbox" / name for name in ("failures.py", "session.py", "worker_process.py")),
    *(PACKAGE / "datasets").glob("*.py"),
    PACKAGE / "diagnosis" / "hints.py",
]
TRANSLATED = ("_", "ngettext", "lazy")
OF_AUTHORS = ("ValueError", "SequenceError")  # raised for a mistake in an assignment.yaml


@pytest.fixture(scope="module")
def template():
    return messages.template()


@pytest.fixture(scope="module", params=LANGUAGES)
def catalogue(request):
    return polib.pofile(str(i18n.FOLDER / f"{request.param}.po"))


@pytest.fixture(scope="module")
def listed():
    """Return what the tool for translators prints, for all languages."""
    command = [sys.executable, ROOT / "tools" / "messages.py", "--missing"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def ids(file):
    return {(entry.msgid, entry.msgid_plural) for entry in file}


@pytest.mark.parametrize("language", LANGUAGES)
def test_untranslated_sentences_are_listed(template, listed, language):
    """They are printed in English, so a contributor need not speak every language."""
    missing = messages.missing(language, template)
    if missing:
        warnings.warn(
            f"{language}: {len(missing)} sentences are not translated (tools/messages.py --missing)", stacklevel=1
        )
    assert f"{language}: {len(missing)} sentences are not translated" in listed
    assert all(sentence in listed for sentence in missing)


@pytest.mark.long  # before a release
def test_every_sentence_is_translated(template, catalogue):
    assert ids(polib.pofile(str(messages.TEMPLATE))) == ids(template), "run 'make messages'"
    assert ids(catalogue) == ids(template), "run 'make messages'"
    assert [entry.msgid for entry in catalogue if not entry.translated()] == []


def test_catalogue_has_no_leftovers(catalogue):
    assert catalogue.obsolete_entries() == []
    assert [entry.msgid for entry in catalogue if entry.fuzzy] == []


def test_sentence_without_translation_is_english():
    with use("de"):
        assert _("A sentence that is not in the catalogue.") == "A sentence that is not in the catalogue."


def test_translation_has_the_placeholders_of_the_sentence(catalogue):
    wrong = []
    for entry in catalogue:
        for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            if fields(translation) not in (fields(entry.msgid), fields(entry.msgid_plural or entry.msgid)):
                wrong.append((entry.msgid, translation))
    assert wrong == []


def fields(sentence):
    """Return the placeholders with their formats; empty for a string with other braces, which is not formatted."""
    try:
        return {(name, form, kind) for _, name, form, kind in string.Formatter().parse(sentence) if name is not None}
    except ValueError:
        return set()


def test_translation_begins_and_ends_like_the_sentence(catalogue):
    """Fragments are joined, so that a missing space or full stop would be visible."""
    for entry in catalogue:
        for translation in entry.msgstr_plural.values() if entry.msgid_plural else [entry.msgstr]:
            assert translation[0].isspace() == entry.msgid[0].isspace(), entry.msgid
            assert translation[-1].isspace() == entry.msgid[-1].isspace(), entry.msgid
            assert (translation[-1] in ".?") == (entry.msgid[-1] in ".?"), entry.msgid


@pytest.mark.parametrize("file", FOR_STUDENTS, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_no_sentence_for_students_is_left_out(file):
    """A string of words that ends with a full stop is a sentence, and must be inside ``_()`` as a whole."""
    tree = ast.parse(file.read_text())
    excused = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}  # docstrings
    for node in ast.walk(tree):
        if is_for_authors(node):  # mistakes in an assignment.yaml, which stay English
            excused |= {id(part) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in TRANSLATED:
            excused |= {id(part) for part in ast.walk(node)}
            assert not any(isinstance(argument, ast.JoinedStr) for argument in node.args), ast.unparse(node)
        if isinstance(node, ast.JoinedStr):
            inner = [part for part in ast.walk(node) if isinstance(part, ast.Call) and is_literal(part)]
            assert inner == [], f"strings inside an f-string are not collected: {ast.unparse(node)}"
    left = [text for node in ast.walk(tree) if id(node) not in excused and is_sentence(text := text_of(node))]
    assert left == []


def is_for_authors(node):
    if isinstance(node, ast.FunctionDef):
        return node.name in ("problems", "_field")
    return isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call) and ast.unparse(node.exc.func) in OF_AUTHORS


def is_literal(call):
    named = isinstance(call.func, ast.Name) and call.func.id in TRANSLATED
    return named and isinstance(call.args[0], ast.Constant)


def text_of(node):
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "x" for part in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def is_sentence(text):
    return text.endswith(".") and re.search(r"[a-z]+ [a-z]+ [a-z]+", text) is not None


@pytest.mark.parametrize(
    ("option", "environment", "expected"),
    [
        ("es", {"LC_ALL": "de_DE.UTF-8"}, "es"),
        ("en", {"LANG": "de_DE.UTF-8"}, "en"),
        (None, {}, "en"),
        (None, {"LANG": "de_DE.UTF-8"}, "de"),
        (None, {"LANG": "de"}, "de"),
        (None, {"LANG": "ca_ES@valencia"}, "en"),
        (None, {"LANG": "de_DE.UTF-8", "LC_MESSAGES": "es_MX.utf8"}, "es"),
        (None, {"LANG": "de_DE.UTF-8", "LC_MESSAGES": "es_MX", "LC_ALL": "C"}, "en"),
        (None, {"LANG": "es_ES", "LC_ALL": ""}, "es"),
        (None, {"LANG": "C.UTF-8"}, "en"),
        (None, {"LANG": "POSIX"}, "en"),
        (None, {"LANG": "en_GB.UTF-8"}, "en"),
        (None, {"LANG": "fr_FR.UTF-8"}, "en"),
        (None, {"LANG": "../de"}, "en"),
    ],
)
def test_language_of_the_option_is_preferred_to_that_of_the_locale(option, environment, expected):
    assert choose_language(option, environment) == expected


def test_language_is_used_until_the_end_of_its_block():
    with use("de"):
        assert (_("passed"), i18n.current()) == ("bestanden", "de")
        with use("es"):
            assert _("passed") == "superado"
        assert _("passed") == "bestanden"
        assert [ngettext("{count} case", "{count} cases", count).format(count=count) for count in (1, 2)] == [
            "1 Fall",
            "2 Fällen",
        ]
        assert joined(["dW", "db"]) == "dW und db"
        assert [_(""), _("a sentence that nobody has translated")] == ["", "a sentence that nobody has translated"]
    assert _("passed") == "passed"
    assert ngettext("{count} case", "{count} cases", 1) == "{count} case"
    with pytest.raises(ValueError, match="no catalogue for 'fr'"), use("fr"):
        pass


WRONG = ROOT / "examples" / "relu-swap" / "wrong.py"


@pytest.mark.parametrize(
    ("spoken", "sentences"),
    [
        (
            "de",
            [
                "teilweise     7,5 von 15  backward ",
                "`backward`, Fall 'random net 1': dW1 ist in 15 von 15 Einträgen falsch",
                "Bug:  Die Ableitung ist noch die der Sigmoidfunktion (derivative-not-swapped, dW1)",
                "Hinweis: Prüfe zuerst dW1 in backward().",
                "Anmerkung: Beurteilt anhand der Ergebnisse deiner eigenen Fassung von `backward`: Ein Fehler zählt nur einmal.",
                "Ergebnis: 72,5 von 100, nicht bestanden (75 nötig).",
            ],
        ),
        (
            "es",
            [
                "parcial       7,5 de 15  backward ",
                "`backward`, caso 'random net 1': dW1 está mal en 15 de 15 elementos. El mayor error es 0,0215",
                "Error: La derivada sigue siendo la de la sigmoide (derivative-not-swapped, dW1)",
                "Pista: Revisa primero dW1 en backward().",
                "Nota: Evaluado según los resultados de tu propio código en `backward`: un error cuenta una sola vez.",
                "Resultado: 72,5 de 100, no superado (hacen falta 75).",
            ],
        ),
    ],
)
def test_wrong_submission_is_explained_in_the_language(grader, spoken, sentences):
    process = grader("check", "relu-swap", WRONG, "--lang", spoken)
    assert process.returncode == 1, process.stderr
    for sentence in sentences:
        assert sentence in process.stdout
    assert not re.search(r"\b(the|is|and|of)\b", process.stdout)


def test_json_has_the_sentences_of_the_locale_and_the_same_names(grader, monkeypatch):
    monkeypatch.setenv("LC_ALL", "de_AT.UTF-8")
    german = json.loads(grader("check", "relu-swap", WRONG, "--json").stdout)
    english = json.loads(grader("check", "relu-swap", WRONG, "--json", "--lang", "en").stdout)
    assert "Einträgen falsch" in german["checks"][4]["message"]
    assert "is wrong in" in english["checks"][4]["message"]
    for report in (german, english):
        assert report["checks"][4]["diagnosis"]["bug"] == "derivative-not-swapped"
        assert [check["status"] for check in report["checks"]][4:7] == ["partial", "passed", "failed"]


def test_problem_with_the_path_is_reported_in_the_language(grader):
    process = grader("check", "single-neuron", "nowhere.py", "--lang", "es")
    assert (process.returncode, process.stdout) == (2, "")
    assert process.stderr == "Error: nowhere.py no existe: comprueba la ruta de tu solución.\n"


def test_language_without_a_catalogue_is_wrong_usage(grader):
    process = grader("check", "single-neuron", WRONG, "--lang", "fr")
    assert process.returncode == 2
    assert "'fr' is not one of 'en', 'de', 'es'" in process.stderr


def test_sentence_of_a_worker_is_translated_by_the_grader():
    worker = "".join(file.read_text() for file in (PACKAGE / "worker").glob("*.py"))
    for message in (*WORKER_GAPS, NO_DATA, UNAVAILABLE.format(name="{name}", offered="{offered}")):
        assert f'"{message}"' in worker
    text = UNAVAILABLE.format(name="mnist", offered=NO_DATA)
    with use("de"):
        failure = failure_of({"type": "OSError", "text": text, "line": 3}, "Dein Code")
    assert failure.message == (
        "Dein Code scheiterte in Zeile 3 mit OSError: mnist steht beim Bewerten nicht zur Verfügung; "
        "diese Aufgabe bietet keinen Datensatz."
    )


@pytest.mark.parametrize("options", [["--format", "markdown"], ["--html", "page.html"]])
def test_title_and_missing_isolation_are_reported_in_the_language(grader, tmp_path, options):
    process = grader(
        "check", "single-neuron", SINGLE_NEURON / "solution.py", "--lang", "de", "--isolation", "medium", *options
    )
    page = tmp_path / "page.html"
    message = page.read_text() if page.exists() else re.sub(r"\\", "", process.stdout)
    assert "Ein einzelnes Neuron" in message
    assert "Begrenzung des Speicherplatzes" in message


@pytest.mark.parametrize(("name", "written"), [("en", "0.25"), ("de", "0,25"), ("es", "0,25")])
def test_numbers_have_the_decimal_mark_of_the_language(name, written):
    sentence = "{accuracy} of the held-out images are classified correctly; full marks start at {full:.1f} %."
    with use(name):
        assert plain_number(0.25) == language_number("0.25") == written
        percent = _(sentence).format(accuracy="[0.5 1.5]", full=97.5)
    assert ("97,5 %" in percent) == (name != "en")
    assert "[0.5 1.5]" in percent  # an array in Python's format


def test_whole_numbers_and_versions_are_not_changed():
    with use("de"):
        text = _("There is no dataset '{name}': choose one of {names}.").format(name="v1.5", names=1000)
    assert "v1.5" in text and "1000" in text


def test_thousands_are_separated_as_the_language_does():
    sentence = "{file} is too long: with the files that it uses, it has more than 1 MB of code, or more than {count:,} words and symbols. Put long lists of numbers into a data file."
    assert "60,000" in _(sentence).format(file="f.py", count=60_000)
    with use("de"):
        assert "60.000" in _(sentence).format(file="f.py", count=60_000)
