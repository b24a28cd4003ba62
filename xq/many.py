"""Many published lists read into one table, with a table of those refused."""

import json
import os
from collections import namedtuple
from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from .door import describe, shorten
from .files import ListError
from .lists import LABELS, check_columns, read_list

# Columns of the measures of many lists, the same whatever the lists, and their types.
TYPES = {"list_id": "str", "measure_id": "str", "task_id": "str", "task_no": "int64"}
TYPES |= dict.fromkeys(["title", "measure_no", "text", "units", "deadline"], "str")
TYPES |= {"deadline_kind": "str", "deadline_date": "datetime64[us]", "year_from": "str"}
TYPES |= {"text_dates": "str", "note": "str", "line": "int64", "section": "str", "others": "str"}
_OWN = {*TYPES, *(f"{field}_written" for field in LABELS)} - {"list_id", "others"}
REFUSED = {"list_id": "str", "file": "str", "line": "int64", "reason": "str", "remedy": "str"}

Lists = namedtuple("Lists", "measures refused")


def read_lists(files, *, columns=None):
    """Read the measures of many published task lists; one that cannot be read stops nothing.

    Parameters
    ----------
    files : iterable of str or Path, or Series or dict of these
        The files. A Series or dict names each list: list_id → file; else the path is its name.
    columns : dict of str to str, optional
        As for `read_list`, for all lists.

    Returns
    -------
    measures : DataFrame
        One row per measure row, lists in the order given, with columns

        - ``list_id`` : str, the list
        - ``measure_id`` … ``line`` : as `read_list` returns them, which also has the cells as
          published; but ``measure_no`` is text in every list
        - ``section`` : str, the heading above the tasks, or empty
        - ``others`` : str, the columns that only this list has, as JSON: heading → cell; or empty
    refused : DataFrame
        One row per list that could not be read, with columns

        - ``list_id``, ``file`` : str
        - ``line`` : int, line of the file, 0 for the file as a whole
        - ``reason``, ``remedy`` : str, what was found and expected, and what to do

    Raises
    ------
    TypeError
        If `files` are no paths, or `columns` no dict.
    ValueError
        If a list is named twice, or `columns` names a field that there is not.

    Notes
    -----
    A ``measure_id`` names a row of one list. For functions that want one name per text join both:
    ``measures.set_index(["list_id", "measure_id"]).index.map(" ".join)``.

    The columns are the same for every call, so parts can be read apart and joined. With thousands
    of lists let Dask do that (``pip install "xq[many]"``), on all processors of a computer or on
    any cluster. What a worker that dies was reading is read again by another:

    >>> from dask import bag
    >>> from distributed import Client
    >>> client = Client()  # this computer; or a cluster: Client("tcp://scheduler:8786")
    >>> parts = bag.from_sequence(files, partition_size=50).map_partitions(xq.read_lists)
    >>> parts = parts.compute()  # measures and refused of each part, in turn
    >>> measures, refused = pd.concat(parts[0::2]), pd.concat(parts[1::2])

    See Also
    --------
    read_list : one list, with every column and its cells as published.
    """
    check_columns(columns)
    parts, refused = {key: [] for key in TYPES}, []
    for name, path in name_files(files).items():
        try:
            measures = read_list(path, columns=columns)
        except ListError as problem:
            refused.append((name, str(path), problem.line, problem.reason, problem.remedy))
            continue
        except Exception as problem:  # a fault of ours in one list is no reason to lose the others
            reason = f"{type(problem).__name__}: {shorten(problem, 200)}"
            remedy = "This is a fault of xq: please report it, with the file."
            refused.append((name, str(path), 0, reason, remedy))
            continue
        for key, values in _to_common(name, measures).items():
            parts[key].append(values)
    for key, kind in TYPES.items():
        values = np.concatenate(parts[key]) if parts[key] else []
        parts[key] = pd.Series(values, dtype=kind)
    return Lists(pd.DataFrame(parts), pd.DataFrame(refused, columns=[*REFUSED]).astype(REFUSED))


def name_files(files):
    """Return list_id → path."""
    if isinstance(files, Mapping | pd.Series):
        named = [(str(name), path) for name, path in files.items()]
    elif isinstance(files, Iterable) and not isinstance(files, str | bytes | pd.DataFrame):
        named = [(str(path), path) for path in files]
    else:
        raise TypeError(
            f"files is {describe(files)}; expected several paths: ['a.docx', 'b.xlsx'] or "
            "Path('lists').glob('*')"
        )
    for name, path in named:
        if not isinstance(path, str | os.PathLike):
            raise TypeError(f"files: {shorten(name)} is {describe(path)}; expected a path")
    names = pd.Index([name for name, _ in named])
    if names.has_duplicates:
        twice = shorten(names[names.duplicated()][0])
        raise ValueError(f"files: a list is named twice: {twice}; give each its own name")
    return dict(named)


def _to_common(name, measures):
    """Return the measures of a list as the arrays of the columns that all lists have."""
    columns = {"list_id": np.full(len(measures), name, dtype=object)}
    columns["section"] = columns["others"] = np.full(len(measures), "", dtype=object)
    others = [key for key in measures if key not in _OWN]
    columns |= {key: measures[key].to_numpy() for key in TYPES if key in measures and key in _OWN}
    columns["measure_no"] = measures["measure_no"].astype("str").to_numpy()
    if others:
        rows = measures[others].astype("str").to_dict("records")
        columns["others"] = np.array([json.dumps(row, ensure_ascii=False) for row in rows], object)
    return columns
