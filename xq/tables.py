"""The repository's own tables, typed as `data/datapackage.json` says."""

import json
from functools import cache
from pathlib import Path

DATA = Path(__file__).resolve().parent.parent / "data"


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
        If there is no ``data/`` beside the ``xq`` folder.
    """
    path = DATA / "datapackage.json"
    if not path.exists():
        raise FileNotFoundError(f"{path} is missing: keep xq/ and data/ side by side as published.")
    package = json.loads(path.read_text(encoding="utf-8"))
    return {resource["name"]: resource for resource in package["resources"]}


def need_columns(table, *columns):
    """Raise ValueError, naming what is missing and what is there, if a column is missing."""
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"the table has no column {missing}; it has {[*table.columns]}")


@cache
def _read_table(name):
    import pandas as pd

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


def _make_loader(name):
    resource = read_package()[name]

    def load():
        return _read_table(name).copy()

    columns = "\n    ".join(
        f"- ``{field['name']}`` : {field['type']}, {field['description']}"
        for field in resource["schema"]["fields"]
    )
    load.__name__ = load.__qualname__ = f"load_{name}"
    load.__doc__ = f"""Load {resource["title"]}.

    {resource["description"]}

    Returns
    -------
    DataFrame
        A fresh copy; columns with a closed list of values are ordered categories. Columns

    {columns}

    Notes
    -----
    Source: ``data/{resource["path"]}``, described in ``data/datapackage.json``.
    """
    return load


load_tasks = _make_loader("tasks")
load_measures = _make_loader("measures")
load_units = _make_loader("units")
load_responsibilities = _make_loader("responsibilities")
load_sections = _make_loader("sections")
load_groups = _make_loader("groups")
load_doubts = _make_loader("doubts")
load_changes = _make_loader("changes")
load_notice = _make_loader("notice")
load_targets = _make_loader("targets")
load_directives = _make_loader("directives")
load_results = _make_loader("results")
load_terms = _make_loader("terms")
load_stopwords = _make_loader("stopwords")
load_labels = _make_loader("labels")
load_codes = _make_loader("codes")
load_labels_adjudication = _make_loader("labels_adjudication")
load_reports = _make_loader("reports")
load_priorities = _make_loader("priorities")
load_terms_national = _make_loader("terms_national")
load_bigrams = _make_loader("bigrams")
load_shingles = _make_loader("shingles")
load_years = _make_loader("years")
load_vectors = _make_loader("vectors")
load_vectors_without_2022 = _make_loader("vectors_without_2022")
load_windows = _make_loader("windows")
load_reuse = _make_loader("reuse")
load_targets_national = _make_loader("targets_national")
load_targets_tianjin = _make_loader("targets_tianjin")
load_ladder = _make_loader("ladder")
load_population = _make_loader("population")
load_gold_reuse = _make_loader("gold_reuse")
load_gold_targets = _make_loader("gold_targets")
load_gold_unseen = _make_loader("gold_unseen")
load_adjudication = _make_loader("adjudication")
load_found = _make_loader("found")
load_reviews = _make_loader("reviews")
