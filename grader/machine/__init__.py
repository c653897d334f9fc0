"""Facts about this machine: its operating system, memory, processors, GPUs and installed packages."""
