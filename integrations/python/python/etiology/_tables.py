"""Tables and rows of any kind, by what they can do: nothing but numpy is imported."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy

from etiology._native import EtiologyError

# Frames of several pieces with fewer cells are cheaper copied into one than read column by column.
_FEW_CELLS = 4096

_FLOATS = numpy.dtype("float64")


def columns(table: Any, wanted: Iterable[str] | None = None) -> list[tuple[str, Any]]:
    """The columns of a table, as pairs of name and contiguous floats or text with `None` for gaps.

    `wanted` names the only columns that are needed; others are not looked at, and may hold anything.
    """
    if type(table).__module__.partition(".")[0] == "pandas" and (whole := _in_one_piece(table, wanted)) is not None:
        return whole
    needed = None if wanted is None else set(wanted)
    named = [(name if isinstance(name, str) else str(name), column) for name, column in _items(table)]
    found = [(name, _column(name, column())) for name, column in named if needed is None or name in needed]
    if not found and named:
        # The library says which columns there are instead.
        found = [(name, numpy.empty(0)) for name, _ in named]
    return found


def _in_one_piece(frame: Any, wanted: Iterable[str] | None) -> list[tuple[str, Any]] | None:
    """The columns of a pandas frame of floats alone that are contiguous in one piece of memory, or are so few that they are cheaper copied; nothing for any
    other frame."""
    try:
        rows, count = frame.shape
    except (AttributeError, ValueError):
        return None
    one_block = getattr(getattr(frame, "_mgr", None), "nblocks", 0) == 1
    if not one_block and rows * count > _FEW_CELLS:
        return None
    values = frame.to_numpy()
    if values.dtype != _FLOATS:
        return None
    values = values.T
    if rows > 1 and values.strides[1] != values.itemsize:
        if rows * count > _FEW_CELLS:
            return None
        values = values.copy()
    needed = None if wanted is None else set(wanted)
    pairs = list(zip(_names_of(frame.columns), values))
    return pairs if needed is None else [pair for pair in pairs if pair[0] in needed] or pairs


_last_index: tuple[Any, list[str]] = (None, [])


def _names_of(index: Any) -> list[str]:
    """The names of a frame's columns. Rows of one frame share their index, which never changes, so those of the last one are kept."""
    global _last_index
    known, names = _last_index
    if known is not index:
        names = [name if type(name) is str else str(name) for name in index.tolist()]
        _last_index = (index, names)
    return names


def _items(table: Any) -> Iterable[tuple[Any, Callable[[], Any]]]:
    """The names of the columns, each with what gives the column: one that is not needed may be anything, and costs nothing."""
    if isinstance(table, Mapping):
        return ((name, functools.partial(table.__getitem__, name)) for name in table)
    if hasattr(table, "column_names") and hasattr(table, "column"):  # pyarrow
        return ((name, functools.partial(table.column, place)) for place, name in enumerate(table.column_names))
    if hasattr(table, "columns"):  # pandas, polars
        # By position where a frame of pandas has a name twice: the library says so.
        if hasattr(table, "iloc") and not table.columns.is_unique:
            return ((name, functools.partial(lambda place: table.iloc[:, place], place)) for place, name in enumerate(table.columns))
        return ((name, functools.partial(table.__getitem__, name)) for name in table.columns)
    names = getattr(getattr(table, "dtype", None), "names", None)
    if names:  # a structured array
        return ((name, functools.partial(table.__getitem__, name)) for name in names)
    if hasattr(table, "to_frame") and hasattr(table, "index"):  # a series is a row
        return ((name, functools.partial(list, [value])) for name, value in row(table).items())
    if hasattr(table, "__arrow_c_stream__"):
        import pyarrow

        return _items(pyarrow.table(table))
    raise TypeError(
        f"a table is a data frame, an Arrow table or a mapping of names to columns, and no {type(table).__name__}: "
        "give columns names, as in {'db': ..., 'api': ...}"
    )


