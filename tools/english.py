"""List sentences that a reader with English as a second language has to read twice: ``python tools/english.py``.

The patterns are constructions that occur almost never in technical English. The tool reads the docstrings and comments of
the code, the pages, the messages, and the texts about bugs and of the bundled assignments.
``tests/test_english.py`` refuses more than a few occurrences. Words between backticks are code and are not read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[1]
CODE = ("grader", "tests", "benchmarks", "reference", "tools")
NOT_OURS = (
    "tests/hostile/submissions/",
    "tests/hostile/installed/",
    "tests/hostile/training/",
)  # written as students write
PAGES = ("README.md", "CONTRIBUTING.md", "SECURITY.md", "docs/*.md")
TABLES = "grader/service/tables.py"
TEXT_KEYS = {"title", "hint", "kind", "reason", "why"}  # keys of assignment.yaml whose values people read


START = r"(?:^[ \t]*(?:[-*|>]+[ \t]*|\d+\.[ \t]*)?|[.;:(|]\s+)"
# Python's strings and comments; a docstring is a triple-quoted string at the beginning of a line after a colon or nothing.
TOKEN = re.compile(
    r'''[rbuf]{0,2}(?:"""(?P<docstring>(?:\\.|[^\\])*?)"""|'{3}(?:\\.|[^\\])*?'{3}'''
    r"""|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?P<comment>\#[^\n]*)""",
    re.DOTALL | re.IGNORECASE,
)
MESSAGE = re.compile(r'(?<![\w.])(?:_|lazy|ngettext)\(\s*((?:"(?:[^"\\]|\\.)*"[\s,]*)+)')
DOCSTRING_PLACE = re.compile(r"(?:^|:[^\n]*\n)\s*\Z")


@dataclass(frozen=True)
class Pattern:
    """A construction to avoid, with a sentence that has it and the same sentence without it."""

    name: str
    expression: re.Pattern[str]
    example: str
    better: str
    severe: bool = False  # not allowed at all
    clues: tuple[str, ...] = ()  # a text without one of them has no match, which is faster to find out


def _pattern(name: str, clues: str, expression: str, example: str, better: str, severe: bool = False) -> Pattern:
    """``START`` in an expression is the beginning of a clause, and a space any white space."""
    full = expression.replace(" ", r"\s+").replace("START", START)
    return Pattern(name, re.compile(full, re.IGNORECASE | re.MULTILINE), example, better, severe, tuple(clues.split()))


PATTERNS = (
    _pattern(
        "'who' without a noun before it",
        "who",
        r"(?:START|, )who(?:ever)?\b(?! (?:is|are|was|were|else)\b[^.;]*\?)|\bwhoever\b|\b(?:for|of|from) who\b",
        "Who has no score has an empty cell.",
        "Students without a score get an empty cell.",
        severe=True,
    ),
    _pattern(
        "'what' without a noun before it",
        "what",
        r"(?:START|\b(?:and|for|from|of|with|by) )what (?![^.;:]*\?)(?:(?:is|are|was|were|has|have|had|can|cannot|could|does|did|comes?|came|"
        r"it|they|a|an|the|one|no|nobody|student|stands?) |\w+s )",
        "What is missing is repaired.",
        "Missing parts are repaired.",
    ),
    _pattern(
        "'is none', 'is no X'",
        "no",
        r"\b(?:is|are|was|be|as) (?-i:none)\b|(?<!\bthere\x20)\b(?:is|are) no (?!longer\b|more\b|less\b|better\b|worse\b|different\b)[a-z]+|\bno such\b",
        "A picture that takes gigabytes is none.",
        "A picture that takes gigabytes is not valid.",
    ),
    _pattern(
        "'stand' for 'be'",
        "stand stood",
        r"\bstands?\b(?! for\b| out\b|-?in)|\bstood\b",
        "The seed stands in summary.json.",
        "The seed is in summary.json.",
        severe=True,
    ),
    _pattern("'mend'", "mend", r"\bmend(?:s|ed|ing)?\b", "Mend that first.", "Fix that first.", severe=True),
    _pattern(
        "'beside'",
        "beside",
        r"\bbeside\b",
        "The page is written beside the text.",
        "The page is written in addition to the text.",
        severe=True,
    ),
    _pattern(
        "'fall at'",
        "fall fell",
        r"\bf(?:all(?:s|en)?|ell) at\b|\bat which \w+ (?:has|have) to fall\b",
        "Each wrong solution falls at its check.",
        "Each wrong solution fails its check.",
        severe=True,
    ),
    _pattern(
        "'said', 'told'",
        "said told",
        r"\b(?:said|told)\b",
        "The reason is said once.",
        "The reason is reported once.",
    ),
    _pattern(
        "two nouns for 'per'",
        "one two several a",
        r"\b(?:one|a|an|two|several) \w+ an? (?!few\b|lot\b|little\b|time\b|bit\b)\w+(?=\s?[;,.:)]|$)",
        "It writes one file a student.",
        "It writes one file for each student.",
    ),
    _pattern(
        "'go on' for 'continue'", "go went", r"\bgo(?:es)? on\b|\bwent on\b", "Loading goes on.", "Loading continues."
    ),
    _pattern(
        "'of its own'",
        "own",
        r"\bof (?:an|its|his|her|their|one's|your|my|our) own\b(?! (?!and\b|or\b|that\b|in\b|for\b|with\b|by\b|to\b|as\b|at\b|on\b|so\b)\w)",
        "It runs in a process of its own.",
        "It runs in its own process.",
    ),
    _pattern(
        "'in the place of'",
        "place",
        r"\bin (?:the|its|his|her|their) place(?: of)?\b",
        "A stand-in is used in the place of the file.",
        "A stand-in is used instead of the file.",
    ),
    _pattern(
        "'try out'", "out", r"\btr(?:y|ies|ied|ying) out\b", "It tries out its isolation.", "It tests its isolation."
    ),
    _pattern(
        "'the like'", "like", r"\band the like\b|\bor the like\b", "Fonts and the like.", "Fonts, icons and cursors."
    ),
    _pattern(
        "'is to be' for 'can be', 'must be'",
        "be",
        r"\b(?:is|are|was|were) to be \w+(?:ed|en|wn|de|pt|ne)\b",
        "No overfitting is to be seen.",
        "The model does not overfit.",
    ),
)

