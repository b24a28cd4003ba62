"""Codings: how far coders agree."""

import numpy as np
import pandas as pd

from .door import check_count, check_frame


def score_agreement(codes, *, draws=500, random_state=0):
    """Score how far coders agree, code by code.

    Parameters
    ----------
    codes : DataFrame
        One row per thing coded, coder and code given: the columns ``item``, ``coder`` and
        ``code``. A thing may have several codes; every coder has coded every thing.
    draws : int, default 500
        Bootstrap samples of things for the intervals.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per code, in order of first appearance (or of the category); before them, if every
        coder gave every thing one code, a row for the choice among all codes. Columns

        - ``code`` : str; "(all)" for the choice among all codes
        - ``n_min``, ``n_max`` : int, fewest and most things one coder gave it to
        - ``agree`` : float, share of things on which all coders agree whether it applies
        - ``alpha`` : float, Krippendorff's alpha, nominal, for "applies" or "does not": 1 is
          perfect, 0 chance; missing if no coder or every coder gave the code throughout
        - ``alpha_low``, ``alpha_high`` : float, 95 % bootstrap interval over things; samples
          without the code are left out

    Raises
    ------
    TypeError
        If `codes` is no DataFrame, or `draws` or `random_state` no whole number.
    ValueError
        If a column or a cell is missing, there are fewer than two coders, or a coder has left out
        a thing.

    Notes
    -----
    Krippendorff 2018, *Content Analysis*, chapter 12. A rare code can have high agreement and low
    alpha: almost everybody agrees on where it does *not* apply.
    """
    columns = ["item", "coder", "code"]
    check_frame(codes, "codes", *columns, filled=columns)
    check_count(draws, "draws")
    check_count(random_state, "random_state")
    codes = codes[columns].drop_duplicates(ignore_index=True)
    codes = codes.astype({"coder": object})  # a category would count coders who are not here
    items, coders = codes["item"].unique(), codes["coder"].unique()
    if len(coders) < 2:
        raise ValueError(
            f"codes has the coders {[*coders]}; agreement needs two or more: put the tables of "
            "several coders one below the other with pd.concat"
        )
    done = codes.drop_duplicates(["item", "coder"])["coder"].value_counts()
    if done.min() < len(items):
        raise ValueError(
            f"codes: coder {done.idxmin()!r} has coded {done.min()} of {len(items)} things; give "
            "each a code, if only 'none', or drop what not everybody has coded"
        )
    named = codes["code"]
    names = named.cat.categories if hasattr(named, "cat") else named.unique()
    chosen = pd.crosstab(codes["item"], named).reindex(index=items, columns=names, fill_value=0)
    given = pd.crosstab(named, codes["coder"]).reindex(names, fill_value=0)
    picks = np.random.default_rng(random_state).integers(0, len(items), (draws, len(items)))

    def summarise(code, counts, fewest, most):
        samples = pd.Series([_score_alpha(counts[pick]) for pick in picks], dtype=float).dropna()
        low, high = samples.quantile([0.025, 0.975])
        agree = (counts.max(axis=1) == len(coders)).mean()
        return code, fewest, most, agree, _score_alpha(counts), low, high

    rows = []
    if len(codes) == len(items) * len(coders):
        rows.append(summarise("(all)", chosen.to_numpy(), len(items), len(items)))
    for code in names:
        applies = chosen[code].to_numpy()
        counts = np.column_stack([len(coders) - applies, applies])
        rows.append(summarise(code, counts, given.loc[code].min(), given.loc[code].max()))
    names = ["code", "n_min", "n_max", "agree", "alpha", "alpha_low", "alpha_high"]
    return pd.DataFrame(rows, columns=names)


def _score_alpha(counts):
    """Return Krippendorff's nominal alpha of things × codes: how often each code was given."""
    given = counts.sum(axis=1)
    total = counts.sum(axis=0)
    n = total.sum()
    pairs = (given**2 - (counts**2).sum(axis=1)) / (given - 1)  # pairs of coders that differ
    observed = pairs.sum() / n
    expected = (n**2 - (total**2).sum()) / (n * (n - 1))
    return 1 - observed / expected if expected > 0 else np.nan
