"""One worker process: its start, the frames sent to and received from it, and its end.

All limits of time and output are enforced here, outside of the process that they limit.
"""

from __future__ import annotations

import contextlib
import math
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from typing import Any

from ..assignment.limits import Limits
from ..machine import capacity, gpu_driver
from ..machine.threads import ONE_THREAD
from ..support.errors import NotGradable
from ..support.i18n import _, lazy
from ..worker import frames, mounts
from ..worker.cell_outputs import FLOOD
from . import filesystem, group, mapped, memory
from .allowance import LOOK_SECONDS, SHORTEST_LOOK, Allowance
from .failures import EXITED, CallError
from .filesystem import WorkerSetup
from .processes import Forked, Started

SETUP_SECONDS = 60
CHUNK = 1 << 16
LONGEST_FOLDER = 70  # bytes: a socket's path has at most 103 on macOS, and 30 bytes follow the folder
BESIDE = 128 << 20  # bytes of memory for the processes other than the one that runs student code
FILE_SYSTEMS = 3  # file systems in memory of a worker at strong: its folder, /tmp and /dev/shm
SMALL = 64 << 20  # bytes; an answer up to this size is always accepted
RECEIVED = 4  # memory that an answer needs here until it is decoded, relative to its size
COMPARED = 100  # the same for a function's answer, which is compared as float64 and kept for the diagnosis
STRONG_WORK = "/submission"
STRONG_DATA = "/given"  # a name that students do not use for a folder
OF_PROCESSES = "number of processes"
OF_THE_KERNEL = lazy("memory of the kernel")
Fork = Callable[[str, socket.socket, int, dict[str, str]], Forked | None]  # level, channel, output, environment


class SetupFailed(Exception):
    """The worker could not be confined at this level; the text names the step that failed."""


