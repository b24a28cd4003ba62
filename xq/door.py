"""What every public function checks at its door.

Each message names what was given, what is expected and what to do.
"""

from numbers import Integral

import pandas as pd


def check_frame(given, name, *columns, filled=()):
    """Raise unless something is a DataFrame with these columns."""
    if not isinstance(given, pd.DataFrame):
        raise TypeError(f"{name} is {describe(given)}; expected a DataFrame with {[*columns]}")
    if missing := [column for column in columns if column not in given.columns]:
        raise ValueError(
            f"{name} has no column {missing}; it has {shorten([*given.columns])}. "
            "Rename yours: table.rename(columns={...})"
        )
    if twice := [column for column in columns if [*given.columns].count(column) > 1]:
        raise ValueError(f"{name} has two columns {twice}; drop or rename one of each")
    for column in filled:
        if (lost := given[column].isna()).any():
            first = given.index[lost.to_numpy()][0]
            raise ValueError(
                f"{name}: column {column!r} has {lost.sum()} missing values, the first in row "
                f"{first!r}; fill them or drop these rows"
            )


def check_texts(given, name="texts"):
    """Raise unless something is a Series of texts with one distinct name each."""
    if not isinstance(given, pd.Series):
        remedy = (
            "one of its columns, like table['text']"
            if isinstance(given, pd.DataFrame)
            else "pd.Series(texts)"
        )
        raise TypeError(f"{name} is {describe(given)}; expected a Series of texts: {remedy}")
    check_index(given, name)
    for doc, text in given.items():
        if not isinstance(text, str):
            raise TypeError(
                f"{name}: document {doc!r} is {describe(text)}, not a text; "
                "fill or drop such rows (texts.dropna())"
            )


def check_years(given, name, docs):
    """Raise unless something is a Series with a year for each of these documents."""
    if not isinstance(given, pd.Series):
        raise TypeError(
            f"{name} is {describe(given)}; expected a Series of years, one for each document"
        )
    check_index(given, name)
    if lost := [doc for doc in docs if doc not in given.index]:
        raise ValueError(
            f"{name} has no entry for {len(lost)} documents, the first {lost[0]!r}; "
            "expected the year of each, with the same index"
        )
    for doc, year in given.loc[docs].items():
        whole = isinstance(year, Integral) and not isinstance(year, bool)
        if not whole or not 1000 <= year <= 9999:
            raise ValueError(
                f"{name}: document {doc!r} has {describe(year)}; expected a whole year like 2024; "
                "fill it or leave the document out"
            )


def check_index(given, name):
    """Raise unless the rows of a Series or DataFrame have one distinct name each."""
    index = given.index
    if index.nlevels > 1:
        raise TypeError(
            f"{name} has an index of {index.nlevels} levels; expected one name per document: "
            f"{name}.reset_index(drop=True)"
        )
    if index.hasnans:
        raise ValueError(f"{name}: a document has no name, the index has a missing value")
    if not index.is_unique:
        twice = index[index.duplicated()][0]
        raise ValueError(
            f"{name}: document named twice: {twice!r}; give each its own name: "
            f"{name}.reset_index(drop=True)"
        )


def check_choice(given, name, choices):
    """Raise ValueError unless something is one of a few words."""
    if not isinstance(given, str) or given not in choices:
        raise ValueError(f"{name} is {shorten(given)}; expected one of {[*choices]}")


def check_count(given, name, least=0):
    """Raise unless something is a whole number, and no smaller than another."""
    whole = hasattr(given, "__index__") and not isinstance(given, bool)
    if not whole:
        raise TypeError(f"{name} is {describe(given)}; expected a whole number")
    if given < least:
        raise ValueError(f"{name} is {given}; expected {least} or more")


def describe(given):
    """Return what something is, in a few words."""
    if given is None or isinstance(given, float | int):
        return repr(given)
    return f"a {type(given).__name__} ({shorten(given)})"


def shorten(given, width=60):
    """Return how something is written, cut at so many characters."""
    text = " ".join(repr(given).split())
    return text if len(text) <= width else text[:width] + " …"
