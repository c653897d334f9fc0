"""Tests of the Canvas import: the right column, the right students, and nothing else."""

from __future__ import annotations

import pytest

from grader.batch.canvas import fill
from grader.batch.existing_marks import ExistingMark, ExistingMarks
from grader.support.errors import UsageError
from tests.batch.rows import row

GRADEBOOK = """\
Student,ID,SIS User ID,SIS Login ID,Section,Notes,Single Neuron (123),Single Neuron (124),Exercise (2) (125),Final Score
,,,,,,Manual Posting,,,
    Points Possible,,,,,,10.00,10.00,100.00,(read only)
"Mustermann, Erika",4711,s1,erika@example.org,A,,3.00,,,50
"O'Neill, Conan",5,s2,conan,"A, and B",,EX,,,
"Müller ""J."", Jörg",6,s3,joerg,A,x,N/A,1.00,,
"Muster, Max",7,s4,max,B,,2.00,,,
"Muster, Max",8,s5,max2,B,,,,,
"de la Cruz_3, Ana",9,s6,ana,B,,,,,
"Student, Test",99,,abc,A,,,,,
"""


def lines(filled_file):
    return filled_file.content.decode().splitlines()


def test_import_has_the_students_and_one_column():
    filled_file = fill(
        [row("mustermannerika", "4711", 8.5), row("musterérik", "12345", 1.0)],
        GRADEBOOK.encode(),
        "123",
        ExistingMarks(overwrite=True),
    )
    assert lines(filled_file) == [
        "Student,ID,SIS User ID,SIS Login ID,Section,Single Neuron (123)",
        "    Points Possible,,,,,10.00",
        '"Mustermann, Erika",4711,s1,erika@example.org,A,8.5',
        '"O\'Neill, Conan",5,s2,conan,"A, and B",EX',
        '"Müller ""J."", Jörg",6,s3,joerg,A,N/A',
        '"Muster, Max",7,s4,max,B,2.00',
        '"Muster, Max",8,s5,max2,B,',
        '"de la Cruz_3, Ana",9,s6,ana,B,',
        '"Student, Test",99,,abc,A,',
    ]
    assert filled_file.unmatched == ["musterérik (12345)"]
    assert filled_file.without_submission[:2] == ["O'Neill, Conan", 'Müller "J.", Jörg']
    assert len(filled_file.without_submission) == 6
    assert (filled_file.locked, filled_file.notes) == ([], [])


@pytest.mark.parametrize(
    "student",
    [
        row("x", "9"),
        row("x", "s6"),
        row("x", "ana"),
        row("de la Cruz_3, Ana", "x"),
        row("delacruz_3ana", "x"),
    ],
)
def test_student_is_matched_by_id_login_or_name(student):
    filled_file = fill([student], GRADEBOOK.encode(), "Single Neuron (123)")
    assert '"de la Cruz_3, Ana",9,s6,ana,B,8.5' in lines(filled_file)
    assert filled_file.unmatched == []


def test_decomposed_name_is_the_same_name():
    marks = ExistingMarks(overwrite=True)
    filled_file = fill([row("mu\u0308llerjjo\u0308rg", "x")], GRADEBOOK.encode(), "124", marks)
    assert '"Müller ""J."", Jörg",6,s3,joerg,A,8.5' in lines(filled_file)


def test_name_of_two_students_is_not_matched():
    filled_file = fill([row("mustermax", "x", 1.0), row("Muster, Max", "y", 2.0)], GRADEBOOK.encode(), "123")
    assert filled_file.unmatched == ["mustermax (x)", "Muster, Max (y)"]
    rows = [row("mustermax", "7", 1.0), row("mustermax", "8", 2.0)]
    filled_file = fill(rows, GRADEBOOK.encode(), "123", ExistingMarks(overwrite=True))
    assert filled_file.unmatched == []
    assert lines(filled_file)[5:7] == ['"Muster, Max",7,s4,max,B,1', '"Muster, Max",8,s5,max2,B,2']


def test_mark_that_is_already_there_is_kept_and_listed():
    rows = [row("mustermannerika", "4711", 8.5), row("mustermax", "7", 2.0), row("oneillconan", "5", 1.0)]
    filled_file = fill(rows, GRADEBOOK.encode(), "123")
    assert lines(filled_file)[2:6] == [
        '"Mustermann, Erika",4711,s1,erika@example.org,A,3.00',
        '"O\'Neill, Conan",5,s2,conan,"A, and B",EX',
        '"Müller ""J."", Jörg",6,s3,joerg,A,N/A',
        '"Muster, Max",7,s4,max,B,2.00',  # the same mark
    ]
    assert filled_file.existing == [ExistingMark("mustermannerika", "4711", "mark", "3.00", "8.5", kept=True)]
    assert (filled_file.written_cells, filled_file.locked) == ([], ["O'Neill, Conan"])


def test_mark_of_an_earlier_run_is_replaced():
    filled_file = fill([row("x", "4711", 8.5)], GRADEBOOK.encode(), "123", ExistingMarks([("4711", "mark", "3")]))
    assert '"Mustermann, Erika",4711,s1,erika@example.org,A,8.5' in lines(filled_file)
    assert (filled_file.existing, filled_file.written_cells) == ([], [("4711", "mark", "8.5")])


