"""Tests of Moodle's worksheet: grades and comments change, and every other byte stays."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.batch.existing_marks import ExistingMark, ExistingMarks, same
from grader.batch.moodle import as_html, fill
from grader.support.errors import UsageError
from tests.batch.rows import row

ENGLISH = (
    '\ufeffIdentifier,"Full name","ID number","Email address",Status,Grade,"Maximum grade","Grade can be changed",'
    '"Last modified (submission)","Online text","Last modified (grade)","Feedback comments"\r\n'
    '"Participant 4711","Erika Mustermann",0815,erika@example.org,"Submitted for grading - ",,10.00,Yes,'
    '"Monday, 3 March 2025, 9:05 AM","a ""quoted"" line\r\nand, another",-,\r\n'
    '"Participant 23","Jörg O\'Neill-Müller 2nd",,j@example.org,"\' -",3.00,10.00,Yes,-,,-,""\r\n'
    '"Participant 5","Max Muster",,,"No submission",,10.00,No,-,,-,"old, and <p>kept</p>"\r\n'
)
GERMAN = (
    'ID,"Vollständiger Name",Status,Bewertung,Bestwertung,"Bewertung kann geändert werden",'
    '"Zuletzt geändert (Bewertung)","Feedback als Kommentar"\n'
    'Teilnehmer/in4711,"Erika Mustermann","Zur Bewertung abgegeben",,"10,00",Ja,-,\n'
)
SPANISH = (
    '"Identificador","Nombre completo","Estado","Calificación","Calificación máxima",'
    '"La calificación puede ser cambiada","Última modificación (calificación)","Comentarios de retroalimentación"\n'
    '"Participante 4711","Erika Mustermann","Enviado","","10,00","Sí","-",""\n'
)
FRENCH = (
    'Identifiant,"Nom complet",Statut,Note,"Note maximale","La note peut être modifiée",'
    '"Dernière modification (note)","Feedback par commentaires"\n'
    'Participant4711,"Erika Mustermann",Remis,,"10,00",Oui,-,\n'
)
BLIND = (
    "Identifier,Status,Grade,Maximum Grade,Grade can be changed,Last modified (grade)\nParticipant 4711,,,10.00,Yes,-\n"
)


def test_only_cells_of_grades_and_comments_change():
    rows = [
        row("Erika Mustermann", "4711", 8.5, comment="Look at dB2,\nand at dW1."),
        row("Jörg O'Neill-Müller 2nd", "23", 10.0, comment="Right."),
        row("Max Muster", "5", 1.0, comment="No."),
        row("Somebody Else", "6", 1.0),
    ]
    filled_file = fill(rows, ENGLISH.encode(), ExistingMarks(overwrite=True))
    assert filled_file.content.decode() == (
        ENGLISH.replace('grading - ",,', 'grading - ",8.5,')
        .replace('another",-,', 'another",-,"Look at dB2,<br>and at dW1."')
        .replace(',3.00,10.00,Yes,-,,-,""', ',10,10.00,Yes,-,,-,"Right."')
    )
    assert filled_file.unmatched == ["Somebody Else (6)"]
    assert (filled_file.without_submission, filled_file.locked, filled_file.notes) == ([], ["Max Muster"], [])
    assert filled_file.existing == [ExistingMark("Jörg O'Neill-Müller 2nd", "23", "mark", "3.00", "10", kept=False)]


MARKED = (
    "Identifier,Full name,Grade,Maximum grade,Last modified (grade),Feedback comments\r\n"
    'Participant 1,Anna,"7,50","10,00",-,"<p>Well <b>done</b>.</p>"\r\n'
    'Participant 2,Ben,"3,00","10,00",-,"By hand: ""see me"""\r\n'
    'Participant 3,Cem,-,"10,00",-,Only a comment\r\n'
)


def marked_rows():
    return [
        row("Anna", "1", 7.5, comment="Well done."),
        row("Ben", "2", 9.0, comment="Look at dB2."),
        row("Cem", "3", 4.0, comment="Look at dW1."),
    ]


def test_marks_and_comments_that_are_already_there_are_kept_and_listed():
    filled_file = fill(marked_rows(), MARKED.encode())
    assert filled_file.content.decode() == MARKED.replace("Cem,-,", "Cem,4,")
    assert filled_file.existing == [
        ExistingMark("Ben", "2", "mark", "3,00", "9", kept=True),
        ExistingMark("Ben", "2", "comment", 'By hand: "see me"', "Look at dB2.", kept=True),
        ExistingMark("Cem", "3", "comment", "Only a comment", "Look at dW1.", kept=True),
    ]
    assert filled_file.written_cells == [("3", "mark", "4")]


