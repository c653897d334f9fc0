"""What this machine has: its operating system, memory, processors, GPUs and installed packages."""
