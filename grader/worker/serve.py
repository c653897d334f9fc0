"""The worker's loop: it answers one request after the other until the grader closes the channel.

A frame of the grader contains requests, each as an inner frame. The first request travels alone, and is
``{"id", "entry", "files", "left_out", "ends_at"}``, then any of ::

    {"id", "function", "arguments", "return_arguments", "keep"}   call a function; "keep" names a result that stays
                                                                  here, "seed" sets the random numbers before the call
    {..., "of"}                                                   a method of a kept object, or "" for the object itself
    {..., "class"}                                                a method of a new instance; the first argument is :mod:`classes`' setup
    {..., "globals"}                                              with globals; the first argument is :mod:`state`'s setup
    {..., "drive"}                                                and put the callback that it returns into a training,
                                                                  see :mod:`callbacks`
    {..., "then"}                                                 and call what the function returns; the first argument is
                                                                  the pair of arguments of that further call
    {"id", "rounds", "arguments"}                                 see :mod:`rounds`
    {"id", "predict", "arguments"}                                return predictions of a model
    {"id", "take", "arguments"}                                   see :func:`as_data.taken`
    {"id", "look", "arguments"}                                   see :mod:`look`

where the arguments are an encoded pair (positional, keyword), or a triple with values for global names at the end.
Answers carry the request's ``id`` and either the result or ``{"error": {...}}``. Returned arguments have None in the place
of each array that the call has not changed, since the grader has these values.

The worker reads a whole frame, executes its requests in order, and answers each in a separate frame as soon as it has
ended. So the grader limits the time and the output of each call by itself: the time of a call begins when the answer of
the call before it arrives. After an error the rest of the frame is dropped, as if it had never been sent. The grader
accepts only the answer of the oldest request that it waits for. After the last answer to several requests comes
``{"id", "ended": true}`` with the same ``id``, so that a function cannot answer for the calls after its own.

While a submission is loaded, the worker sends ``{"id", "progress": [3, 2]}`` when the second statement of the third code
cell begins (cell 0: a module; statement 0: the cell itself). ``left_out`` lists places that must not be run, ``ends_at``
those of them that ended the program. ``{"id", "shown": 3}`` with a JSON payload has the outputs of a cell (:mod:`shown`).
The grader may send ``{"interrupt": [3, 2]}``, which ends that statement if it still runs, and has no answer.
"""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Callable
from typing import Any

import numpy as np

from . import (
    as_data,
    callbacks,
    classes,
    course_files,
    datasets,
    frames,
    imported,
    inspection,
    left_files,
    models,
    objects,
    prepare,
    rounds,
    state,
    unbound,
    values,
)
from .describe import Locate, describe_error, describe_namespace, returned_names
from .statements import Loading

Namespace = dict[str, Any]
RunSubmission = Callable[[socket.socket, dict[str, Any]], None]


def serve(channel: socket.socket, engine: RunSubmission, config: dict[str, Any]) -> None:
    """Write the submission's files, lay out the datasets, and let the engine load the submission and answer calls."""
    [(request, payload)] = frames.inner(frames.receive(channel)[1])
    try:
        for name, content in values.decode(request["files"], payload).items():
            if folder := os.path.dirname(name):
                os.makedirs(folder, exist_ok=True)
            with open(name, "wb") as file:
                file.write(content)
        laid_out = {f"{name}.npz": file for name, file in config["data"].items()} | config["files"]
        datasets.lay_out(laid_out, ".", copy=config["level"] == "none")
    except OSError as error:  # larger than the disk of a worker
        send(channel, request["id"], loaded({}, describe_error(error, lambda _: None)))
        return
    engine(channel, request)


def loaded(namespace: Namespace, error: dict[str, Any] | None, loading: Loading | None = None) -> dict[str, Any]:
    """Return the answer to a load request: callable names, the error that ended loading, failures, imported modules."""
    functions, others = describe_namespace(namespace)
    described = classes.describe_classes(namespace)
    failed = {"failures": [], "absent": []} if loading is None else loading.finish(namespace)
    return {
        "names": functions,
        "classes": described,
        "others": others,
        "error": error,
        "modules": imported.loaded(),
        "unbound": unbound.asked(namespace),
        "read": course_files.read(),
        **failed,
    }


