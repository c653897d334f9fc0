"""Fetches the submissions of an assignment from Canvas or Moodle by their APIs, and returns scores and comments to it."""
