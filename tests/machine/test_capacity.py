"""Limits of containers, read from file trees like those of real kernels."""

from __future__ import annotations

import os

import pytest

from grader.machine import capacity
from grader.machine.capacity import MemoryLimit

MB = 1 << 20
UNLIMITED = 9223372036854771712  # value of version 1 for "no limit"
V2 = "29 1 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
V1 = (
    "30 29 0:27 {top} /sys/fs/cgroup/memory ro,relatime master:9 - cgroup cgroup rw,memory\n"
    "31 29 0:28 {top} /sys/fs/cgroup/cpu,cpuacct ro,relatime - cgroup cgroup rw,cpu,cpuacct\n"
)
CPU = "/sys/fs/cgroup/cpu,cpuacct"


@pytest.fixture
def system(tmp_path, monkeypatch):
    """Return a function that writes a root folder with these files, for a machine with 64 processors and 16 GB."""
    monkeypatch.setattr(capacity.os, "sched_getaffinity", lambda _: range(64), raising=False)

    def make(membership, mounts, files=()):
        contents = {
            "/proc/self/cgroup": membership,
            "/proc/self/mountinfo": "21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n" + mounts,
            "/proc/meminfo": "MemTotal:       16777216 kB\nMemFree:         1000000 kB\n",
            "/proc/vmstat": "nr_free_pages 5\noom_kill 40\n",
            **dict(files),
        }
        for name, text in contents.items():
            path = tmp_path / name.lstrip("/")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return tmp_path

    return make


@pytest.mark.parametrize(
    ("membership", "mounts", "files", "expected"),
    [
        pytest.param("0::/\n", V2, {}, 16384, id="no limit"),
        pytest.param("0::/\n", V2, {"/sys/fs/cgroup/memory.max": "max\n"}, 16384, id="max"),
        pytest.param("0::/\n", V2, {"/sys/fs/cgroup/memory.max": f"{768 * MB}\n"}, 768, id="a container of its own"),
        pytest.param(
            "0::/a/b\n",
            V2,
            {"/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": f"{900 * MB}\n"},
            900,
            id="a group above has the limit",
        ),
        pytest.param(
            "0::/a/b\n",
            V2,
            {"/sys/fs/cgroup/a/b/memory.max": f"{700 * MB}\n", "/sys/fs/cgroup/a/memory.max": f"{900 * MB}\n"},
            700,
            id="the smallest counts",
        ),
        pytest.param(
            "0::/system.slice/docker-f00.scope\n",
            V2,
            {"/sys/fs/cgroup/memory.max": f"{800 * MB}\n"},
            800,
            id="the own group is not to be seen",
        ),
        pytest.param(
            "0::/../other\n", V2, {"/sys/fs/cgroup/memory.max": f"{800 * MB}\n"}, 800, id="outside of the namespace"
        ),
        pytest.param("0::/\n", V2, {"/sys/fs/cgroup/memory.max": f"{64 << 30}\n"}, 16384, id="more than there is"),
        pytest.param("0::/\n", V2, {"/sys/fs/cgroup/memory.max": "0\n"}, 16384, id="zero is no limit"),
        pytest.param("0::/\n", V2, {"/sys/fs/cgroup/memory.max": "nonsense\n"}, 16384, id="nonsense"),
        pytest.param(
            "9:name=systemd:/x\n4:memory:/docker/f00\n0::/\n",
            V1.format(top="/docker/f00"),
            {"/sys/fs/cgroup/memory/memory.limit_in_bytes": f"{768 * MB}\n"},
            768,
            id="version 1 in Docker",
        ),
        pytest.param(
            "4:memory:/pod/box\n",
            V1.format(top="/"),
            {
                "/sys/fs/cgroup/memory/memory.limit_in_bytes": f"{UNLIMITED}\n",
                "/sys/fs/cgroup/memory/pod/memory.limit_in_bytes": f"{1500 * MB}\n",
                "/sys/fs/cgroup/memory/pod/box/memory.limit_in_bytes": f"{UNLIMITED}\n",
            },
            1500,
            id="version 1, a group above",
        ),
        pytest.param(
            "4:memory:/box\n0::/box\n",
            V1.format(top="/") + V2.replace("/sys/fs/cgroup", "/sys/fs/cgroup/unified"),
            {
                "/sys/fs/cgroup/memory/box/memory.limit_in_bytes": f"{600 * MB}\n",
                "/sys/fs/cgroup/unified/box/cgroup.controllers": "\n",
            },
            600,
            id="both versions",
        ),
        pytest.param("nonsense\n::\n", "nonsense - \n", {}, 16384, id="files that say nothing"),
    ],
)
def test_memory_is_the_smallest_limit(system, membership, mounts, files, expected):
    found = capacity.memory(system(membership, mounts, files))
    assert found.size == expected * MB
    assert (found.group is not None) == (expected != 16384)


