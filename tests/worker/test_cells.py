"""The task for the cells of a notebook."""

from __future__ import annotations

from types import SimpleNamespace

from grader.worker import cells

REQUEST = {"id": 1, "left_out": [(2, 0), (3, 1)], "ends_at": []}


def test_empty_cells_and_cells_left_out_are_not_executed():
    task = cells.task(REQUEST, [(1, "x = 1"), (2, "while True: pass"), (3, "y = 2"), (4, " \n")])
    assert task["cells"] == [1, 3]
    assert task["cells_left_out"] == [(2, "while True: pass")]


def test_code_for_the_kernel_is_valid_python():
    task = cells.task(REQUEST, [(1, 'print(\'a\')\n"""b"""')])
    for code in (cells.first_cell(task), cells.last_cell(task)):
        compile(code, "cell", "exec")


def test_traceback_file_of_a_cell_has_its_number():
    compiler = SimpleNamespace(format_code_name=lambda file: ("Cell", f"In[{file[1:]}]") if file[0] == "c" else None)
    cell = object.__new__(cells.Cells)
    cell._compiler, cell._numbers = compiler, [1, 3]
    assert cell.locate("c2") == {"cell": 3}
    assert cell.locate("c9") is None
    assert cell.locate("library.py") is None
