"""Runs the grader as on a system without POSIX functions: ``python without_posix.py ARGUMENTS``.

POSIX modules cannot be imported, and POSIX functions and constants of ``os``, ``signal``, ``select`` and ``socket`` do
not exist, as on Windows. Paths stay those of this system. Libraries that adapt to the system are imported first.
"""

import ctypes
import os
import platform
import select
import signal
import socket
import sys
from multiprocessing import forkserver, resource_tracker

import click
import nbformat
import numpy as np
import pebble
import platformdirs.unix
import psutil
import pydantic
import rich.console
import yaml

PRELOADED = (
    forkserver,
    resource_tracker,
    click,
    nbformat,
    np,
    pebble,
    platformdirs.unix,
    psutil,
    pydantic,
    rich.console,
    yaml,
)
MODULES = ("_posixshmem", "fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty")
MISSING = {
    os: "chown fork forkpty getegid geteuid getgid getgroups getloadavg getpgid getuid killpg lchown memfd_create mkfifo "
    "O_CLOEXEC O_DIRECTORY O_NOFOLLOW pidfd_open pipe2 register_at_fork sched_getaffinity sched_setaffinity set_blocking setgid "
    "setgroups setpgid setresgid setresuid setsid setuid statvfs sysconf uname wait wait4 waitid WNOHANG",
    signal: "alarm pthread_sigmask setitimer SIG_BLOCK SIG_SETMASK SIGALRM SIGCHLD SIGCONT SIGHUP SIGIO SIGKILL SIGUSR1 "
    "SIGXCPU siginterrupt sigwait",
    select: "epoll poll",
    socket: "AF_UNIX MSG_DONTWAIT recv_fds send_fds socketpair",
}


class _Library(ctypes.CDLL):
    def __init__(self, name, *arguments, **keywords):
        if name is None:
            raise TypeError("LoadLibrary() argument 1 must be str, not None")
        super().__init__(name, *arguments, **keywords)


def main():
    for name in MODULES:
        sys.modules[name] = None
    for module, names in MISSING.items():
        for name in names.split():
            if hasattr(module, name):
                delattr(module, name)
    ctypes.CDLL = _Library
    platform.system = lambda: "Windows"
    from grader.cli import main

    main(prog_name="grader")


if __name__ == "__main__":
    main()
