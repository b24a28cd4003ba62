"""The repository's own tables, typed as `data/datapackage.json` says.

They stand in ``data/`` beside ``xq/``, or in the folder named by the environment variable
``XQ_DATA``. Nothing that reads a list of your own needs them.
"""

import hashlib
import json
import os
from difflib import get_close_matches
from functools import cache
from pathlib import Path

import pandas as pd

from .door import check_choice, describe

DATA = Path(os.environ.get("XQ_DATA") or Path(__file__).resolve().parent.parent / "data")


def load_table(name):
    """Load one of the repository's tables.

    Parameters
    ----------
    name : str
        Name of a table, as in the column ``name`` of `list_tables`: "measures", "units" …

    Returns
    -------
    DataFrame
        A fresh copy; columns with a closed list of values are ordered categories, empty texts are
        "", empty numbers missing. `list_tables` with ``columns=True`` explains every column.

    Raises
    ------
    ValueError
        If there is no such table; the message names those most like it.
    FileNotFoundError
        If the tables are neither beside ``xq/`` nor where ``XQ_DATA`` says.
    """
    names = [*read_package()]
    if not isinstance(name, str) or name not in names:
        near = get_close_matches(name, names) if isinstance(name, str) else names[:3]
        raise ValueError(
            f"no table is named {describe(name)}; did you mean {near or names[:3]}? "
            "xq.list_tables() has them all"
        )
    return _read_table(name).copy()


def list_tables(*, columns=False):
    """List the repository's tables, or their columns.

    Parameters
    ----------
    columns : bool, default False
        One row per column of every table instead of one per table.

    Returns
    -------
    DataFrame
        One row per table, in the order of the data package. Columns

        - ``name`` : str, what `load_table` takes
        - ``path`` : str, the file in ``data/``
        - ``title``, ``description``, ``description_zh`` : str, what one row is, and what to know

        With ``columns=True`` one row per table and column:

        - ``name`` : str, the table
        - ``column``, ``title_zh`` : str, name of the column, and its Chinese name
        - ``type`` : str, "string", "integer", "number", "boolean" or "date"
        - ``description``, ``description_zh`` : str, what it is, in English and in Chinese

    Raises
    ------
    TypeError
        If `columns` is neither True nor False.
    FileNotFoundError
        If the tables are neither beside ``xq/`` nor where ``XQ_DATA`` says.
    """
    if not isinstance(columns, bool):
        raise TypeError(f"columns is {describe(columns)}; expected True or False")
    package = read_package()
    if not columns:
        fields = ["name", "path", "title", "description", "description_zh"]
        return pd.DataFrame([{key: each[key] for key in fields} for each in package.values()])
    told = {"column": "name", "title_zh": "title", "type": "type"}
    told |= {"description": "description", "description_zh": "description_zh"}
    rows = [
        {"name": name} | {column: field[key] for column, key in told.items()}
        for name, resource in package.items()
        for field in resource["schema"]["fields"]
    ]
    return pd.DataFrame(rows)


def cite(*, language="en"):
    """Say how to cite this collection, with its version and a checksum of its tables.

    Parameters
    ----------
    language : str, default "en"
        "zh" or "en".

    Returns
    -------
    str
        One line. The checksum is the SHA-256 of all tables in the order of the data package,
        its first twelve digits: two people with the same checksum have the same numbers.

    Raises
    ------
    ValueError
        If `language` is neither "zh" nor "en".
    FileNotFoundError
        If the tables are neither beside ``xq/`` nor where ``XQ_DATA`` says.
    """
    check_choice(language, "language", ("zh", "en"))
    total = hashlib.sha256()
    for resource in read_package().values():
        total.update((DATA / resource["path"]).read_bytes())
    about = read_about()
    if language == "zh":
        return (
            f"The xq contributors（{about['created'][:4]}）：《xq：细读一个区的承诺》，"
            f"版本{about['version']}，数据{total.hexdigest()[:12]}。"
        )
    return (
        f"The xq contributors ({about['created'][:4]}). xq: one district's promises, read with "
        f"care. Version {about['version']}, data {total.hexdigest()[:12]}."
    )


def read_about():
    """Return what the data package says of itself: title, version, date."""
    return json.loads((DATA / "datapackage.json").read_text(encoding="utf-8"))


@cache
def read_package():
    """Read the data package: the one description of every table. Read once; do not change it.

    Returns
    -------
    dict
        Resource name → resource (path, title, description, schema), in the package's order.

    Raises
    ------
    FileNotFoundError
        If the tables are neither beside ``xq/`` nor where ``XQ_DATA`` says.
    """
    path = DATA / "datapackage.json"
    if not path.exists():
        raise FileNotFoundError(
            f"{path} is missing: keep xq/ and data/ side by side as published, or set XQ_DATA to "
            "the folder that has it"
        )
    package = json.loads(path.read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


@cache
def _read_table(name):
    resource = read_package()[name]
    fields = resource["schema"]["fields"]
    table = pd.read_csv(
        DATA / resource["path"],
        dtype={f["name"]: "str" for f in fields if f["type"] in ("string", "date")},
        keep_default_na=False,  # an empty text is "", an empty number missing
        na_values={f["name"]: [""] for f in fields if f["type"] == "number"},
        encoding="utf-8",
    )
    for field in fields:
        values = field.get("constraints", {}).get("enum")
        if values:
            order = pd.CategoricalDtype(values, ordered=True)
            column = table[field["name"]]
            table[field["name"]] = column.where(column != "").astype(order)
        if field["type"] == "date":
            table[field["name"]] = pd.to_datetime(table[field["name"]], format="%Y-%m-%d")
    return table
