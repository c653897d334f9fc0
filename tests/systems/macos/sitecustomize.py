"""Imported at the start of each interpreter of a simulated Mac: makes Python look like Python on macOS.

System calls that macOS does not have are removed by launch.py.
"""

import os
import platform
import resource
import select
import signal
import socket
import sys
import sysconfig
import types

import psutil

MISSING = {
    os: "copy_file_range eventfd eventfd_read eventfd_write fdatasync getrandom getresgid getresuid getxattr listxattr "
    "memfd_create O_DIRECT O_NOATIME O_PATH O_TMPFILE pidfd_open pipe2 posix_fadvise posix_fallocate removexattr "
    "sched_getaffinity sched_getparam sched_setaffinity sched_setscheduler setns setresgid setresuid setxattr splice unshare",
    resource: "prlimit RLIMIT_MSGQUEUE RLIMIT_NICE RLIMIT_RTPRIO RLIMIT_SIGPENDING",
    select: "epoll",
    signal: "SIGPOLL SIGPWR SIGRTMAX SIGRTMIN SIGSTKFLT sigtimedwait sigwaitinfo",
    socket: "AF_ALG AF_NETLINK AF_PACKET AF_VSOCK SO_PEERCRED SOCK_CLOEXEC SOCK_NONBLOCK",
}
for module, names in MISSING.items():
    for name in names.split():
        if hasattr(module, name):
            delattr(module, name)

sysconfig.get_config_vars()  # cached now, because they are read from a file that is named after the system
_setrlimit = resource.setrlimit


def _refusing(kind, limits):
    if kind in (resource.RLIMIT_DATA, resource.RLIMIT_AS):  # less than the reserved address space
        raise ValueError("current limit exceeds maximum limit")
    _setrlimit(kind, limits)


resource.setrlimit = _refusing
sys.platform = "darwin"
platform.system = lambda: "Darwin"
platform.release = lambda: "24.6.0"
platform.mac_ver = lambda *_, **__: ("15.6", ("", "", ""), "arm64")
# This psutil is built for Linux and reads /proc.
psutil.virtual_memory = lambda: types.SimpleNamespace(available=4 << 30)
sys.modules["_scproxy"] = types.ModuleType("_scproxy")
sys.modules["_scproxy"]._get_proxy_settings = lambda: {}
sys.modules["_scproxy"]._get_proxies = lambda: {}
sys.modules["appnope"] = types.ModuleType("appnope")
sys.modules["appnope"].nope = lambda: None
