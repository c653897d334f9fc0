"""The lists of courses and exercises show the exercises that the user may see."""

from __future__ import annotations

from grader.service.moments import now
from grader.service.tables import Course, Exercise, User


def test_student_with_one_course_sees_its_exercises_at_once(browser):
    page = browser("ada").get("/").text
    assert 'href="/c/demo/a/single-neuron"' in page
    assert "Any number of attempts" in page


def test_course_lists_its_exercises(browser):
    page = browser("ada").get("/c/demo").text
    assert 'href="/c/demo/a/numpy-mnist"' in page
    assert page.count("<h1") == 1


def test_course_shows_chapters_times_and_slides(browser, service):
    page = browser("ada").get("/c/demo").text
    assert page.index("2. Neurons and losses") < page.index('href="/c/demo/a/single-neuron"')
    assert page.index("4. Networks in NumPy") < page.index('href="/c/demo/a/relu-swap"')
    assert "<span>60 min</span><span>100 points</span><span>Introduction to Deep Learning</span>" in page
    assert "Other exercises" not in page
    assert "<span>60 min</span>" in browser("ada").get("/c/demo/a/single-neuron").text


def test_hidden_exercise_is_listed_for_staff_alone(browser, service):
    with service.database.writing() as session:
        session.query(Exercise).filter_by(name="relu-swap").one().is_hidden = True
    for address in ("/", "/c/demo"):
        assert "relu-swap" not in browser("ada").get(address).text
        assert "hidden from students" in browser("tom").get(address).text


def test_many_courses_are_a_list_without_exercises(browser, service):
    with service.database.writing() as session:
        for number in range(4):
            session.add(Course(slug=f"course-{number}", title=f"Course <{number}>"))
    page = browser("root").get("/").text
    assert "Course &lt;3&gt;" in page
    assert "single-neuron" not in page


def test_user_without_a_course_knows_what_to_do(browser, service):
    with service.database.writing() as session:
        session.add(User(name="eve"))
    assert "Open the link that your instructor sent you" in browser("eve").get("/").text


def test_archived_course_is_named_on_the_first_page(browser, service):
    assert "archived" not in browser("ada").get("/").text
    with service.database.writing() as session:
        session.query(Course).one().archived = now()
    assert '<span class="tag">archived</span>' in browser("ada").get("/").text
