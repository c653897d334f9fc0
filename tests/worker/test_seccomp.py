"""The filter of system calls, executed by a small interpreter of BPF."""

from __future__ import annotations

import errno
import struct

import pytest

from grader.worker import seccomp, system

REFUSED = seccomp.REFUSE | errno.EPERM
OPERATIONS = {
    seccomp.EQUAL: lambda value, operand: value == operand,
    seccomp.AT_LEAST: lambda value, operand: value >= operand,
    seccomp.ANY_BIT: lambda value, operand: bool(value & operand),
}


def decide(machine, call, *arguments, architecture=None, **options):
    """Return the filter's decision on a system call."""
    architecture = architecture or seccomp.AUDIT_ARCH[machine]
    data = struct.pack("<IIQ6Q", call, architecture, 0, *(*arguments, *[0] * 6)[:6])
    code = [*struct.iter_unpack("=HBBI", seccomp.program(machine, **options))]
    position, value = 0, 0
    while True:
        operation, if_true, if_false, operand = code[position]
        position += 1
        if operation == seccomp.LOAD:
            (value,) = struct.unpack_from("<I", data, operand)
        elif operation == seccomp.AND:
            value &= operand
        elif operation == seccomp.RETURN:
            return operand
        else:
            position += if_true if OPERATIONS[operation](value, operand) else if_false


MACHINES = pytest.mark.parametrize(("machine", "column"), [("x86_64", 0), ("aarch64", 1)])


@MACHINES
@pytest.mark.parametrize("name", seccomp.DENIED)
def test_dangerous_calls_are_refused(machine, column, name):
    assert decide(machine, seccomp.DENIED[name][column], unix_sockets=True) == REFUSED


@MACHINES
def test_ordinary_calls_are_allowed(machine, column):
    for call in ((0, 63), (1, 64), (39, 172), (59, 221)):  # read, write, getpid, execve
        assert decide(machine, call[column], unix_sockets=False) == seccomp.ALLOW


@MACHINES
def test_processes_are_allowed_but_not_namespaces(machine, column):
    clone = seccomp.CLONE[column]
    assert decide(machine, clone, 17, unix_sockets=False) == seccomp.ALLOW
    assert decide(machine, clone, system.CLONE_NEWUSER | 17, unix_sockets=False) == REFUSED
    assert decide(machine, seccomp.CLONE3[column], unix_sockets=False) == seccomp.REFUSE | errno.ENOSYS


@MACHINES
def test_network_is_refused_and_unix_sockets_on_demand(machine, column):
    socket = seccomp.SOCKET[column]
    for family in (2, 10, 16):
        assert decide(machine, socket, family, unix_sockets=True) == seccomp.REFUSE | seccomp.NO_SUCH_NETWORK
    assert decide(machine, socket, seccomp.AF_UNIX, unix_sockets=True) == seccomp.ALLOW
    assert decide(machine, socket, seccomp.AF_UNIX, unix_sockets=False) != seccomp.ALLOW


@MACHINES
def test_pairs_of_connected_sockets_are_allowed(machine, column):
    pair = seccomp.SOCKETPAIR[column]
    for kind in (seccomp.SOCK_STREAM, seccomp.SOCK_SEQPACKET, seccomp.SOCK_STREAM | 0x80000):
        assert decide(machine, pair, 1, kind, unix_sockets=False) == seccomp.ALLOW
    assert decide(machine, pair, 1, 2, unix_sockets=False) == REFUSED


@MACHINES
def test_limits_of_other_processes_shared_memory_and_large_buffers_are_refused(machine, column):
    prlimit, mmap, option = seccomp.PRLIMIT[column], seccomp.MMAP[column], seccomp.SETSOCKOPT[column]
    assert decide(machine, prlimit, 0, unix_sockets=False) == seccomp.ALLOW
    assert decide(machine, prlimit, 7, unix_sockets=False) == REFUSED
    assert decide(machine, mmap, 0, 0, 0, 0x22, unix_sockets=False) == seccomp.ALLOW
    assert decide(machine, mmap, 0, 0, 0, 0x21, unix_sockets=False) == seccomp.REFUSE | errno.ENOMEM
    for name in seccomp.REFUSED_OPTIONS:
        assert decide(machine, option, 0, seccomp.SOL_SOCKET, name, unix_sockets=False) == REFUSED
    assert decide(machine, option, 0, seccomp.SOL_SOCKET, 9, unix_sockets=False) == seccomp.ALLOW


@MACHINES
def test_landlock_is_allowed_on_demand(machine, column):
    call = seccomp.LANDLOCK["landlock_restrict_self"][column]
    assert decide(machine, call, unix_sockets=True, landlock=True) == seccomp.ALLOW
    assert decide(machine, call, unix_sockets=True) == REFUSED


def test_calls_of_another_architecture_end_the_process():
    assert decide("x86_64", 0, architecture=0x40000003, unix_sockets=False) == seccomp.KILL
    assert decide("x86_64", 0x40000000, unix_sockets=False) == REFUSED


def test_unknown_machine_has_no_filter():
    with pytest.raises(ValueError, match="riscv64"):
        seccomp.program("riscv64", unix_sockets=False)