# British spelling, with -ise. Names of other people's functions and arguments are code.
AMERICAN = re.compile(
    r"(?<![\w.`/=@'\"-])(?:"
    r"\w*(?:normal|initial|general|recogn|organ|serial|visual|minim|maxim|random|standard|summar|author|special)iz"
    r"(?:e|es|ed|er|ers|ing|ation|ations)"
    r"|regulariz(?:e|es|ed|ing|ation)|analyz(?:e|es|ed|ing)|colou?r(?<!colour)(?:s|ed|ing|map)?|behaviors?|favor\w*|neighbors?|centers?|catalogs?"
    r"|label(?:ed|ing)|model(?:ed|ing)|cancel(?:ed|ing)"
    r")(?![\w(=`/'\"-]|\.\w)",
    re.IGNORECASE,
)
# Names of values are nouns: "found" says nothing about the value. Keywords and fields belong to interfaces.
PARTICIPLE = re.compile(
    r"(?<![\w.])(?<!def )(?:asked|done|drawn|found|given|gone|got|held|kept|known|lost|made|meant|recorded|said|seen|sent|shown"
    r"|taken|told|tried|wanted|written)(?!\w)(?!=[^=])(?!: )"
)


@dataclass(frozen=True)
class Passage:
    """A piece of prose, and where it begins."""

    path: Path
    line: int
    text: str


@dataclass(frozen=True)
class Place:
    """A place where a passage has a pattern."""

    path: Path
    line: int
    pattern: str
    excerpt: str

    def __str__(self) -> str:
        return f"{self.path.relative_to(ROOT)}:{self.line}: {self.pattern}: {self.excerpt}"


def sources(*folders: str) -> list[Path]:
    """Return the Python files of the folders, without those written as students write."""
    paths = [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]
    return [path for path in paths if not path.relative_to(ROOT).as_posix().startswith(NOT_OURS)]


def passages() -> Iterator[Passage]:
    """Yield all prose of the project."""
    for path in sources(*CODE):
        text = path.read_text()
        yield from prose(path, text)
        yield from messages(path, text)
    for path in sorted((ROOT / "grader").rglob("*.j2")):
        yield from messages(path, path.read_text())
    for pattern in PAGES:
        for path in sorted(ROOT.glob(pattern)):
            yield Passage(path, 1, _without_blocks(path.read_text()))
    for path in [ROOT / "grader" / "diagnosis" / "bugs.yaml", *sorted(ROOT.glob("assignments/*/assignment.yaml"))]:
        for line, text in _texts(yaml.compose(path.read_text(), getattr(yaml, "CSafeLoader", yaml.SafeLoader))):
            yield Passage(path, line, text)


