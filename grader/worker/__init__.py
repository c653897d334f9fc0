"""What runs beside student code, in the confined process.

Nothing here knows an expected value, and nothing here imports the rest of the grader: inside the
confinement this folder is the only part of it that exists. The grader's own process imports
:mod:`frames` and :mod:`values`, which both sides of the channel share.
"""
