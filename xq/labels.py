"""Codings: how far coders agree."""

import numpy as np
import pandas as pd

from .door import check_count, check_frame, describe


def score_agreement(codes, *, gaps=False, draws=500, random_state=0):
    """Score how far coders agree, code by code.

    Parameters
    ----------
    codes : DataFrame
        One row per thing coded, coder and code given: the columns ``item``, ``coder`` and
        ``code``. A thing may have several codes; every coder has coded every thing, unless `gaps`
        says otherwise.
    gaps : bool, default False
        Whether coders may have left things out. What only one coder has coded is then not
        counted, and each thing counts as often as coders have coded it.
    draws : int, default 500
        Bootstrap samples of things for the intervals.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per code, in order of first appearance (or of the category); before them, if every
        coder gave one code to every thing coded, a row for the choice among all codes. Columns

        - ``code`` : str; "(all)" for the choice among all codes
        - ``n_min``, ``n_max`` : int, fewest and most things one coder gave it to
        - ``agree`` : float, share of things on which all who coded them agree whether it applies
        - ``alpha`` : float, Krippendorff's alpha, nominal, for "applies" or "does not": 1 is
          perfect, 0 chance; missing if no coder or every coder gave the code throughout
        - ``alpha_low``, ``alpha_high`` : float, 95 % bootstrap interval over things; samples
          without the code are left out

    Raises
    ------
    TypeError
        If `codes` is no DataFrame, `gaps` neither True nor False, or `draws` or `random_state` no
        whole number.
    ValueError
        If a column or a cell is missing, there are fewer than two coders, or a coder has left out
        a thing; with `gaps`, if no thing was coded by two.

    Notes
    -----
    Krippendorff 2018, *Content Analysis*, chapter 12; with gaps Hayes and Krippendorff 2007,
    https://doi.org/10.1080/19312450709336664. A rare code can have high agreement and low alpha:
    almost everybody agrees on where it does *not* apply.
    """
    columns = ["item", "coder", "code"]
    check_frame(codes, "codes", *columns, filled=columns)
    if not isinstance(gaps, bool):
        raise TypeError(f"gaps is {describe(gaps)}; expected True or False")
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
    done = codes.drop_duplicates(["item", "coder"])
    if gaps:
        codes = codes[codes["item"].isin(done.loc[done["item"].duplicated(), "item"])]
        done = done[done["item"].isin(codes["item"])]
        items, coders = codes["item"].unique(), codes["coder"].unique()
        if not len(items):
            raise ValueError("codes: no thing was coded by two coders, so nothing can be compared")
    sizes = done["coder"].value_counts()
    if sizes.min() < len(items) and not gaps:
        raise ValueError(
            f"codes: coder {sizes.idxmin()!r} has coded {sizes.min()} of {len(items)} things; give "
            "each a code, if only 'none', drop what not everybody has coded, or say gaps=True"
        )
    readers = done["item"].value_counts().reindex(items).to_numpy()  # of each thing
    named = codes["code"]
    names = named.cat.categories if hasattr(named, "cat") else named.unique()
    chosen = pd.crosstab(codes["item"], named).reindex(index=items, columns=names, fill_value=0)
    given = pd.crosstab(named, codes["coder"]).reindex(names, fill_value=0)
    picks = np.random.default_rng(random_state).integers(0, len(items), (draws, len(items)))

    def summarise(code, counts, fewest, most):
        samples = pd.Series([_score_alpha(counts[pick]) for pick in picks], dtype=float).dropna()
        low, high = samples.quantile([0.025, 0.975])
        agree = (counts.max(axis=1) == readers).mean()
        return code, fewest, most, agree, _score_alpha(counts), low, high

    rows = []
    if len(codes) == len(done):
        rows.append(summarise("(all)", chosen.to_numpy(), sizes.min(), sizes.max()))
    for code in names:
        applies = chosen[code].to_numpy()
        counts = np.column_stack([readers - applies, applies])
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
