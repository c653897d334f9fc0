"""Figures are compared picture by picture."""

from pathlib import Path

import pytest

from tests.changed import changed

SOLUTION = (Path(__file__).parents[2] / "assignments/cifar-grayscale/solution.py").read_text()


def test_pictures_in_another_order_than_the_variable_are_found_but_for_their_titles(graded):
    source = SOLUTION.replace("zip(axes.ravel(), pictures, labels)", "zip(axes.ravel(), pictures[24::-1], labels)")
    (check,) = graded("cifar-grayscale", source, only=["figures"]).checks
    assert check.status in ("partial", "failed") and "must be the name of its class" in check.message


@pytest.mark.table
@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ('cmap="gray_r"', "negatives"),
        ('cmap="binary"', "negatives"),
        ('cmap="gray", vmin=1, vmax=0', "negatives"),
        ('cmap="gray", vmin=0, vmax=255', "same brightness"),
        ('cmap="bone"', "the colour map is bone"),
        ('cmap="Greys_r"', ""),
        ("cmap=plt.cm.binary.reversed()", ""),
    ],
)
def test_gray_pictures_are_judged_by_the_brightness_in_which_they_are_drawn(graded, options, expected):
    source = SOLUTION.replace('cmap="gray", vmin=0, vmax=1', options)
    (check,) = graded("cifar-grayscale", source, only=["figures"]).checks
    assert (check.status == "passed") == (not expected) and expected in check.message
    assert (check.diagnosis is not None and check.diagnosis.bug == "inverted") == (expected == "negatives")


@pytest.mark.parametrize(
    ("line", "status"),
    [
        ("zip(axes.ravel(), pictures, labels)", "passed"),
        ("imutils.progress(zip(axes.ravel(), pictures, labels))", "not_gradable"),  # no installation brings it
        ("progress(zip(axes.ravel(), pictures, labels))", "failed"),
    ],
)
def test_what_was_not_drawn_for_lack_of_a_package_is_not_judged(graded, line, status):
    source = SOLUTION.replace("zip(axes.ravel(), pictures, labels)", line)
    report = graded(
        "cifar-grayscale", f"import imutils\n{source}\nimutils.heatmap(images)\n", only=["figures", "images"]
    )
    images, figures = sorted(report.checks, key=lambda check: check.name, reverse=True)
    assert (images.status, figures.status) == ("passed", status)
    assert ("python -m pip install imutils" in figures.message) == (status == "not_gradable")


@pytest.mark.parametrize(
    ("change", "problem", "hint_fits"),
    [
        (('cmap="gray", vmin=0, vmax=1', 'cmap="bone"'), "the colour map is bone", False),
        (
            ("zip(axes.ravel(), pictures, labels)", "zip(axes.ravel(), pictures[24::-1], labels)"),
            "has the title",
            False,
        ),
        (("imshow(picture,", "imshow(picture[::-1],"), "0 of them correct", False),
        (("zip(axes.ravel(), pictures, labels)", "zip(axes.ravel()[:7], pictures, labels)"), "found 7 images", True),
    ],
)
def test_hint_about_the_number_of_plots_is_given_only_if_plots_are_missing(graded, change, problem, hint_fits):
    (check,) = graded("cifar-grayscale", changed(SOLUTION, change), only=["figures"]).checks
    assert problem in check.message
    assert ("five rows of five subplots" in (check.hint or "")) == hint_fits