def test_unknown_memory_is_none(tmp_path):
    assert capacity.memory(tmp_path) is None
    assert capacity.oom_kills(tmp_path) is None


@pytest.mark.parametrize(
    ("membership", "mounts", "files", "expected"),
    [
        ("0::/\n", V2, {}, 64),
        ("0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "max 100000\n"}, 64),
        ("0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "50000 100000\n"}, 0.5),
        ("0::/a/b\n", V2, {"/sys/fs/cgroup/a/b/cpu.max": "max 100000", "/sys/fs/cgroup/a/cpu.max": "300000 100000"}, 3),
        ("0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "nonsense"}, 64),
        ("0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "100000 0"}, 64),
        (
            "3:cpu,cpuacct:/docker/f00\n",
            V1.format(top="/docker/f00"),
            {f"{CPU}/cpu.cfs_quota_us": "150000\n", f"{CPU}/cpu.cfs_period_us": "100000\n"},
            1.5,
        ),
        (
            "3:cpu,cpuacct:/\n",
            V1.format(top="/"),
            {f"{CPU}/cpu.cfs_quota_us": "-1\n", f"{CPU}/cpu.cfs_period_us": "100000\n"},
            64,
        ),
    ],
)
def test_processors_are_limited_by_the_control_group(system, membership, mounts, files, expected):
    root = system(membership, mounts, files)
    assert capacity.share_of_processors(root) == expected
    assert capacity.processors(root) == max(1, expected)  # half a processor counts as one slow processor


def test_processors_are_limited_by_the_affinity(system, monkeypatch):
    monkeypatch.setattr(capacity.os, "sched_getaffinity", lambda _: {3}, raising=False)
    assert capacity.processors(system("0::/\n", V2, {"/sys/fs/cgroup/cpu.max": "400000 100000\n"})) == 1


@pytest.mark.parametrize(
    ("membership", "mounts", "files", "expected"),
    [
        ("0::/\n", V2, {"/sys/fs/cgroup/memory.events": "low 0\nhigh 0\nmax 7\noom 3\noom_kill 2\n"}, 2),
        ("0::/a\n", V2, {"/sys/fs/cgroup/a/memory.events": "oom_kill 5\n", "/sys/fs/cgroup/memory.events": "oom_kill 9"}, 5),
        (
            "4:memory:/docker/f00\n",
            V1.format(top="/docker/f00"),
            {"/sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n"},
            3,
        ),
        ("0::/\n", V2, {}, 40),
        ("0::/\n", V2, {"/sys/fs/cgroup/memory.events": "oom 3\n"}, 40),  # an older kernel
    ],
)  # fmt: skip
def test_oom_kills_are_counted(system, membership, mounts, files, expected):
    assert capacity.oom_kills(system(membership, mounts, files)) == expected


@pytest.mark.parametrize(
    "files",
    [
        {
            "memory.current": f"{500 * MB}\n",
            "memory.stat": f"anon {200 * MB}\nfile {250 * MB}\ninactive_file {100 * MB}\nactive_file {150 * MB}\n",
        },
        {
            "memory.usage_in_bytes": f"{500 * MB}\n",
            "memory.stat": f"cache 7\ninactive_file 1\ntotal_inactive_file {100 * MB}\ntotal_active_file {150 * MB}\n",
        },
    ],
)
def test_file_cache_is_not_in_use(tmp_path, files):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    assert MemoryLimit(768 * MB, tmp_path).in_use() == 250 * MB


@pytest.mark.parametrize(("said", "expected"), [("MemAvailable:   524288 kB\n", 256 * MB), ("", None)])
def test_memory_in_use_of_a_machine(tmp_path, said, expected):
    (tmp_path / "proc").mkdir()
    (tmp_path / "proc" / "meminfo").write_text(f"MemTotal:   786432 kB\n{said}")
    assert capacity.memory(tmp_path) == MemoryLimit(768 * MB, None, tmp_path)
    assert capacity.memory(tmp_path).in_use() == (None if expected is None else 256 * MB)


@pytest.mark.quick
def test_memory_and_processors_of_this_machine():
    """On Linux both are known; on no system does the module raise an error."""
    assert capacity.processors() >= 1
    if os.path.exists("/proc/meminfo"):
        assert capacity.memory().size > 64 * MB


def test_a_process_that_moves_to_another_group_has_its_limit(system):
    files = {"/sys/fs/cgroup/a/memory.max": f"{900 * MB}\n", "/sys/fs/cgroup/b/memory.max": f"{700 * MB}\n"}
    assert capacity.memory(system("0::/a\n", V2, files)).size == 900 * MB
    assert capacity.memory(system("0::/b\n", V2)).size == 700 * MB
