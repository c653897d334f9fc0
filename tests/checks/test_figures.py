"""Figures are compared picture by picture."""

from pathlib import Path

SOLUTION = (Path(__file__).parents[2] / "assignments/cifar-grayscale/solution.py").read_text()


def test_pictures_in_another_order_than_the_variable_are_found_but_for_their_titles(graded):
    source = SOLUTION.replace("zip(axes.ravel(), pictures, labels)", "zip(axes.ravel(), pictures[24::-1], labels)")
    (check,) = graded("cifar-grayscale", source, only=["figures"]).checks
    assert check.status in ("partial", "failed") and "where the name of its class is asked" in check.message
