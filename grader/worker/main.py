"""Starts a confined worker: ``python -I main.py CHANNEL_FD LIFELINE_FD``.

Three processes, so that no process of a submission can outlive it::

    supervisor   outside the confinement; ends everything when the grader closes the lifeline
    init         process 1 of the pid namespace (strong isolation only): reaps children; when it
                 ends, the kernel ends every process of the namespace
    worker       loads the submission and answers calls

The configuration arrives as the first frame on the channel (see :mod:`confine`). The worker answers
with ``{"setup": "ready", "gaps": [...]}``; a process that fails before that answers with
``{"setup": "failed", "reason": ...}``.

``main.py warm CONTROL_FD`` forks workers (see :mod:`warm`). At strong isolation it forks only init, which takes the place
of the supervisor; at the other levels it forks supervisors.
"""

from __future__ import annotations

import contextlib
import gc
import importlib.util
import os
import select
import signal
import socket
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, NoReturn

HERE = Path(__file__).resolve().parent
SETUP_FAILED = 97
Enter = Callable[[dict[str, Any]], None]


def _load_package() -> None:
    """Make this folder importable as ``grader_worker`` without putting it on sys.path."""
    spec = importlib.util.spec_from_file_location(
        "grader_worker", HERE / "__init__.py", submodule_search_locations=[str(HERE)]
    )
    assert spec is not None and spec.loader is not None
    package = importlib.util.module_from_spec(spec)
    sys.modules["grader_worker"] = package
    spec.loader.exec_module(package)


def main(channel_fd: int, lifeline_fd: int) -> int:
    """Read the configuration, confine a worker, wait for its end, and return its exit status."""
    from grader_worker import confine, frames, landlock, mounts, system

    channel = socket.socket(fileno=channel_fd)
    config, _ = frames.receive(channel)
    config["spare_uid"] = confine.spare_uid(os.getpid())
    woken, wake = _begin()
    try:
        if config["level"] != "none" and sys.platform != "linux":
            raise OSError("it needs Linux")
        if config["level"] == "strong":
            confine.enter_namespaces(confine.NAMESPACES | system.CLONE_NEWPID)
        elif sys.platform == "linux":
            system.prctl(system.PR_SET_CHILD_SUBREAPER, 1)
        pinned = landlock.pin() if config["level"] == "medium" else []
        child = os.fork()
    except OSError as error:
        _report_failure(channel, error)
        return SETUP_FAILED
    if child == 0:
        if config["level"] == "strong":
            os.close(woken)
            os.close(wake)
            os._exit(_init(channel, lifeline_fd, config, mounts.build_root))
        if sys.platform != "linux":
            os.setpgid(0, 0)  # the remaining processes of this group are killed at the end
        _work(channel, config, (woken, wake, lifeline_fd, *pinned))
    channel.close()
    status = _wait(child, woken, lifeline_fd)
    if sys.platform != "linux":
        _kill_group(child)
    elif config["level"] != "strong":
        _kill_descendants()
    return status


def init(channel_fd: int, lifeline_fd: int, pid: int, enter: Enter) -> int:
    """Do the same as process 1 of a new pid namespace, at level strong.

    ``pid`` is the id of this process outside of the namespace. ``enter`` enters the other namespaces.
    """
    from grader_worker import confine, frames

    channel = socket.socket(fileno=channel_fd)
    config, _ = frames.receive(channel)
    config["spare_uid"] = confine.spare_uid(pid)
    return _init(channel, lifeline_fd, config, enter)


def _begin() -> tuple[int, int]:
    """Leave the caller's session; return both ends of a pipe to which a byte is written whenever a child ends."""
    os.umask(0o022)
    if hasattr(os, "setsid"):
        os.setsid()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # process 1 would receive it from its own namespace otherwise
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    return woken, wake


def _init(channel: socket.socket, lifeline: int, config: dict[str, Any], enter: Enter) -> int:
    """Confine this process 1 of a pid namespace and fork the worker; when that ends, end all processes; return its status.

    Process 1 ignores signals from its own namespace.
    """
    from grader_worker import confine, system

    woken, wake = _begin()
    try:
        if os.getpid() != 1:
            raise OSError("this process is not process 1 of a pid namespace")
        confine.be_killed_first()
        enter(config)
        confine.drop_privileges(config)
        system.prctl(system.PR_SET_PDEATHSIG, signal.SIGKILL)
        system.prctl(system.PR_SET_DUMPABLE, 0)
        worker = os.fork()
    except Exception as error:
        _report_failure(channel, error)
        return SETUP_FAILED
    if worker == 0:
        system.prctl(system.PR_SET_DUMPABLE, 1)  # the grader's process reads its memory use
        _work(channel, config, (woken, wake, lifeline))
    channel.close()
    for descriptor in (0, 1, 2):
        os.close(descriptor)
    status = _wait(worker, woken, lifeline)
    with contextlib.suppress(ProcessLookupError):
        os.kill(-1, signal.SIGKILL)  # all other processes of the namespace
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return status