def serve_calls(channel: socket.socket, namespace: Namespace, locate: Locate) -> None:
    """Answer requests from ``namespace`` until the grader closes the channel."""
    results: Namespace = {}
    process = os.getpid()
    while True:
        try:
            requests = [*frames.inner(frames.receive(channel)[1])]  # none in an interrupt that arrived too late
        except EOFError:
            return
        for request, payload in requests:
            frame, is_error = _answer(request, payload, namespace, results, locate)
            _flush()
            if os.getpid() != process:  # a function has forked, and this is the child
                os._exit(0)
            is_last = is_error or request is requests[-1][0]
            if is_last and len(requests) > 1:
                frame += frames.encode({"id": request["id"], "ended": True})
            channel.sendall(frame)
            if is_last:
                break


def _answer(
    request: dict[str, Any], payload: memoryview, namespace: Namespace, results: Namespace, locate: Locate
) -> tuple[bytes, bool]:
    """Return the answer as a frame, and whether it is an error: a result that cannot be encoded is one too."""
    try:
        arguments, keywords, *supplied = values.decode(request["arguments"], payload, results, namespace=namespace)
        unbound.supply(namespace, *supplied or [{}])
        used = None
        stored: list[Any] = []  # attributes of an instance, or global variables
        if "look" in request:
            result = _look(request["look"], namespace, arguments)
        elif "predict" in request:
            result = models.predict(namespace[request["predict"]], *arguments)
        elif "take" in request:
            result = as_data.taken(namespace[request["take"]])
        elif "rounds" in request:
            result = rounds.run(namespace, request["rounds"], *arguments)
        else:
            further: tuple[list[Any], Namespace] = ([], {})
            if "then" in request:
                further, *arguments = arguments
            if "class" in request or "globals" in request:
                setup, *arguments = arguments
            passed = None
            if request["return_arguments"]:
                passed = [*arguments, *keywords.values(), *further[0], *further[1].values()]
            before = [_content(item) for item in passed or []]
            with prepare.seeded(request.get("seed")):
                if "class" in request:
                    cls, method = namespace[request["class"]], request["function"]
                    result, *stored = classes.call(cls, method, setup, arguments, keywords)
                elif "globals" in request:
                    result, *stored = state.call(namespace, request["function"], setup, arguments, keywords)
                elif "of" in request:
                    result = objects.target(results, request["of"], request["function"])(*arguments, **keywords)
                else:
                    result = namespace[request["function"]](*arguments, **keywords)
                if "then" in request:
                    result = result(*further[0], **further[1])
            if passed is not None:
                used = [_unless_same(item, content) for item, content in zip(passed, before, strict=True)]
        if request.get("drive"):
            result = callbacks.ScriptedTraining(result)
        if request.get("keep"):
            results[request["keep"]] = result
            result = objects.described(result) if request.get("describe") else None
        tree, raw = values.encode((result, used, *stored), request.get("room"))
        return frames.encode({"id": request["id"], "value": tree}, raw), False
    except BaseException as error:  # also SystemExit and KeyboardInterrupt: the submission raised them
        return frames.encode({"id": request["id"], "error": describe_error(error, locate)}), True


def _content(value: Any) -> tuple[tuple[int, ...], str, bytes] | None:
    """Return the shape, the dtype and the bytes of an array; None for a large array, and for anything else."""
    if type(value) is np.ndarray and value.nbytes <= values.SMALL:
        return value.shape, value.dtype.str, value.tobytes()
    return None


def _unless_same(value: Any, content: tuple[tuple[int, ...], str, bytes] | None) -> Any:
    """Return None for an array that still has this content, else the value."""
    return None if content is not None and content == _content(value) else value


def _look(what: str, namespace: Namespace, arguments: list[Any]) -> Any:
    if what == "variables":
        return inspection.variables(namespace, *arguments)
    if what == "imported":
        return imported.names()
    if what == "files":
        return left_files.read(*arguments)
    return inspection.describe_figures() if what == "figures" else inspection.describe_training(namespace)


def send(channel: socket.socket, identity: int, answer: dict[str, Any]) -> None:
    """Send one answer without arrays, after flushing all printed output."""
    _flush()
    channel.sendall(frames.encode({"id": identity, **answer}))


def rehearse() -> None:
    """Run the code once that is slow at its first use, in the process that workers are forked from."""
    arguments, raw = values.encode(((np.ones(3),), {}))
    request = {"id": 1, "function": "shape", "arguments": arguments, "return_arguments": True, "seed": 1}
    # A function of this module serves as a submission's function; it is described from its source.
    frame, _is_error = _answer(request, memoryview(raw), {"shape": np.shape, "loaded": loaded}, {}, lambda _: None)
    loaded({"describe": describe_error, "kind": type("Kind", (), {})}, {"frame": len(frame)})
    returned_names(describe_error)


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BaseException:  # the submission closed or replaced the stream
            continue
