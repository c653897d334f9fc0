"""Gives feedback back: each person's own page, in the form that a course system or a mail program takes."""