def _wait(child: int, woken: int, lifeline: int) -> int:
    """Wait until the child ends, and kill it when the grader closes the lifeline; return its exit status."""
    poll = select.poll()
    poll.register(woken, select.POLLIN)
    poll.register(lifeline, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == lifeline:
                os.kill(child, signal.SIGKILL)
                return _exit_status(os.waitpid(child, 0)[1])
            os.read(woken, 512)
        status = _reap(child)
        if status is not None:
            return status


def _reap(child: int) -> int | None:
    """Reap all children that have ended; return the exit status of ``child`` if it is among them, else None."""
    exit_status = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return exit_status
        if pid == 0:
            return exit_status
        if pid == child:
            exit_status = _exit_status(status)


def _exit_status(status: int) -> int:
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


def _kill_descendants() -> None:
    """Without a pid namespace: kill the processes that the worker left behind, until there are no more.

    Orphans become children of the supervisor, their subreaper; setsid and double forks do not change that.
    """
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    while children.exists():
        pids = [int(pid) for pid in children.read_text().split()]
        if not pids:
            return
        for pid in pids:  # kill all before waiting, because one may need long to end
            os.kill(pid, signal.SIGKILL)
        for pid in pids:
            os.waitpid(pid, 0)


def _kill_group(leader: int) -> None:
    """On systems without a subreaper: kill the worker's process group; processes that left the group stay alive."""
    with contextlib.suppress(OSError):  # the group is empty
        os.killpg(leader, signal.SIGKILL)


def _report_failure(channel: socket.socket, error: Exception) -> None:
    from grader_worker import frames

    reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
    channel.sendall(frames.encode({"setup": "failed", "reason": reason}))


def _work(channel: socket.socket, config: dict[str, Any], not_needed: Iterable[int]) -> NoReturn:
    """Finish the confinement and become the worker, without the descriptors that are ``not_needed``."""
    from grader_worker import confine, frames

    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    # Processes of a batch ignore SIGINT, and children inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    gc.enable()  # a warm process and its init never search for garbage
    try:
        for descriptor in not_needed:
            os.close(descriptor)
        if config["level"] != "strong":
            confine.be_killed_first()
        if config["level"] == "medium":
            confine.drop_privileges(config)
        os.chdir(config["work"])
        gaps = confine.lock(config)
        del (
            config["hide"],
            config["view"],
        )  # a cell must not be able to display the paths of other submissions or of data
        sys.path += config["python_path"]
        if config["engine"] == "rebuild":
            from grader_worker import rebuild

            channel.sendall(frames.encode({"setup": "ready", "gaps": gaps}))
            rebuild.serve(channel)  # never returns
        if config["engine"] == "author":
            from grader_worker import author

            channel.sendall(frames.encode({"setup": "ready", "gaps": gaps}))
            author.AuthorServer(channel).serve()
            os._exit(0)
        from grader_worker import serve

        if config["engine"] == "kernel":
            from grader_worker import notebook

            engine = notebook.start_kernel(channel, config)
        elif config["engine"] == "shell":
            from grader_worker import shell

            engine = shell.start_shell(channel, config)
        else:
            from grader_worker import background, module, prepare

            prepare.prepare(config)
            background.limit_output(config["limits"]["output_bytes"])
            engine = module.run_module
    except Exception as error:  # no student code has run yet, so this is the grader's fault
        _report_failure(channel, error)
        os._exit(SETUP_FAILED)
    channel.sendall(frames.encode({"setup": "ready", "gaps": gaps}))
    serve.serve(channel, engine, config)
    os._exit(0)


if __name__ == "__main__":
    _load_package()
    if sys.argv[1] == "warm":
        from grader_worker import warm

        warm.serve(socket.socket(fileno=int(sys.argv[2])), main, init)
        os._exit(0)  # threads, which may have prevented forking, must not keep the process alive
    else:
        sys.exit(main(int(sys.argv[1]), int(sys.argv[2])))