class WorkerProcess:
    """A confined process that has received only its configuration so far."""

    def __init__(
        self, level: str, engine: str, limits: Limits, equipment: WorkerSetup, fork: Fork | None = None
    ) -> None:
        """Start the process, with ``fork`` if possible, without waiting; :meth:`await_ready` waits until it is confined."""
        self.limits = limits
        self._oom_kills = capacity.oom_kills() or 0
        self._most_held = 0  # most bytes in all measurements
        self._memory_events: group.MemoryEvents | None = None  # the memory events of its control group
        self._folder = None if level == "strong" else _make_folder()
        work = self._folder or STRONG_WORK
        self._channel, theirs = socket.socketpair()
        output, their_output = os.pipe()
        os.set_blocking(output, False)
        self._output = output
        self.begin_output()
        environment = _environment(work, level, engine, equipment)
        own_files = FILE_SYSTEMS * (limits.disk_mb << 20) if level == "strong" else 0
        self._group = group.create((limits.memory_mb << 20) + BESIDE + own_files, limits.processes)
        with theirs:
            supervisor = fork(level, theirs, their_output, environment) if fork is not None else None
            self._process: Forked | Started = supervisor or Started(theirs, their_output, environment)
        os.close(their_output)
        self._poll = select.poll()
        self._poll.register(self._channel, select.POLLIN)
        self._poll.register(self._output, select.POLLIN)
        self._buffer = bytearray()
        self._memory_look = time.monotonic() + LOOK_SECONDS  # time of the next measurement
        self._computed: float | None = None  # processor time at the last measurement
        self._tail = b""
        self._confined = False
        self.mapped: set[str] | None = None  # packages whose libraries were mapped so far; None if they are not needed
        self._closed = False
        self._ended_by_itself: int | None = None  # the exit status
        files = {name: str(file.resolve()) for name, file in equipment.data.items()}
        data = {name: f"{STRONG_DATA}/{name}.npz" for name in files} if level == "strong" else files
        course_files = {name: str(file.resolve()) for name, file in equipment.files.items()}
        course_paths = (
            {name: f"{STRONG_DATA}/files/{name}" for name in course_files} if level == "strong" else course_files
        )
        # At level none the worker gets copies, and the disk limit applies to each file, so it must be large enough.
        copy_sizes = (
            [os.path.getsize(file) for file in (*files.values(), *course_files.values())] if level == "none" else []
        )
        config = {
            "level": level,
            "engine": engine,
            "read": [
                *filesystem.readable(),
                *(filesystem.gpu_libraries() if equipment.gpu else ()),
                *((data[name], files[name]) for name in files),
                *((course_paths[name], course_files[name]) for name in course_files),
                *((str(folder), str(folder.resolve())) for folder in equipment.show),
            ],
            "hide": [
                *filesystem.hidden(equipment.hide),
                *self._data_files(level, {*files.values(), *course_files.values()}),
            ],
            "data": data,
            "files": course_paths,
            "globals": list(equipment.globals),
            "seed": equipment.seed,
            "devices": gpu_driver.device_files() if equipment.gpu else [],
            "own": str(filesystem.WORKER),
            "work": work,
            # A private file system shows the interpreter even if its home folder is closed to other users.
            "change_uid": filesystem.can_change_uid()
            and (
                not equipment.show
                or filesystem.readable_for_others(*(folder / "assignment.yaml" for folder in equipment.show))
            )
            and (
                level == "strong" or filesystem.readable_for_others(*equipment.data.values(), *equipment.files.values())
            ),
            "python_path": filesystem.python_path(),
            "limits": {
                "memory_bytes": limits.memory_mb << 20,
                "disk_bytes": max([limits.disk_mb << 20, *copy_sizes]),
                "processes": limits.processes,
                "open_files": limits.open_files,
                "output_bytes": limits.output_kb << 10,
                "cpu_seconds": int(limits.load_seconds + 100 * limits.call_seconds) + 1,
            },
        }
        config["view"] = mounts.key(config) if level == "strong" and fork is not None else None
        self._beginning: threading.Thread | None = None
        if self._group is None:
            self._begin(config)
        else:  # joining takes up to 15 ms of waiting; this process does other work meanwhile
            self._beginning = threading.Thread(target=self._begin, args=[config])
            self._beginning.start()

    def _begin(self, config: dict[str, Any]) -> None:
        """Move the process into its group, then send its configuration."""
        if self._group is not None and not self._group.add(self._process.pid):
            self._group.remove()
            self._group = None
        with contextlib.suppress(OSError):  # await_ready reports a process that died at once
            self._channel.sendall(frames.encode(config))

    def _await_beginning(self) -> None:
        if self._beginning is not None:
            self._beginning.join()

    @staticmethod
    def _data_files(level: str, visible: set[str]) -> list[str]:
        """Return further files to hide; the search runs while the worker's Python starts."""
        return [] if level == "none" else [file for file in filesystem.data_files() if file not in visible]

    def await_ready(self) -> list[str]:
        """Wait until the worker is confined; return the gaps in addition to those that its level always has.

        A control group limits the number of processes too. Raises SetupFailed, never a failure that counts for a student.
        """
        self._await_beginning()
        try:
            header, _ = self._receive(Allowance(SETUP_SECONDS))
        except (CallError, frames.ProtocolError, EOFError, OSError) as error:
            self._drain()
            self.kill()
            last_words = self._tail.decode(errors="replace").strip().splitlines()[-1:] or ["it ended by itself"]
            raise SetupFailed(f"the worker did not start: {last_words[0]}") from error
        if header.get("setup") != "ready":
            self.kill()
            raise SetupFailed(str(header.get("reason")))
        self._confined = True
        gaps = [str(gap) for gap in header["gaps"]]
        if self._group is None:
            return [*gaps, OF_THE_KERNEL]
        return [gap for gap in gaps if gap != OF_PROCESSES or not self._group.limits_processes]

    def send(
        self, request: dict[str, Any], payload: Sequence[bytes | memoryview], allowance: Allowance, doing: str
    ) -> None:
        """Send one frame with the bytes of ``payload``.

        Raises CallError if the worker has sent something without a request, or does not read in time.
        """
        if self._buffer or self._readable():
            self.kill()
            raise CallError(
                "protocol",
                _("Your code wrote into the grader's channel: do not touch file descriptors that you did not open."),
            )
        self.begin_output()
        size = sum(map(len, payload))
        parts: list[bytes | memoryview] = [frames.begin(request, size), *payload]
        if size <= CHUNK:  # a part for itself costs more than its copy
            parts = [b"".join(parts)]
        try:
            for part in parts:
                self._send(memoryview(part), allowance)
        except TimeoutError as error:
            raise self._too_late(doing) from error
        except OSError as error:
            raise self._ended() from error

    def _send(self, part: memoryview, allowance: Allowance) -> None:
        """Send these bytes; read and count the output while the worker does not read them."""
        while True:
            try:
                part = part[self._channel.send(part, socket.MSG_DONTWAIT) :]
            except BlockingIOError:
                pass
            else:
                if not part:
                    return
            self._poll.modify(self._channel, select.POLLOUT)
            try:
                self._wait(allowance)
            finally:
                self._poll.modify(self._channel, select.POLLIN)
            self._look_if_due(allowance)

    def begin_output(self) -> None:
        """Reset the output limit: it holds for each call, and for each statement while the submission is loaded."""
        self._output_left = self.limits.output_kb << 10

    def receive(
        self, allowance: Allowance, doing: str, statement: tuple[int, int] | None = None, most: int = 0
    ) -> tuple[dict[str, Any], memoryview]:
        """Return the next frame; raises CallError if it does not arrive, whatever the reason.

        The payload is writable, not a copy, and has at most ``most`` bytes. If the allowance can be extended, the worker
        is first requested to end the running ``statement``.
        """
        try:
            self._look_if_due(allowance)  # needed for a worker that never stops sending
            return self._receive(allowance, most)
        except TimeoutError as error:
            if statement is not None and allowance.interrupt():
                with contextlib.suppress(OSError):  # the worker does not read
                    self._channel.send(frames.encode({"interrupt": statement}), socket.MSG_DONTWAIT)
                return self.receive(allowance, doing, statement, most)
            raise self._too_late(doing) from error
        except frames.ProtocolError as error:
            self.kill()
            raise CallError(
                "protocol",
                _("{doing} broke the connection to the grader ({error}).").format(doing=doing, error=_(str(error))),
            ) from error
        except (EOFError, ConnectionError) as error:
            raise self._ended(doing) from error

    def _too_late(self, doing: str) -> CallError:
        self.kill()
        if self._output_left < 0:
            return self._flooded()
        return CallError(
            "timeout",
            _(
                "{doing} did not finish in time and was stopped: look for a loop that never ends or a training that takes too long."
            ).format(doing=doing),
        )

    def settle(self, allowance: Allowance) -> None:
        """Count the rest of the time of an answered request; the worker waits now, so all of it was computing."""
        if allowance.since_look > SHORTEST_LOOK:
            allowance.count(self._computed_since(memory.computing(self._process.pid)), 1)
        else:
            allowance.count(math.inf, 1)

    def _receive(self, allowance: Allowance, most: int = 0) -> tuple[dict[str, Any], memoryview]:
        self._fill(frames.PREFIX.size, allowance)
        header_length, payload_length = frames.lengths(self._buffer, most)
        self.refuse_if_no_room(RECEIVED * payload_length)
        head_end = frames.PREFIX.size + header_length
        end = head_end + payload_length
        self._fill(end, allowance)
        frame, self._buffer = self._buffer, self._buffer[end:]
        header = frames.decode_header(frame[frames.PREFIX.size : head_end])
        return header, memoryview(frame)[head_end:end]

    def refuse_if_no_room(self, needed: int) -> None:
        """Raise CallError if an answer needs more bytes than the memory that is left.

        In a small container the kernel would kill the grader otherwise, and a submission could make itself "not
        gradable".
        """
        limit = capacity.memory() if needed > SMALL else None
        used = None if limit is None else limit.in_use()
        if limit is not None and used is not None and needed > limit.size - used:
            message = _(
                "Your code returned an answer that is too large for the memory here: return only the requested value."
            )
            raise CallError("memory", message)

    def _fill(self, size: int, allowance: Allowance) -> None:
        """Read until the buffer holds ``size`` bytes; read and count the output meanwhile."""
        while len(self._buffer) < size:
            if self._wait(allowance):
                try:
                    chunk = self._channel.recv(max(CHUNK, size - len(self._buffer)), socket.MSG_DONTWAIT)
                except BlockingIOError as error:  # ready but nothing to read: an out-of-band byte
                    raise frames.ProtocolError("something other than a frame was sent") from error
                if not chunk:
                    raise EOFError
                self._buffer += chunk
            self._look_if_due(allowance)

    def _wait(self, allowance: Allowance) -> bool:
        """Wait until the channel is ready or a measurement is due, and read the output; True if the channel is ready."""
        seconds = max(allowance.next_look - time.monotonic(), 0.0)
        is_ready = False
        for descriptor, _events in self._poll.poll(math.ceil(1000 * seconds)):
            if descriptor == self._output:
                self._drain()
            else:
                is_ready = True
        return is_ready

    def _look_if_due(self, allowance: Allowance) -> None:
        """Measure the memory and the time of the worker if that is due; raises TimeoutError when no time is left."""
        now = time.monotonic()
        if now >= self._memory_look:  # by the clock, so that many short requests are measured too
            self._look_at_memory()
            self.look_at_libraries()
            self._memory_look = now + LOOK_SECONDS
        if now >= allowance.next_look:
            computing = memory.computing(self._process.pid)
            allowance.count(self._computed_since(computing), 0 if computing is None else computing.ready)
            if allowance.over:
                raise TimeoutError

    def _computed_since(self, computing: memory.Computing | None) -> float:
        """Return the seconds of processor time since the last measurement, infinite if they are not known."""
        before, self._computed = self._computed, None if computing is None else computing.seconds
        is_known = before is not None and self._computed is not None
        # The sum can decrease: nobody has waited for some children that have ended.
        return max(self._computed - before, 0.0) if is_known else math.inf  # type: ignore[operator]

    def _drain(self) -> None:
        try:
            chunk = os.read(self._output, CHUNK)
        except BlockingIOError:
            return
        if not chunk:
            with contextlib.suppress(KeyError):  # it was removed before
                self._poll.unregister(self._output)
        self._tail = (self._tail + chunk)[-2000:]
        self._output_left -= len(chunk)
        if self._output_left < -FLOOD * (
            self.limits.output_kb << 10
        ):  # a little more than the limit is dropped and does no harm
            self.kill()
            raise self._flooded()

    def _flooded(self) -> CallError:
        message = _(
            "Your code printed more than {size} KB and was stopped: print less inside loops, and use verbose=0 when you train with Keras."
        )
        return CallError("output", message.format(size=self.limits.output_kb))

    def memory_held(self) -> int:
        """Return the bytes that the worker's processes hold now, or a little more."""
        size = memory.memory(self._process.pid, self.limits.honest_mb << 20)
        if self._confined:  # before that the sockets would be those of the whole machine
            size += memory.sockets(self._process.pid, own_network=self._folder is None) * memory.of_a_socket()
        return size

    def _look_at_memory(self) -> None:
        """Enforce the memory limit for all processes together; the kernel's limit is per process, without shared memory."""
        size = self.memory_held()
        self._most_held = max(self._most_held, size)
        if (
            size > (self.limits.memory_mb << 20) + BESIDE and self._process.wait(0) is None
        ):  # after its end another process may have its id
            self.kill()
            raise CallError(
                "memory",
                _(
                    "The processes of your code needed more than {size} MB together and were stopped: start fewer processes, or give each of them less data."
                ).format(size=self.limits.memory_mb),
            )

    @property
    def pid(self) -> int:
        """The process id of the supervisor; all processes of the worker are its descendants."""
        return self._process.pid

    def look_at_libraries(self) -> None:
        """Add the libraries that are mapped now; those of a process that ends between two measurements are missed."""
        if self.mapped is not None and self._confined:
            self.mapped |= mapped.libraries(self._process.pid)

    def _readable(self) -> bool:
        return any(descriptor != self._output for descriptor, _events in self._poll.poll(0))

    def _ended(self, doing: str = "") -> CallError:
        """Return the failure for a closed channel: how the process ended."""
        doing = doing or _("Your code")
        self.kill(wait_first=1.0)
        status = self._ended_by_itself
        if status is None:
            return CallError(
                "protocol", _("{doing} closed the connection to the grader and kept running.").format(doing=doing)
            )
        if status < 0 or status > 128:
            number = -status if status < 0 else status - 128
            try:
                name = signal.Signals(number).name
            except ValueError:
                name = _("signal {number}").format(number=number)
            if name == "SIGXCPU":
                return CallError(
                    "timeout", _("{doing} used up its processor time and was stopped.").format(doing=doing)
                )
            return CallError(
                "crashed",
                _("{doing} killed the Python process ({name}); this happens in compiled code or with os.kill.").format(
                    doing=doing, name=name
                ),
            )
        return CallError(
            "crashed",
            _("{doing} ended the Python process (exit status {status}): remove the calls to os._exit and quit.").format(
                doing=doing, status=status
            ),
            EXITED,
        )

    @property
    def was_killed(self) -> bool:
        """True if the process was ended by a SIGKILL that the grader did not send."""
        return self._ended_by_itself is not None and self._ended_by_itself in (-signal.SIGKILL, 128 + signal.SIGKILL)

    def out_of_memory(self) -> bool:
        """True if the kernel has killed processes because memory ran out, since this worker was started.

        With a control group only processes of this worker count, otherwise all processes.
        """
        if self._memory_events is not None:
            return self._memory_events.killed
        return (capacity.oom_kills() or 0) > self._oom_kills

    def reached_limit(self) -> bool:
        """True if memory ran out because of the limit of the worker's own control group."""
        return self._memory_events is not None and self._memory_events.reached_limit

    def memory_seen(self) -> int:
        """Return the most bytes that were measured."""
        return self._most_held

    def memory_taken(self) -> int:
        """Return an upper estimate of the bytes that the worker held when memory ran out, after its end.

        This is all memory that other processes do not use now, and at least the most bytes that were measured.
        """
        limit = capacity.memory()
        others = None if limit is None else limit.in_use()
        missing = 0 if limit is None or others is None else limit.size - others
        if self._memory_events is not None and self._memory_events.most_held is not None:
            missing = min(missing, self._memory_events.most_held)
        return max(self._most_held, missing)

    def kill(self, wait_first: float = 0.0) -> None:
        """End the worker and everything that it started, and wait until all processes have ended.

        The worker gets ``wait_first`` seconds to end by itself.
        """
        if self._closed:
            return
        self._await_beginning()
        self._closed = True
        self._channel.close()
        self._ended_by_itself = self._process.wait(wait_first)
        self._process.let_go()
        try:
            if self._process.wait(10) is None:
                self._process.kill()
                raise NotGradable(_("The worker process {pid} could not be stopped.").format(pid=self._process.pid))
        finally:
            if self._group is not None:
                self._memory_events = self._group.remove()
            os.close(self._output)
            if self._folder is not None:
                _remove(self._folder)


