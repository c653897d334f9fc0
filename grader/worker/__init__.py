"""The code that runs next to student code, in the confined process.

This package knows no expected values and imports nothing from the rest of the grader: inside the
confinement this folder is the only part of the grader that exists. The grader's own process imports
:mod:`frames` and :mod:`values`, which both sides of the channel share.
"""