def test_two_submissions_with_one_identity_are_not_matched():
    filled_file = fill([row("a", "7", 1.0), row("b", "7", 2.0)], GRADEBOOK.encode(), "123")
    assert filled_file.unmatched == ["a (7)", "b (7)"]
    assert '"Muster, Max",7,s4,max,B,2.00' in lines(filled_file)


def test_id_takes_precedence_over_name():
    """No student gets two lines, and no line two students."""
    filled_file = fill([row("Mustermann, Erika", "9", 1.0), row("delacruz_3ana", "x", 2.0)], GRADEBOOK.encode(), "123")
    assert [line for line in lines(filled_file) if line.endswith((",1", ",2"))] == ['"de la Cruz_3, Ana",9,s6,ana,B,1']
    assert filled_file.unmatched == ["delacruz_3ana (x)"]


def test_excused_not_assigned_and_ungraded_students_keep_their_grades():
    rows = [row("a", "5"), row("b", "6"), row("mustermannerika", "4711", None)]
    filled_file = fill(rows, GRADEBOOK.encode(), "123")
    assert [line.rsplit(",", 1)[1] for line in lines(filled_file)[2:5]] == ["3.00", "EX", "N/A"]
    assert filled_file.locked == ["O'Neill, Conan", 'Müller "J.", Jörg']
    assert filled_file.notes == ["Without a score, so their grades are unchanged: mustermannerika."]


@pytest.mark.parametrize("title", ["Exercise (2)", "Exercise (2) (125)", "125", " Exercise (2) ", "Renamed (125)"])
def test_scores_are_scaled_to_the_points_in_canvas_with_a_note(title):
    filled_file = fill([row("x", "7", 8.5)], GRADEBOOK.encode(), title)
    assert lines(filled_file)[0].endswith(",Section,Exercise (2) (125)")
    assert '"Muster, Max",7,s4,max,B,85' in lines(filled_file)
    assert filled_file.notes == ["The scores are scaled to the 100 points of Exercise (2) (125) in Canvas."]


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Single Neuron", 'Several columns.*"Single Neuron \\(123\\)", "Single Neuron \\(124\\)"\\.$'),
        ("Double Neuron", 'No column.*"Double Neuron".*"Exercise \\(2\\) \\(125\\)"\\.$'),
        ("Final Score", 'No column.*"Final Score"'),
        ("Section", "No column"),
        ("", 'several columns for assignments: give the title of one of "'),
    ],
)
def test_unknown_or_ambiguous_column_is_refused(title, words):
    with pytest.raises(UsageError, match=words):
        fill([row()], GRADEBOOK.encode(), title)


def test_only_column_needs_no_title():
    gradebook = "Student,ID,Section,Neuron (1),Final Score\n    Points Possible,,,10,(read only)\nErika,4711,A,,90\n"
    filled_file = fill([row("x", "4711", 7.25)], gradebook.encode(), "")
    assert filled_file.content.decode().splitlines()[-1] == "Erika,4711,A,7.25"


def test_semicolons_decimal_commas_and_byte_order_mark_are_kept():
    gradebook = (
        "\ufeffStudent;ID;Section;Neuron (1);Final Score\r\n"
        "    Points Possible;;;10,00;(read only)\r\n"
        "Mustermann, Erika;4711;A;;90,00\r\n"
    )
    filled_file = fill([row("x", "4711", 7.25)], gradebook.encode(), "Neuron")
    assert filled_file.content.decode() == (
        "\ufeffStudent;ID;Section;Neuron (1)\n    Points Possible;;;10,00\nMustermann, Erika;4711;A;7,25\n"
    )


def test_decimal_comma_in_a_comma_separated_file_is_quoted():
    gradebook = 'Student,ID,Section,Neuron (1)\n    Points Possible,,,"10,00"\n"Mustermann, Erika",4711,A,\n'
    assert fill([row(score=7.25)], gradebook.encode(), "1").content.endswith(b'"Mustermann, Erika",4711,A,"7,25"\n')


def test_first_and_last_names_in_separate_columns():
    gradebook = "LastName,FirstName,ID,Section,Neuron (1)\nMustermann,Erika,4711,A,\n"
    filled_file = fill([row("mustermannerika", "x", 7.0)], gradebook.encode(), "1")
    assert lines(filled_file)[1] == "Mustermann,Erika,4711,A,7"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "Section"),
        (b"a,b\n", "Section"),
        (b"\xff\xfea", "UTF-8"),
        (b'Student,ID,Section,N (1)\n"a,b\n', "line 2 is not closed"),
        (b"Student,ID,Section,N (1)\na,b\n", "line 2 has 2 cells, but the first line has 4"),
    ],
)
def test_file_that_is_not_a_gradebook_is_reported(content, words):
    with pytest.raises(UsageError, match=words):
        fill([row()], content, "N")


@pytest.mark.parametrize(
    ("title", "word"),
    [
        ("Final exercise (1)", "Final"),
        ("Semifinals (1)", "final"),
        ("Current topics (1)", "Current"),
        ("Override score (1)", "Override score"),
        ("Recurrent networks (1)", None),
        ("Single neuron (1)", None),
    ],
)
def test_title_that_canvas_ignores_is_noted(title, word):
    gradebook = f"Student,ID,Section,{title}\n    Points Possible,,,10\nErika,4711,A,\n"
    notes = [note for note in fill([row("Erika", "4711")], gradebook.encode(), "1").notes if "may ignore" in note]
    assert len(notes) == (word is not None)
    if word:
        assert f'"{word}"' in notes[0] and "rename the assignment" in notes[0]
