"""Hand codings: how far coders agree."""

import numpy as np
import pandas as pd

from .door import check_frame


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
    ValueError
        If a column is missing, a code is missing, there are fewer than two coders, or a coder has
        left out a thing.

    Notes
    -----
    Krippendorff 2018, *Content Analysis*, chapter 12. A rare code can have high agreement and low
    alpha: almost everybody agrees on where it does *not* apply.
    """
    check_frame(codes, "codes", "item", "coder", "code")
    items, coders = codes["item"].unique(), codes["coder"].unique()
    if len(coders) < 2 or codes["code"].isna().any():
        problem = "a code is missing" if len(coders) > 1 else f"coders {[*coders]}: at least two"
        raise ValueError(f"{problem}; give every thing coded at least one code")
    done = codes.drop_duplicates(["item", "coder"])
    if len(done) < len(items) * len(coders):
        short = done.groupby("coder", observed=True)["item"].size().idxmin()
        raise ValueError(f"coder {short!r} has not coded all {len(items)} things")
    picks = np.random.default_rng(random_state).integers(0, len(items), (draws, len(items)))

    def score(counts):
        return _score_alpha(counts)

    def summarise(code, counts, sizes):
        samples = [value for pick in picks if not np.isnan(value := score(counts[pick]))]
        low, high = np.quantile(samples, [0.025, 0.975]) if samples else (np.nan, np.nan)
        agree = (counts.max(axis=1) == len(coders)).mean()
        return code, sizes.min(), sizes.max(), agree, score(counts), low, high

    rows, named = [], codes["code"]
    names = named.cat.categories if hasattr(named, "cat") else named.unique()
    if len(codes) == len(done):
        counts = pd.crosstab(codes["item"], named).reindex(items).to_numpy()
        rows.append(summarise("(all)", counts, np.array([len(items)])))
    for code in names:
        given = pd.crosstab(codes["item"], codes["coder"], named == code, aggfunc="max")
        given = given.reindex(items).to_numpy(dtype=int)
        counts = np.column_stack([len(coders) - given.sum(axis=1), given.sum(axis=1)])
        rows.append(summarise(code, counts, given.sum(axis=0)))
    columns = ["code", "n_min", "n_max", "agree", "alpha", "alpha_low", "alpha_high"]
    return pd.DataFrame(rows, columns=columns)


def _score_alpha(counts):
    """Return Krippendorff's nominal alpha of things × codes: how often each code was given."""
    given = counts.sum(axis=1)
    total = counts.sum(axis=0)
    n = total.sum()
    pairs = (given**2 - (counts**2).sum(axis=1)) / (given - 1)  # pairs of coders that differ
    observed = pairs.sum() / n
    expected = (n**2 - (total**2).sum()) / (n * (n - 1))
    return 1 - observed / expected if expected > 0 else np.nan