def _make_folder() -> str:
    """Return a new work folder; it is in /tmp if the usual path would be too long for the sockets of a kernel."""
    usual = tempfile.gettempdir()
    return tempfile.mkdtemp(prefix="grader-", dir=usual if len(os.fsencode(usual)) <= LONGEST_FOLDER else "/tmp")


def _remove(folder: str) -> None:
    """Remove a work folder; ``rm`` also removes folders that are nested too deep for Python."""
    remove = ["rm", "-rf", "--", folder]
    if subprocess.run(remove, check=False, stderr=subprocess.DEVNULL).returncode != 0:
        # The submission may have removed its own permissions on folders; chmod -R does not follow links.
        subprocess.run(["chmod", "-R", "--", "u+rwx", folder], check=False, stderr=subprocess.DEVNULL)
        subprocess.run(remove, check=False, stderr=subprocess.DEVNULL)


def _environment(work: str, level: str, engine: str, equipment: WorkerSetup) -> dict[str, str]:
    """Return a clean environment for the worker, without variables of the grader."""
    home = "/tmp" if level == "strong" else work
    environment = {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": home,
        "TMPDIR": home,
        "USER": "student",
        "LANG": "C.UTF-8",
        "JUPYTER_RUNTIME_DIR": f"{home}/.jupyter",
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": f"{home}/.matplotlib",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        **ONE_THREAD,
    }
    # TensorFlow counts the processors of the whole machine, even if its container may use fewer.
    threads = str(equipment.threads or int(capacity.processors()))
    environment |= dict.fromkeys(("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS"), threads)
    if equipment.gpu:  # the user chooses the GPU and the path of CUDA
        environment |= {
            name: os.environ[name] for name in ("CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH") if name in os.environ
        }
        environment |= {"TF_FORCE_GPU_ALLOW_GROWTH": "true", "TF_DETERMINISTIC_OPS": "1"}
    else:
        environment["CUDA_VISIBLE_DEVICES"] = "-1"
    if sys.platform == "darwin":  # otherwise a forked process that uses Objective-C crashes
        environment["OBJC_DISABLE_INITIALIZE_FORK_SAFETY"] = "YES"
    if engine == "module":  # a notebook brings its own backend
        environment["MPLBACKEND"] = "Agg"
    return environment
