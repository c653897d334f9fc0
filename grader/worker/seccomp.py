"""A seccomp filter that refuses system calls that no exercise needs and that could be used to escape.

Refused calls fail with "operation not permitted" instead of killing the process, so that libraries
that only test for a feature continue. The filter is a deny list: Python, NumPy and TensorFlow use so
many calls that an allow list would break with their next release.
"""

from __future__ import annotations

import ctypes
import errno
import struct
from functools import cache

from . import system

AUDIT_ARCH = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# name: (x86_64, aarch64), from the kernel's syscall tables
DENIED = {
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "pidfd_getfd": (438, 438),
    "kcmp": (312, 272),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "unshare": (272, 97),
    "setns": (308, 268),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "acct": (163, 89),
    "syslog": (103, 116),
    "quotactl": (179, 60),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    "fanotify_init": (300, 262),
    "mknodat": (259, 33),
    # Memory that belongs only to an open file, not to a process, is not counted by any limit.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    # System V objects and POSIX queues would outlive the process if IPC has no separate namespace.
    "shmget": (29, 194),
    "semget": (64, 190),
    "msgget": (68, 186),
    "mq_open": (240, 180),
}
LANDLOCK = {  # the number of rules is not limited, so they could fill kernel memory
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
}
# These put whole pages into pipes and sockets, which then hold a page (2 MB if it is huge) for each byte, but only the
# byte is counted. Programs copy the data if these calls are not supported.
UNSUPPORTED = {"sendfile": (40, 71), "splice": (275, 76), "tee": (276, 77), "vmsplice": (278, 75)}
CLONE = (56, 220)
CLONE3 = (435, 435)
SOCKET = (41, 198)
SOCKETPAIR = (53, 199)
SETSOCKOPT = (54, 208)
MMAP = (9, 222)
PRLIMIT = (302, 261)
AF_UNIX = 1
NO_FAMILY = 0xFFFF
SOCK_STREAM, SOCK_SEQPACKET = 1, 5
TYPE_OF_SOCKET = 0xF  # mask of the argument, which also contains flags
SOL_SOCKET = 1
REFUSED_OPTIONS = (7, 8, 26, 32, 33)  # SO_SNDBUF, SO_RCVBUF, SO_ATTACH_FILTER, SO_SNDBUFFORCE, SO_RCVBUFFORCE
SHARED_AND_ANONYMOUS = 0x21
NO_SUCH_NETWORK = errno.EOPNOTSUPP  # ZeroMQ aborts the process on any other answer
NEW_NAMESPACES = (
    system.CLONE_NEWNS
    | system.CLONE_NEWCGROUP
    | system.CLONE_NEWUTS
    | system.CLONE_NEWIPC
    | system.CLONE_NEWUSER
    | system.CLONE_NEWPID
    | system.CLONE_NEWNET
)

# Classic BPF, from <linux/filter.h> and <linux/seccomp.h>
LOAD = 0x20  # BPF_LD | BPF_W | BPF_ABS
EQUAL = 0x15  # BPF_JMP | BPF_JEQ | BPF_K
AT_LEAST = 0x35  # BPF_JMP | BPF_JGE | BPF_K
ANY_BIT = 0x45  # BPF_JMP | BPF_JSET | BPF_K
RETURN = 0x06  # BPF_RET | BPF_K
AND = 0x54  # BPF_ALU | BPF_AND | BPF_K
ALLOW = 0x7FFF0000
KILL = 0x80000000
REFUSE = 0x00050000  # SECCOMP_RET_ERRNO | number
NUMBER, ARCHITECTURE, FIRST_ARGUMENT = 0, 4, 16  # offsets in struct seccomp_data (little endian)
SECOND_ARGUMENT, THIRD_ARGUMENT, FOURTH_ARGUMENT = 24, 32, 40
MODE_FILTER = 2


