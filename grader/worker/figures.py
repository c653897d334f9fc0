"""Keeps every matplotlib figure that the submission creates, and describes its contents."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import numpy as np

from . import hooks

NEED_A_SCREEN = (
    *("tkagg", "tkcairo", "qtagg", "qtcairo", "qt4agg", "qt5agg", "qt5cairo", "macosx", "wx", "wxagg", "wxcairo"),
    *("gtk3agg", "gtk3cairo", "gtk4agg", "gtk4cairo", "nbagg", "webagg", "notebook", "widget", "ipympl"),
)
MAX_FIGURES = 100
MAX_AXES = 200
MAX_ARTISTS = 50  # images or lines in one subplot
AREAS = {"ContourSet", "QuadMesh", "PolyCollection", "TriMesh"}  # classes of artists that colour or divide an area
RAMP = 9  # number of values of an image whose colours are reported
MAX_ELEMENTS = 1 << 18  # in one image or line; a larger one is described without its data

_figures: list[Any] = []
_cleared: list[dict[str, Any]] = []


def watch() -> None:
    """Keep all figures from now on; a notebook's backend drops them after each cell."""
    hooks.after_import("matplotlib", _stay_without_a_screen)
    hooks.after_import("matplotlib.figure", _keep_all)
    hooks.after_import("matplotlib.pyplot", _end_figures_when_shown)


def describe_all() -> list[dict[str, Any]]:
    """Return a description of each figure that has subplots: see :func:`_describe`."""
    described = [*_cleared]
    for figure in list(_figures):
        try:
            if figure.axes:
                described.append(_describe(figure))
        except Exception:  # a hostile artist
            continue
    return described


def _stay_without_a_screen(module: ModuleType) -> None:
    """Make ``matplotlib.use("TkAgg")`` do nothing: figures are plotted and kept anyway."""
    use = module.use

    def use_what_works(backend: Any, *arguments: Any, **keywords: Any) -> Any:
        return None if str(backend).lower() in NEED_A_SCREEN else use(backend, *arguments, **keywords)

    module.use = use_what_works  # type: ignore[attr-defined]


def _keep_all(module: ModuleType) -> None:
    figure_class = module.Figure
    construct, clear = figure_class.__init__, figure_class.clear

    def constructed(self: Any, *arguments: Any, **keywords: Any) -> None:
        construct(self, *arguments, **keywords)
        if len(_figures) < MAX_FIGURES:
            _figures.append(self)

    def cleared(self: Any, *arguments: Any, **keywords: Any) -> Any:
        if any(self is figure for figure in _figures) and self.axes and len(_cleared) < MAX_FIGURES:
            _cleared.append(_describe(self))
        return clear(self, *arguments, **keywords)

    figure_class.__init__ = constructed
    figure_class.clear = cleared


def _end_figures_when_shown(module: ModuleType) -> None:
    """Make show() in a module close all figures, as closing the windows does on a screen; the next plot is a new figure."""
    if module.get_backend().lower() == "agg":  # in a notebook show() already does so
        module.show = lambda *_, **__: module.close("all")  # type: ignore[attr-defined]


def _describe(figure: Any) -> dict[str, Any]:
    return {"axes": [_describe_axes(axes) for axes in figure.axes[:MAX_AXES]]}


def _describe_axes(axes: Any) -> dict[str, Any]:
    figure = axes.figure
    beside = axes.get_shared_x_axes().get_siblings(axes)  # stacked subplots may share one label
    x_label = next((one.get_xlabel() for one in (axes, *beside) if one.get_xlabel()), "") or figure.get_supxlabel()
    return {
        "titles": [str(axes.get_title(loc)) for loc in ("center", "left", "right") if axes.get_title(loc)],
        "x_label": str(x_label),
        "y_label": str(axes.get_ylabel() or figure.get_supylabel()),
        "images": [
            {
                "data": _data(image.get_array()),
                "colour_map": str(image.get_cmap().name),
                "colours": _colours(image),
            }
            for image in axes.get_images()[:MAX_ARTISTS]
        ],
        "lines": [
            {"x": _data(line.get_xdata()), "y": _data(line.get_ydata()), "colour": _marker_colour(line)}
            for line in axes.get_lines()[:MAX_ARTISTS]
        ],
        **_collections(axes),
        "has_legend": axes.get_legend() is not None or bool(figure.legends),
    }


def _marker_colour(line: Any) -> str:
    """Return the colour of the markers of a line that is drawn as single points; "" for other lines."""
    if str(line.get_linestyle()) not in ("None", "none", "", " ") or str(line.get_marker()) in (
        "None",
        "none",
        "",
        " ",
    ):
        return ""
    return _hex(sys.modules["matplotlib.colors"].to_rgb(line.get_markerfacecolor()))


def _hex(colour: Any) -> str:
    return "#" + "".join(f"{round(255 * float(part)):02x}" for part in list(colour)[:3])


def _collections(axes: Any) -> dict[str, Any]:
    """Return ``scatters``: the points with their colours and values; and ``areas``: the number of contours and coloured grids."""
    scatters, areas = [], 0
    for one in axes.collections[:MAX_ARTISTS]:
        names = {base.__name__ for base in type(one).__mro__}
        if "PathCollection" in names and "ContourSet" not in names:
            scatters.append(_scatter(one))
        else:
            areas += bool(names & AREAS)
    return {"scatters": scatters, "areas": areas}


def _scatter(collection: Any) -> dict[str, Any]:
    offsets = np.ma.getdata(np.ma.asanyarray(collection.get_offsets()))[: MAX_ELEMENTS // 2]
    collection.update_scalarmappable()
    faces = np.asarray(collection.get_facecolors())
    faces = faces if len(faces) else np.asarray(collection.get_edgecolors())
    rgb = np.round(255 * faces[:, :3]) @ [65536, 256, 1] if len(faces) else np.zeros(1)
    if len(rgb) != len(offsets):
        rgb = np.resize(rgb[:1], len(offsets))
    values = collection.get_array()
    if values is not None and np.size(values) != len(offsets):
        values = None
    return {"points": _data(offsets), "colours": rgb, "values": None if values is None else _data(np.ravel(values))}


def _colours(image: Any) -> list[list[float]]:
    """Return the colours (red, green, blue) of the values of an image, from the smallest to the largest value.

    They depend on the colour map and the norm. For an image that is stored in colour the list is empty.
    """
    values = np.ma.getdata(np.ma.asanyarray(image.get_array()))
    if values.ndim != 2 or values.dtype.kind not in "biuf" or not values.size:
        return []
    values = values[np.isfinite(values)] if values.dtype.kind == "f" else values
    if not values.size:
        return []
    ramp = np.linspace(float(values.min()), float(values.max()), RAMP)
    if values.dtype.kind in "iub":
        ramp = ramp.round()
    norm = image.norm
    if norm.vmin is not None and norm.vmax is not None and norm.vmin > norm.vmax:  # matplotlib fails when it plots this
        shares = (ramp - norm.vmin) / (norm.vmax - norm.vmin)
    else:
        shares = norm(ramp)
    rgba = image.get_cmap()(shares)
    return [[float(part) for part in colour[:3]] for colour in np.asarray(rgba)]


def _data(values: Any) -> Any:
    array = np.ma.getdata(np.asanyarray(values))
    return array if array.size <= MAX_ELEMENTS and array.dtype.kind in "biuf" else None  # for example dates
