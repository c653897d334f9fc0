"""The environment variables for the number of threads of NumPy's libraries, which read them when NumPy is imported."""

from __future__ import annotations

# A thread that waits for work takes processor time: OpenBLAS's wait actively for a tenth of a second after the import.
ONE_THREAD = dict.fromkeys(("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"), "1")
