"""Many submissions at once: reading what course systems hand out."""
