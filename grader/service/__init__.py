"""The service behind ``grader serve``, without HTTP: accounts, courses, submissions, their queue and their grading."""
