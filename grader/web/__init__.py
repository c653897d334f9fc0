"""The pages and the API of ``grader serve``: translates between HTTP and :mod:`grader.service`."""