def test_marks_and_comments_are_replaced_on_request_and_listed():
    filled_file = fill(marked_rows(), MARKED.encode(), ExistingMarks(overwrite=True))
    assert filled_file.content.decode() == (
        MARKED.replace('Ben,"3,00"', 'Ben,"9"')
        .replace('"By hand: ""see me"""', '"Look at dB2."')
        .replace("Cem,-,", "Cem,4,")
        .replace("Only a comment", "Look at dW1.")
    )
    assert [(entry.student, entry.cell, entry.kept) for entry in filled_file.existing] == [
        ("Ben", "mark", False),
        ("Ben", "comment", False),
        ("Cem", "comment", False),
    ]


def test_marks_and_comments_of_earlier_runs_are_replaced_without_a_word():
    earlier = [("2", "mark", "3"), ("2", "comment", "By hand: &quot;see me&quot;"), ("3", "comment", "Another")]
    filled_file = fill(marked_rows(), MARKED.encode(), ExistingMarks(earlier))
    assert 'Ben,"9","10,00",-,"Look at dB2."' in filled_file.content.decode()
    assert [(entry.student, entry.cell) for entry in filled_file.existing] == [("Cem", "comment")]


@pytest.mark.parametrize(
    ("worksheet", "changes"),
    [
        (GERMAN, {',,"10,00"': ',"7,25","10,00"', "-,\n": "-,Right.\n"}),
        (SPANISH, {'"","10,00"': '"7,25","10,00"', '"-",""': '"-","Right."'}),
        (FRENCH, {',,"10,00"': ',"7,25","10,00"', "-,\n": "-,Right.\n"}),
    ],
)
def test_titles_and_numbers_follow_the_language(worksheet, changes):
    filled_file = fill([row(score=7.25, comment="Right.")], worksheet.encode())
    for before, after in changes.items():
        worksheet = worksheet.replace(before, after)
    assert filled_file.content.decode() == worksheet
    assert (filled_file.unmatched, filled_file.without_submission, filled_file.notes) == ([], [], [])


def test_blind_worksheet_is_matched_by_number():
    filled_file = fill([row("Participant 4711", "4711", 7.25, comment="Right.")], BLIND.encode())
    assert filled_file.content.decode() == BLIND.replace("4711,,,", "4711,,7.25,")
    assert filled_file.notes == ["The worksheet has no column for comments, so comments are left out."]
    assert fill([], BLIND.encode()).without_submission == ["Participant 4711"]


def test_number_of_a_group_is_not_matched_with_a_student():
    filled_file = fill([row("Group_A", "4711")], GERMAN.encode())
    assert filled_file.content == GERMAN.encode()
    assert (filled_file.unmatched, filled_file.without_submission) == (["Group_A (4711)"], ["Erika Mustermann"])
    assert filled_file.notes == [
        "In the worksheet, the number of Group_A belongs to Erika Mustermann: enter the grade by hand."
    ]


@pytest.mark.parametrize(
    ("in_archive", "in_sheet", "is_same"),
    [
        ("J_rg Gr__e", "Jörg Größe", True),
        ("_ ____ Smith", "Ø Æøåß Smith", True),
        ("??? Smith", "حدا Smith", True),
        ("J_rg Gr__e", "Jane Doe", False),
        ("____", "Somebody Else", False),
        ("Team 1", "Jörg Größe", False),
    ],
)
def test_letters_that_an_archive_has_lost_may_be_any_letters(in_archive, in_sheet, is_same):
    table = f"Identifier,Full name,Grade\nParticipant 7,{in_sheet},\n".encode()
    filled_file = fill([row(in_archive, "7", 50)], table)
    assert (b",50" in filled_file.content) == is_same


def test_student_without_score_is_not_changed():
    filled_file = fill([row(score=None, comment="The grader failed.")], GERMAN.encode())
    assert filled_file.content == GERMAN.encode()
    assert filled_file.notes == ["Without a score, so their grades are unchanged: Erika Mustermann."]


def test_score_is_scaled_to_the_maximum_with_a_note():
    filled_file = fill([row(score=8.5)], GERMAN.replace("10,00", "100,00").encode())
    assert b',85,"100,00"' in filled_file.content
    assert filled_file.notes == ["The scores are scaled to the maximum grade of the worksheet, 100."]