def prose(path: Path, text: str) -> Iterator[Passage]:
    """Yield the docstrings of a Python file, and its comments; comments on consecutive lines are one passage."""
    lines: list[str] = []
    first = last = 0
    for token in TOKEN.finditer(text):
        if token["comment"] is not None:
            number = text.count("\n", 0, token.start()) + 1
            if lines and number != last + 1:
                yield Passage(path, first, "\n".join(lines))
                lines = []
            first = first if lines else number
            last = number
            lines.append(token["comment"].lstrip("# "))
        elif token["docstring"] is not None and DOCSTRING_PLACE.search(text[: token.start()][-500:]):
            yield Passage(path, text.count("\n", 0, token.start()) + 1, token["docstring"])
    if lines:
        yield Passage(path, first, "\n".join(lines))


def messages(path: Path, text: str) -> Iterator[Passage]:
    """Yield the sentences of a Python file or template that are marked for translation."""
    for call in MESSAGE.finditer(text):
        sentence = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', call[1])).replace("\\n", " ").replace('\\"', '"')
        yield Passage(path, text.count("\n", 0, call.start()) + 1, sentence)


def _without_blocks(page: str) -> str:
    """Blank out fenced blocks, and keep the line numbers."""
    return re.sub(r"^```.*?^```", lambda match: "\n" * match[0].count("\n"), page, flags=re.DOTALL | re.MULTILINE)


def _texts(node: yaml.Node | None) -> Iterator[tuple[int, str]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value in TEXT_KEYS and isinstance(value, yaml.ScalarNode):
                yield value.start_mark.line + 1, value.value
            else:
                yield from _texts(value)
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _texts(item)


def readable(text: str) -> str:
    """Return a text of the same length in which code is blank and each sentence is on one line."""
    text = re.sub(r"``[^`]+``|`[^`\n]+`", lambda match: "`" * len(match[0]), text)
    return re.sub(r"\n(?=[ \t]*[^\s\-*|#>\d])", " ", text)


def places(passage: Passage, text: str, name: str, expression: re.Pattern[str]) -> Iterator[Place]:
    """Yield the places of a passage that an expression matches; ``text`` is the readable form of the passage."""
    for match in expression.finditer(text):
        line = passage.line + passage.text.count("\n", 0, match.end())
        excerpt = " ".join(passage.text[max(0, match.start() - 40) : match.end() + 40].split())
        yield Place(passage.path, line, name, excerpt)


@dataclass(frozen=True)
class Survey:
    """All places in the project's prose, and its number of words."""

    words: int
    places: list[Place]
    american: list[Place]

    @property
    def rate(self) -> float:
        """Return the number of places in 10,000 words."""
        return 10_000 * len(self.places) / max(self.words, 1)


def survey() -> Survey:
    """Search all prose for all patterns and for American spellings."""
    words, matches, spellings = 0, [], []
    for passage in passages():
        words += len(re.findall(r"[A-Za-z']+", passage.text))
        text = readable(passage.text)
        lowered = text.lower()
        for pattern in PATTERNS:
            if any(clue in lowered for clue in pattern.clues):
                matches += places(passage, text, pattern.name, pattern.expression)
        spellings += places(passage, text, "American spelling", AMERICAN)
    return Survey(words, matches, spellings)


def participles() -> list[Place]:
    """Return the places of grader/ where a variable or parameter has a bare participle as its name."""
    matches = []
    for path in sources("grader"):
        text = path.read_text()
        code = TOKEN.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)
        for match in PARTICIPLE.finditer(code):
            matches.append(Place(path, code.count("\n", 0, match.start()) + 1, "a name that is a participle", match[0]))
    return matches


def ambiguous_classes() -> dict[str, list[str]]:
    """Return {class name: files} of the names that two modules of grader/ define.

    A table of the database has the name of its rows, which may also be a class outside the service.
    """
    defined: dict[str, list[str]] = {}
    for path in sources("grader"):
        if path == ROOT / TABLES:
            continue
        for name in re.findall(r"^class ([A-Za-z]\w*)", path.read_text(), re.MULTILINE):
            defined.setdefault(name, []).append(str(path.relative_to(ROOT)))
    return {name: files for name, files in defined.items() if len(files) > 1}


def main() -> None:
    """Print every place, the number of places for each pattern, and the rate."""
    result = survey()
    others = result.american + participles()
    for place in sorted(map(str, [*result.places, *others])):
        print(place)
    for name, files in sorted(ambiguous_classes().items()):
        print(f"class {name} is defined in {', '.join(files)}")
    for pattern in PATTERNS:
        print(f"{sum(place.pattern == pattern.name for place in result.places):5} {pattern.name}")
    print(f"{result.rate:.1f} places in 10,000 words ({len(result.places)} in {result.words})")


if __name__ == "__main__":
    main()
