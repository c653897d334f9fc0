"""How common a passage is in a class: the fewer students have it, the more it says about two that do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import pairwise

from .compared_code import ComparedCode
from .statements import Statement

SHARED = 1 / 3  # of the class; functions that so many have say nothing
FEWEST = 4  # students who share such a function, so that in a small class two copies are not taken for common
DOUBT = 4.0  # the weight of the expectation before anybody's code is seen, in students
FRIENDS = 3  # further works with the same code that do not make it less telling; more may have a common source
PER_TOKEN = 0.15  # bits: by so much a statement is expected to be rarer for each of its tokens


class Frequencies:
    """Counts statements and functions in the works of a class.

    The *surprise* of a statement, in bits, is 1 if half of the other students write it, 2 for a quarter, and so on. A statement that follows
    another one is compared with the students who have that one: those who begin in the same way often continue in the same way.
    Forms in ``known_works``, the starters, surprise nobody.
    """

    def __init__(self, works: Sequence[ComparedCode], known_works: Sequence[ComparedCode] = ()) -> None:
        self._count = len(works)
        self._known = frozenset(form for work in known_works for form in work.forms)
        self._forms = Counter(form for work in works for form in work.forms)
        self._successions = Counter(succession for work in works for succession in successions(work))
        self._functions = Counter(body for work in works for body in {*map(body_of, work.blocks)})
        self._shapes = Counter(work.shape for work in works)
        self._comments = Counter(comment for work in works for comment in work.comments)
        self._own_statements: dict[ComparedCode, list[Statement]] = {}
        self._known_comments = frozenset(comment for work in known_works for comment in work.comments)

    @cached_property
    def common_functions(self) -> frozenset[tuple[str, ...]]:
        """The bodies of functions that at least a third of the class has."""
        fewest = max(FEWEST, SHARED * self._count)
        return frozenset(body for body, count in self._functions.items() if body and count >= fewest)

    def is_own(self, statement: Statement) -> bool:
        """True if a statement is not in the starter."""
        return statement.form not in self._known

    def own_statements(self, work: ComparedCode) -> list[Statement]:
        """Return the statements of a work without those of the starter and of common functions."""
        if work not in self._own_statements:
            self._own_statements[work] = [
                statement
                for block in work.blocks
                if body_of(block) not in self.common_functions
                for statement in block
                if self.is_own(statement)
            ]
        return self._own_statements[work]

    def surprise(self, passages: Iterable[Sequence[Statement]], first: ComparedCode, second: ComparedCode) -> float:
        """Return the bits of the passages that two works share. A form counts once, because students repeat themselves.

        These two do not count as others, and neither do a few further works with the same code as one of them: copies do not show that independent
        students write it.
        """
        left_out = 2 + min(FRIENDS, max(self._copies_of(work, first, second) for work in (first, second)))
        bits = 0.0
        counted_forms: set[str] = set()
        for passage in passages:
            previous = None
            for statement in passage:
                if self.is_own(statement) and statement.form not in counted_forms:
                    bits -= math.log2(self._share(statement, previous, left_out))
                    counted_forms.add(statement.form)
                previous = statement
        return bits

    def most_bits(self, first: ComparedCode, second: ComparedCode) -> float:
        """Return a number of bits that the surprise of two works does not exceed."""
        shared_forms = (first.forms & second.forms) - self._known
        tokens = sum(form.count(" ") + 1 for form in shared_forms)
        return len(shared_forms) * math.log2((self._count + DOUBT) / DOUBT) + PER_TOKEN * tokens

    def _copies_of(self, work: ComparedCode, first: ComparedCode, second: ComparedCode) -> int:
        """Return the number of other works with the same code as ``work``, apart from names and order."""
        return max(0, self._shapes[work.shape] - sum(each.shape == work.shape for each in (first, second)))

    def is_rare(self, statement: Statement) -> bool:
        """True if no more than two works have a statement."""
        return self._forms[statement.form] <= 2

    def rare_comments(self, first: ComparedCode, second: ComparedCode) -> list[str]:
        """Return the comments that only these two works have."""
        shared = (first.comments & second.comments) - self._known_comments
        return sorted(comment for comment in shared if self._comments[comment] <= 2)

    def _share(self, statement: Statement, previous: Statement | None, left_out: int) -> float:
        """Return the expected share of the others who write a statement, after ``previous`` if there is one; ``left_out`` works with it do not count."""
        expected = 2 ** (-PER_TOKEN * statement.size)
        share = (max(0, self._forms[statement.form] - left_out) + DOUBT * expected) / (
            max(0, self._count - left_out) + DOUBT
        )
        if previous is None:
            return share
        both = max(0, self._successions[previous.form, statement.form] - left_out)
        followers = (both + DOUBT * share) / (max(0, self._forms[previous.form] - left_out) + DOUBT)
        return max(share, followers)


def body_of(block: Sequence[Statement]) -> tuple[str, ...]:
    """Return the forms of a function without its first line."""
    return tuple(statement.form for statement in block[1:])


def successions(work: ComparedCode) -> frozenset[tuple[str, str]]:
    """Return the forms of all statements that follow each other."""
    return frozenset((one.form, next_one.form) for block in work.blocks for one, next_one in pairwise(block))