@cache
def program(machine: str, unix_sockets: bool, landlock: bool = False) -> bytes:
    """Return the filter as an array of struct sock_filter; raises ValueError for an unknown machine.

    Without ``unix_sockets`` only connected pairs can be created, by socketpair, which cannot reach other processes.
    ``landlock`` allows Landlock calls, for a process that must confine a child further.
    """
    column = list(AUDIT_ARCH).index(machine)
    refuse = REFUSE | errno.EPERM
    # A datagram socket from a pair can send to any other socket by name; the kernel treats raw Unix sockets the same.
    pairs = (
        []
        if unix_sockets
        else [
            (EQUAL, 0, 5, SOCKETPAIR[column]),
            (LOAD, 0, 0, SECOND_ARGUMENT),
            (AND, 0, 0, TYPE_OF_SOCKET),
            (EQUAL, 2, 0, SOCK_STREAM),
            (EQUAL, 1, 0, SOCK_SEQPACKET),
            (RETURN, 0, 0, refuse),
            (LOAD, 0, 0, NUMBER),
        ]
    )
    code = [
        (LOAD, 0, 0, ARCHITECTURE),
        (EQUAL, 1, 0, AUDIT_ARCH[machine]),
        (RETURN, 0, 0, KILL),
        (LOAD, 0, 0, NUMBER),
    ]
    if machine == "x86_64":  # the x32 call numbers are not in the table below
        code += [(AT_LEAST, 0, 1, 0x40000000), (RETURN, 0, 0, refuse)]
    for table, answer in (
        (DENIED, refuse),
        ({} if landlock else LANDLOCK, refuse),
        (UNSUPPORTED, REFUSE | errno.EINVAL),
    ):
        for numbers in table.values():
            code += [(EQUAL, 0, 1, numbers[column]), (RETURN, 0, 0, answer)]
    # clone3 has its flags in memory, which a filter cannot read: libc falls back to clone.
    code += [(EQUAL, 0, 1, CLONE3[column]), (RETURN, 0, 0, REFUSE | errno.ENOSYS)]
    code += [
        (EQUAL, 0, 3, CLONE[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (ANY_BIT, 0, 1, NEW_NAMESPACES),
        (RETURN, 0, 0, refuse),
        (LOAD, 0, 0, NUMBER),
        # prlimit of this process (pid 0) is setrlimit; prlimit of another process would be an attack.
        (EQUAL, 0, 4, PRLIMIT[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (EQUAL, 1, 0, 0),
        (RETURN, 0, 0, refuse),
        (LOAD, 0, 0, NUMBER),
        # Memory that counts for no process: pages of such a mapping stay after they are unmapped, and each socket
        # keeps megabytes.
        (EQUAL, 0, 5, MMAP[column]),
        (LOAD, 0, 0, FOURTH_ARGUMENT),
        (AND, 0, 0, SHARED_AND_ANONYMOUS),
        (EQUAL, 0, 1, SHARED_AND_ANONYMOUS),
        (RETURN, 0, 0, REFUSE | errno.ENOMEM),
        (LOAD, 0, 0, NUMBER),
        (EQUAL, 0, 4 + len(REFUSED_OPTIONS), SETSOCKOPT[column]),
        (LOAD, 0, 0, SECOND_ARGUMENT),
        (EQUAL, 0, 2 + len(REFUSED_OPTIONS), SOL_SOCKET),
        (LOAD, 0, 0, THIRD_ARGUMENT),
        *((EQUAL, left, left == 0, option) for left, option in reversed([*enumerate(reversed(REFUSED_OPTIONS))])),
        (RETURN, 0, 0, refuse),
        (LOAD, 0, 0, NUMBER),
        *pairs,
        (EQUAL, 0, 3, SOCKET[column]),
        (LOAD, 0, 0, FIRST_ARGUMENT),
        (EQUAL, 1, 0, AF_UNIX if unix_sockets else NO_FAMILY),
        (RETURN, 0, 0, REFUSE | NO_SUCH_NETWORK),
        (RETURN, 0, 0, ALLOW),
    ]
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in code)


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]


def install(unix_sockets: bool, landlock: bool = False) -> None:
    """Install the filter for this process and all its children; needs no_new_privs. Raises OSError."""
    try:
        raw = program(system.MACHINE, unix_sockets, landlock)
    except ValueError as error:
        raise OSError(errno.ENOSYS, f"seccomp: no table for {system.MACHINE}") from error
    buffer = ctypes.create_string_buffer(raw, len(raw))
    what = _Program(len(raw) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    system.prctl(system.PR_SET_SECCOMP, MODE_FILTER, ctypes.byref(what))
