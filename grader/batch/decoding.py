"""Decodes file names whose encoding is not recorded, as in archives that were packed on Windows.

Names are too short for the usual language statistics. Better evidence: a roster contains the decoded name, all letters
belong to one script, capitals are where names have them, and the characters are common ones.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Collection, Iterable
from functools import cache

from .matching import folded

UTF_8 = 0x800  # the flag of a zip member
UNICODE_PATH = 0x7075  # Info-ZIP's extra field with the name in UTF-8
# If several encodings fit equally well, the first is used. Western versions of Windows pack in cp437 or cp850.
ENCODINGS = (
    *("cp437", "cp850", "cp1252", "gbk", "big5", "cp932", "cp949", "cp1251", "cp866", "koi8-r"),
    *("cp852", "cp1250", "cp1253", "cp737", "cp857", "cp1254", "cp862", "cp1255", "cp1256", "cp720", "cp874", "cp775"),
)
ROSTER = 10.0  # the weight of a name from the roster; a name that is only well formed has weight 1
DOUBTFUL = 0.3
SURNAMES = {
    "gbk": "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董潘袁蔡蒋余于杜叶程苏魏吕丁任沈",
    "big5": "王李張劉陳楊黃趙吳周徐孫馬朱胡郭何林高羅鄭梁謝宋唐許韓馮鄧曹彭曾蕭田董潘袁蔡蔣余於杜葉程蘇魏呂丁任沈",
    "cp949": "김이박최정강조윤장임한오서신권황안송류홍전고문양손배백허유남심노하곽성차주우구민진지엄채원천방공현함변염",
}
COMMON = {  # the byte ranges with the common characters of each encoding
    "gbk": re.compile(rb"[\xb0-\xd7][\xa1-\xfe]"),
    "big5": re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]"),
    "cp932": re.compile(rb"[\x82\x83\x88-\x97].|\x98[\x40-\x72]|\x81[\x58\x5b]", re.DOTALL),
    "cp949": re.compile(rb"[\xb0-\xc8][\xa1-\xfe]"),
}


def name_in_zip(info: zipfile.ZipInfo) -> str:
    """Return the name of a member; bytes in an unknown encoding become surrogates.

    Some programs write UTF-8 without setting the flag, or use backslashes.
    """
    name = info.filename
    if not info.flag_bits & UTF_8:
        raw = info.orig_filename.encode("cp437")
        name = _unicode_path(info.extra, raw) or raw.decode("utf-8", "surrogateescape")
        if _is_unknown(name):  # here a backslash may be the second byte of a character
            return raw.decode("ascii", "surrogateescape")
    return name.replace("\\", "/")


def _unicode_path(extra: bytes, raw: bytes) -> str:
    while len(extra) >= 4:
        kind, size = int.from_bytes(extra[:2], "little"), int.from_bytes(extra[2:4], "little")
        field, extra = extra[4 : 4 + size], extra[4 + size :]
        if kind == UNICODE_PATH and field[:1] == b"\x01" and int.from_bytes(field[1:5], "little") == zlib.crc32(raw):
            return field[5:].decode(errors="replace")
    return ""


def readable(names: Iterable[str], roster: Collection[str] = ()) -> tuple[dict[str, str], str]:
    """Return {name: readable name}, all different, and the guessed encoding ("" if all names are UTF-8).

    ``names`` have surrogates for bytes that are not UTF-8, as Python represents them in file names.
    """
    names = [*dict.fromkeys(names)]
    unknown_parts = {part for name in names for part in name.split("/") if _is_unknown(part)}
    if not unknown_parts:
        return {name: name for name in names}, ""
    people = {folded(name) for name in roster}
    parts = [_bytes(part) for part in sorted(unknown_parts)]
    scores = {encoding: _fit(encoding, parts, people) for encoding in ENCODINGS}
    best_encoding = max(ENCODINGS, key=lambda encoding: scores[encoding])  # the first of equals
    if not scores[best_encoding]:
        return {name: name for name in names}, ""
    readable_names: dict[str, str] = {}
    used_names = {name for name in names if not _is_unknown(name)}
    for name in names:
        decoded_name = "/".join(_decoded(part, best_encoding) for part in name.split("/"))
        readable_names[name] = name if decoded_name in used_names and decoded_name != name else decoded_name
        used_names.add(readable_names[name])
    return readable_names, best_encoding


def _is_unknown(name: str) -> bool:
    return any("\udc80" <= sign <= "\udcff" for sign in name)


def _decoded(part: str, encoding: str) -> str:
    return _bytes(part).decode(encoding, "replace").replace("\\", "/") if _is_unknown(part) else part


def _bytes(name: str) -> bytes:
    return name.encode("utf-8", "surrogateescape")


def _fit(encoding: str, names: Collection[bytes], people: Collection[str]) -> float:
    """Return how well an encoding fits all names; 0 if it cannot decode one of them."""
    total = 0.0
    for raw in names:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            return 0.0
        words = [word for word in re.findall(r"[^\s/\\_.,()0-9-]+", text) if not word.isascii()]
        total += sum(_plausibility(word, encoding) for word in words) / len(words) if words else 0.0
        if people:
            total += ROSTER * any(_is_in_roster(part, people) for part in re.split(r"[/\\]", text))
    return total / len(names)


def _is_in_roster(part: str, people: Collection[str]) -> bool:
    """True if a folder or a file has the name of a person of the roster, perhaps followed by an id or an ending."""
    letters = folded(re.sub(r"_\d+_.*|\.[^.]*$", "", part))
    return letters in people


def _plausibility(word: str, encoding: str) -> float:
    """Return a value between 0 and 1: how plausible a word with non-ASCII characters is as part of a name."""
    if not all(unicodedata.category(sign)[0] in "LM" or sign in "'\u2019\u30fb" for sign in word):
        return 0.0
    scripts = {_script(sign) for sign in word if unicodedata.category(sign)[0] == "L"}
    if len(scripts) > 1:
        return 0.0
    if encoding in COMMON:
        return _share_of_common(word, encoding)
    pairs = itertools.pairwise(word)
    if any(before.islower() and sign.isupper() and not sign.isascii() for before, sign in pairs):
        return DOUBTFUL  # "RenÚ"
    if word[:1].islower() and not word[:1].isascii() and any(sign.isupper() for sign in word[1:]):
        return DOUBTFUL  # koi8-r decoded as cp1251: all letters have the wrong case
    if "LATIN" in scripts and len(word) > 2 and sum(not sign.isascii() for sign in word) > len(word) / 2:
        return DOUBTFUL  # "Èâàíîâ"
    return 1.0


def _share_of_common(word: str, encoding: str) -> float:
    """Return the share of common characters, plus a small bonus if the word begins with a common surname."""
    raw = [sign.encode(encoding) for sign in word]
    share = sum(COMMON[encoding].fullmatch(sign) is not None for sign in raw) / len(raw)
    return 0.9 * share + 0.1 * (word[0] in SURNAMES.get(encoding, ""))


@cache
def _script(sign: str) -> str:
    """Return the script of a letter; East Asian scripts count as one, because names mix them."""
    name = unicodedata.name(sign, "?").partition(" ")[0]
    return "EAST" if name.partition("-")[0] in ("CJK", "HANGUL", "HIRAGANA", "KATAKANA") else name
