"""Checking from within a notebook: the kernel starts ``grader check`` and shows its report."""
