"""Small helpers that every other package may use: errors, text, languages, YAML, files, seeds."""
