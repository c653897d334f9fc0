"""The parts of a kernel that a worker replaces."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from ipykernel.iostream import OutStream
from ipykernel.zmqshell import ZMQDisplayPublisher

from grader.worker import commands, kernel


def test_shell_runs_commands_and_ignores_the_magic_of_the_grader():
    magics = {}
    shell = SimpleNamespace(register_magic_function=lambda function, kind, name: magics.update({name: function}))
    kernel.adapt(shell)
    assert shell.system is commands.run
    assert magics["grade"]("single-neuron") is None


@pytest.fixture
def written(monkeypatch):
    """The texts that the streams of a kernel pass on, with a limit of 10 characters."""
    texts = []
    monkeypatch.setattr(OutStream, "write", lambda _, text: texts.append(text) or len(text))
    monkeypatch.setattr(ZMQDisplayPublisher, "publish", lambda _, data: texts.append(data))
    kernel.limit_output(10)
    return texts


def test_output_beyond_the_limit_is_dropped_and_far_more_fails(written):
    assert [OutStream.write(None, text) for text in ("12345", "67890", "more")] == [5, 5, 4]
    assert written == ["12345", "67890"]
    with pytest.raises(kernel.OutputLimit):
        OutStream.write(None, "x" * 10 * (kernel.FLOOD + 1))


def test_main_thread_may_display_without_a_limit(written):
    ZMQDisplayPublisher.publish(None, "x" * 100)
    assert written == ["x" * 100]
