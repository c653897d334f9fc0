"""Tests of file names in unknown encodings."""

from __future__ import annotations

import zipfile

import pytest

from grader.batch.decoding import name_in_zip, readable

CLASSES = [
    ("cp850", ["Jörg Jäger", "Ida I"]),
    ("cp437", ["Zoë Großmann", "René Nuñez"]),
    ("cp1252", ["Jörg Jäger", "René Müller", "Ángel Núñez", "Zoë Weiß"]),
    ("cp1252", ["Éloïse Bézier"]),
    ("gbk", ["张伟", "Ida I"]),
    ("gbk", ["李明", "王芳", "陈静"]),
    ("gbk", ["李明"]),
    ("gbk", ["欧阳娜娜", "刘洋"]),
    ("big5", ["張偉", "陳靜怡"]),
    ("big5", ["王小明"]),
    ("cp932", ["田中太郎", "佐藤花子"]),
    ("cp932", ["さくら", "スズキ"]),
    ("cp949", ["김철수", "이영희"]),
    ("cp949", ["박지성"]),
    ("cp1251", ["Иванов Иван", "Петрова Анна"]),
    ("cp866", ["Иванов Иван", "Щукина Юлия"]),
    ("koi8-r", ["Иванов Иван", "Петрова Анна"]),
]


def unknown(name, encoding):
    return name.encode(encoding).decode("ascii", "surrogateescape")


@pytest.mark.parametrize(("encoding", "names"), CLASSES)
def test_encoding_is_guessed_from_the_letters(encoding, names):
    paths = {unknown(name, encoding) + "/answer.py": f"{name}/answer.py" for name in names}
    readable_names, guessed = readable(paths)
    assert readable_names == paths
    assert guessed


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("cp1253", "Γιώργος Παπαδόπουλος"),
        ("cp852", "Łukasz Żak"),
        ("cp1250", "Dvořák Šimon"),
        ("cp857", "Işık Gökçe"),
        ("cp862", "כהן דוד"),
        ("cp874", "สมชาย ใจดี"),
    ],
)
def test_roster_decides_between_rare_encodings(encoding, name):
    readable_names, guessed = readable([unknown(f"{name}_17_x", encoding) + "/a.py"], [name, "Somebody Else"])
    assert [*readable_names.values()] == [f"{name}_17_x/a.py"]
    assert guessed


def test_readable_names_are_unchanged():
    names = ["Jörg/answer.py", "李/a\\b.py", "a"]
    assert readable(names) == ({name: name for name in names}, "")


def test_path_may_be_unknown_in_part_and_names_stay_different():
    readable_names, _ = readable(["Übung/M\udcfcller/a.py", "Übung/Müller/a.py", "M\udcfcller/a.py"])
    assert readable_names["M\udcfcller/a.py"] == "Müller/a.py"
    assert len({*readable_names.values()}) == 3


def test_backslash_inside_a_character_does_not_separate_folders():
    name = "表\\so.py"  # the second byte of the character in Shift-JIS is a backslash
    readable_names, _ = readable([unknown(name, "cp932"), unknown("田中太郎\\a.py", "cp932")])
    assert [*readable_names.values()] == ["表/so.py", "田中太郎/a.py"]


def test_utf_8_without_flag_is_read_as_utf_8(tmp_path):
    info = zipfile.ZipInfo("x")
    for raw, name in (("Jörg\\a.py".encode(), "Jörg/a.py"), (b"J\x94rg\\a.py", "J\udc94rg\\a.py")):
        info.filename = info.orig_filename = raw.decode("cp437")
        assert name_in_zip(info) == name