@pytest.mark.parametrize(
    ("comment", "cell"),
    [
        ('<script>alert("x")</script> & more', "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; more"),
        ("=HYPERLINK(1)", "&#61;HYPERLINK(1)"),
        ("  @a", "&#64;a"),
        ("＝1", "&#65309;1"),
        ("a;=-1", "a;&#61;&#45;1"),
        ("ends with \\", "ends with &#92;"),
        ("one\r\n\r\ntwo\x1b\u202e", "one<br><br>two??"),
        ("Größe 3 - 1 = 2 🎉", "Größe 3 - 1 = 2 🎉"),
        ("", ""),
    ],
)
def test_comment_is_escaped_html_and_never_a_formula(comment, cell):
    assert as_html(comment) == cell


@pytest.mark.parametrize(
    ("worksheet", "words"),
    [
        (b"", "Identifier"),
        (b"Identifier,Status\n", '"Grade"'),
        (b"Name;Note\n", "Identifiant"),
        (b"Identifier,Grade,Scale\nParticipant 1,,good\n", "scale"),
        (b"Identifier,Grade\nParticipant 1\n", "line 2 has 1 cell"),
        (b'Identifier,Grade\n"Participant 1,\n', "not closed"),
        ("Bewertung kann geändert werden".encode("latin-1"), "UTF-8"),
    ],
)
def test_file_that_is_not_a_worksheet_is_reported(worksheet, words):
    with pytest.raises(UsageError, match=words):
        fill([row()], worksheet)


TITLES = ["Identifier", "Grade", "Feedback comments", "Status", "Grade can be changed", "A column; of a plugin"]
LINE_ENDS = ("\n", "\r\n", "\r")


@st.composite
def worksheets(draw):
    """Draw a worksheet as raw cells: any order of columns, any quotes, any text in the cells."""
    titles = draw(st.permutations(TITLES))
    anything = st.text(st.sampled_from("aß🎉,;\"'\r\n\\ =-"), max_size=8)
    rows = [[draw(raw_cell(title)) for title in titles]]
    for number in range(draw(st.integers(0, 4))):
        cells = {title: draw(anything) for title in TITLES}
        cells |= {"Identifier": f"Participant {number}", "Grade can be changed": draw(st.sampled_from(["Yes", "No"]))}
        rows.append([draw(raw_cell(cells[title])) for title in titles])
    ends = [draw(st.sampled_from(LINE_ENDS)) + draw(st.sampled_from(["", "", "\n"])) for _ in rows]
    return draw(st.sampled_from(["", "\ufeff"])), titles, rows, ends


def raw_cell(text):
    quoted = '"' + text.replace('"', '""') + '"'
    return st.just(quoted) if any(sign in text for sign in ',"\r\n') else st.sampled_from([text, quoted])


def joined(bom, rows, ends):
    return bom + "".join(",".join(cells) + end for cells, end in zip(rows, ends, strict=True))


@given(worksheets(), st.text(max_size=30), st.integers(0, 1000))
def test_all_other_bytes_of_the_worksheet_stay(worksheet, comment, points):
    bom, titles, raw, ends = worksheet
    source = joined(bom, raw, ends)
    rows = [row("x", str(number), points / 100, comment=comment) for number in range(3)]
    filled_file = fill(rows, source.encode(), ExistingMarks(overwrite=True))

    expected = [list(cells) for cells in raw]
    for cells in expected[1:4]:
        if cells[titles.index("Grade can be changed")].strip('"') == "Yes":
            new_mark, new_comment = f"{points / 100:g}", as_html(comment)
            if is_other("mark", cells[titles.index("Grade")], new_mark):
                replace(cells, titles.index("Grade"), new_mark)
            if new_comment and is_other("comment", cells[titles.index("Feedback comments")], new_comment):
                replace(cells, titles.index("Feedback comments"), new_comment)
    assert filled_file.content.decode() == joined(bom, expected, ends)

    was, now = (
        list(csv.reader(io.StringIO(text.removeprefix(bom), newline="")))
        for text in (source, filled_file.content.decode())
    )
    unchanged = [index for index, title in enumerate(titles) if title not in ("Grade", "Feedback comments")]
    assert [[cells[index] for index in unchanged] for cells in was if cells] == [
        [cells[index] for index in unchanged] for cells in now if cells
    ]


def is_other(kind, raw, new):
    (text,) = next(csv.reader(io.StringIO(raw, newline="")), [""]) if raw else [""]
    return text.strip() in ("", "-") or not same(kind, text, new)


def replace(cells, index, text):
    quoted = cells[index].startswith('"') or any(sign in text for sign in ',"\r\n') or text != text.strip()
    cells[index] = f'"{text}"' if quoted else text