def _column(name: str, values: Any) -> Any:
    array = values
    if not isinstance(array, numpy.ndarray):
        if hasattr(values, "to_numpy"):
            array = _to_numpy(values)
        elif hasattr(values, "__arrow_c_array__") or hasattr(values, "__arrow_c_stream__"):
            import pyarrow

            array = _to_numpy(pyarrow.chunked_array(values))
        else:
            array = numpy.asarray(values)
    if array.ndim == 2 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != 1:
        raise EtiologyError(f"column `{name}` has {array.ndim} dimensions: a column has one, with a value for each row")
    if array.dtype == _FLOATS:
        return array if array.flags.c_contiguous and array.flags.aligned else numpy.ascontiguousarray(array)
    if array.dtype.kind in "biuf":
        return array.astype(_FLOATS)
    if array.dtype.kind in "US":
        return [cell.decode() if isinstance(cell, bytes) else str(cell) for cell in array]
    if array.dtype.kind in "OT":
        return _objects(name, array)
    raise EtiologyError(
        f"column `{name}` is needed but holds {array.dtype}: expected numbers, or text for a category; "
        "convert it first, as a time to seconds"
    )


def _to_numpy(values: Any) -> Any:
    """A column of pandas, polars or pyarrow; without a copy where that is possible."""
    if type(values).__module__.startswith("pyarrow"):
        if values.null_count and str(values.type) not in ("string", "large_string", "string_view"):
            return numpy.array([numpy.nan if cell is None else cell for cell in values.to_pylist()])
        return values.to_numpy() if hasattr(values, "chunks") else values.to_numpy(zero_copy_only=False)
    dtype = getattr(values, "dtype", None)
    # Nullable numbers of pandas are objects otherwise.
    if hasattr(dtype, "numpy_dtype") and getattr(dtype, "kind", "") in "iufb" and getattr(dtype, "na_value", None) is not None:
        return values.to_numpy(dtype="float64", na_value=numpy.nan)
    return values.to_numpy()


def _is_missing(cell: Any) -> bool:
    return cell is None or (isinstance(cell, float) and cell != cell) or type(cell).__name__ in ("NAType", "NaTType")


def _objects(name: str, array: Any) -> Any:
    """A column of Python objects: text, or what can be a number."""
    cells = [None if _is_missing(cell) else cell for cell in array]
    is_text = [isinstance(cell, str) for cell in cells if cell is not None]
    if is_text and all(is_text):
        return cells
    if any(is_text):
        row = next(row for row, cell in enumerate(cells) if isinstance(cell, str))
        raise EtiologyError(
            f"column `{name}` is needed but is not numeric, nor a category, of which no cell is a number: row {row} holds `{cells[row]}`"
        )
    try:
        return numpy.array([numpy.nan if cell is None else float(cell) for cell in cells])
    except (TypeError, ValueError):
        row = next(row for row, cell in enumerate(cells) if cell is not None and not _is_number(cell))
        raise EtiologyError(
            f"column `{name}` is needed but holds {type(cells[row]).__name__} in row {row}: expected numbers, or text for a category"
        ) from None


def _is_number(cell: Any) -> bool:
    try:
        float(cell)
    except (TypeError, ValueError):
        return False
    return True


def row(event: Any) -> dict[Any, Any]:
    """A row as a dict: of a mapping, a series, a table with one row, or an object with names for its values."""
    if isinstance(event, Mapping):
        return {name: scalar(cell) for name, cell in event.items()}
    if hasattr(event, "to_dict") and hasattr(event, "index") and not hasattr(event, "columns"):
        return {name: scalar(cell) for name, cell in event.to_dict().items()}
    if hasattr(event, "_asdict"):
        return dict(event._asdict())
    cells = {}
    for name, column in columns(event):
        if len(column) != 1:
            raise EtiologyError(f"an event is one row, and this table has {len(column)}: choose one, or ask for all of them")
        cells[name] = scalar(column[0])
    return cells


def scalar(cell: Any) -> Any:
    """A cell as a number, text, or nothing, if it can be one."""
    if type(cell) in (float, int, str) or cell is None:
        return cell
    if _is_missing(cell):
        return None
    if isinstance(cell, numpy.ndarray) and cell.size == 1:
        return cell.reshape(-1)[0].item()
    if isinstance(cell, (list, tuple)) and len(cell) == 1:
        return scalar(cell[0])
    if isinstance(cell, (list, tuple, numpy.ndarray)):
        raise EtiologyError(f"an event is one row, and a cell of this one has {len(cell)} values: choose a row, or ask for all of them")
    cell = cell.item() if hasattr(cell, "item") else cell
    return float(cell) if not isinstance(cell, str) and _is_number(cell) else cell
