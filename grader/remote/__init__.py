"""The client of a grading server: hands in a file and waits for its report. It runs on any system with Python."""
