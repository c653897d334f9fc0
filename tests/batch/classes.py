"""A class of 42 students with difficult names, in the export format of each course system."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
import zipfile

PEOPLE = [  # last name, first name
    ("Mustermann", "Erika"), ("O'Neill", "Conan"), ("Müller-Lüdenscheidt", "Jörg"), ("de la Cruz, Jr.", "Ana"),
    ("Żak", "Łukasz"), ("Dvořák", "Antonín"), ("Иванов", "Иван"), ("Παπαδοπούλου", "Ελένη"), ("张", "伟"), ("李", "娜"),
    ("田中", "太郎"), ("김", "철수"), ("حداد", "ليلى"), ("כהן", "דוד"), ("ใจดี", "สมชาย"), ("शर्मा", "प्रिया"), ("Nguyễn", "Thị Ánh"),
    ("Smith", "Anna"), ("Smith", "Anna"), ("Smith 2nd", "Bob"), ("X Æ A-12", "Musk"), ("Weiß", "Zoë"), ("Ø", "Åse"),
    ("van der Berg", "Jan-Willem"), ("D'Arcy-O'Brien", "Siobhán"), ("Oğuz", "Gökçe Işıl"), ("Ștefănescu", "Ioana"),
    ("Þórðarson", "Björk"), ("7of9", "Annika"), ("Lee (Exchange)", "Min"), ("Rocket 🚀", "Ravi"), ("Núñez", "Íñigo"),
    ("Team", "Late"), ("Text", "Link"), ("Anon", "Otto"), ("Participant", "Paula"), ("Test", "Student"), ("Con", "Nul"),
    ("Submitted", "Sue"), ("Abgaben", "Ann"), ("Reports", "Ron"), ("Ó Súilleabháin", "Máire"),
]  # fmt: skip
ANSWERS = ["answer.ipynb", "My answer (1).ipynb", "Übung 3.py", "work.zip", "essay.pdf", "week-3.ipynb", "notes.txt"]


def answer(number):
    """Return the file that student ``number`` hands in; students from number 40 on hand in nothing."""
    return ANSWERS[number % len(ANSWERS)] if number < 40 else None


def login(number):
    return f"u{number:03}x" if number % 5 else f"u.{number:03}-x"


def canvas(pack):
    """Every student has a file, a text or a link: Canvas exports nothing for the others."""
    for number, (last, first) in enumerate(PEOPLE):
        name = re.sub(r"[^\w]", "", f"{last}{first}").lower()
        late = "_LATE" if number % 6 == 0 else ""
        front = f"{name}{late}_{1000 + number}"
        other_people = f"{9000 + number}_{answer(number)}" if answer(number) else ("text.html", "link.html")[number % 2]
        pack(f"{front}_{other_people}")
    return {str(1000 + number): PEOPLE[number] for number in range(42)}


def moodle(pack):
    for number, (last, first) in enumerate(PEOPLE):
        name = f"{first} {last}".replace("/", "_")
        kind, file = ("file", answer(number)) if answer(number) else ("onlinetext", "onlinetext.html")
        pack(f"{name}_{1000 + number}_assignsubmission_{kind}{'_' * (number % 2)}/{file}")
    return {str(1000 + number): PEOPLE[number] for number in range(42)}


def of_ilias(name):
    """Latin-1 letters lose their accents; each byte of other letters becomes an underscore."""
    letters = [unicodedata.normalize("NFD", sign)[0] if "\x80" < sign < "\u0100" else sign for sign in name]
    ascii_names = "".join(letters).encode()
    return "".join(chr(byte) if 31 < byte < 127 and chr(byte) not in ':\\/*?"<>|' else "_" for byte in ascii_names)


def ilias(pack):
    for number, (last, first) in enumerate(PEOPLE):
        folder = f"Exercise 1/Abgaben/{of_ilias(last)}_{of_ilias(first)}_{login(number)}_{1000 + number}"
        pack(f"{folder}/{'verspätet - ' * (number % 6 == 0)}{answer(number) or ''}")
    return {login(number): PEOPLE[number] for number in range(42)}


def gradescope(pack):
    lines = []
    for number, (last, first) in enumerate(PEOPLE):
        lines += [f"submission_{number}:", "  :submitters:", f"  - :name: {f'{first} {last}'!r}"]
        lines += [f"    :sid: '{1000 + number}'", f"    :email: {login(number)}@example.org"]
        if answer(number):
            pack(f"assignment_5_export/submission_{number}/{answer(number)}")
    pack("assignment_5_export/submission_metadata.yml", "\n".join(lines).replace("\\'", "''"))
    return {str(1000 + number): PEOPLE[number] for number in range(42)}


def nbgrader(pack):
    for number in range(42):
        folder = f"course/submitted/{login(number)}"
        pack(f"{folder}/doubling/{answer(number)}" if answer(number) else f"{folder}/earlier/problem.ipynb")
        pack(f"{folder}/earlier/timestamp.txt")
    pack("course/source/doubling/problem.ipynb")
    return {login(number): (login(number), "") for number in range(42)}


def github(pack):
    for number in range(42):
        folder = f"doubling-{login(number)}"
        pack(f"{folder}/{answer(number) or '.gitignore'}")
        pack(f"{folder}/.git/config")
    return {login(number): (login(number), "") for number in range(42)}


def folders(pack):
    """Folders that an instructor made by hand: one name is decomposed, and one student has only hidden files."""
    names = [f"{last}, {first} {number}" for number, (last, first) in enumerate(PEOPLE)]
    for number, name in enumerate(names):
        folder_files = unicodedata.normalize("NFD", name) if number % 2 else name
        pack(f"class/{folder_files}/{'sub/' * (number % 3)}{answer(number) or '.DS_Store'}")
    return {name: (name, "") for name in names}


def loose(pack):
    names = [f"{first} {last} {number}" for number, (last, first) in enumerate(PEOPLE)]
    for number, name in enumerate(names):
        pack(f"{name}{('.py', '.ipynb', '.zip', '.tar.gz', '.pdf')[number % 5]}")
    pack("desktop.ini")
    return {name: (name, "") for name in names}


SYSTEMS = {f.__name__: f for f in (canvas, moodle, ilias, gradescope, nbgrader, github, folders, loose)}


def archive(path, system):
    """Write the class as a .zip; return {expected id: (last name, first name)}."""
    with zipfile.ZipFile(path, "w") as archive_file:

        def pack(name, content="x = 1\n"):
            archive_file.writestr(name, content)

        return SYSTEMS[system](pack)


def unpacked(folder, system):
    """Write the class as a folder."""

    def pack(name, content="x = 1\n"):
        path = folder / name
        (path if name.endswith("/") else path.parent).mkdir(parents=True, exist_ok=True)
        if not name.endswith("/"):
            path.write_text(content, encoding="utf-8")

    return SYSTEMS[system](pack)


def canvas_gradebook(title="Two small functions (77)"):
    """Return the gradebook of the class, with one more student who handed in nothing."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(["Student", "ID", "SIS User ID", "SIS Login ID", "Section", title])
    writer.writerow(["    Points Possible", "", "", "", "", "100"])
    for number, (last, first) in enumerate([*PEOPLE, ("Absent", "Abby")]):
        writer.writerow([f"{last}, {first}", 1000 + number, f"s{number}", login(number), "A", ""])
    return table.getvalue()
