"""Hand codings: how far coders agree."""

from .tables import need_columns


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
        One row per code, in order of first appearance (or of the category). Columns

        - ``code`` : str
        - ``n_min``, ``n_max`` : int, fewest and most things one coder gave it to
        - ``agree`` : float, share of things on which all coders agree whether it applies
        - ``alpha`` : float, Krippendorff's alpha, nominal, for "applies" or "does not": 1 is
          perfect, 0 chance; missing if no coder or every coder gave the code throughout
        - ``alpha_low``, ``alpha_high`` : float, 95 % bootstrap interval over things; samples
          without the code are left out

    Raises
    ------
    ValueError
        If a column is missing, or a coder has left out a thing.

    Notes
    -----
    Krippendorff, *Content Analysis* (2018), computed by the package krippendorff. A rare code can
    have high agreement and low alpha: almost everybody agrees on where it does *not* apply.
    """
    import numpy as np
    import pandas as pd
    from krippendorff import alpha

    need_columns(codes, "item", "coder", "code")
    items, coders = codes["item"].unique(), codes["coder"].unique()
    done = codes.drop_duplicates(["item", "coder"])
    if len(done) < len(items) * len(coders):
        short = done.groupby("coder", observed=True)["item"].size().idxmin()
        raise ValueError(f"coder {short!r} has not coded all {len(items)} things")
    picks = np.random.default_rng(random_state).integers(0, len(items), (draws, len(items)))

    def score(given):
        counts = np.column_stack([len(coders) - given, given])
        varied = 0 < given.sum() < len(items) * len(coders)
        return alpha(value_counts=counts, level_of_measurement="nominal") if varied else np.nan

    rows = []
    named = codes["code"]
    names = named.cat.categories if hasattr(named, "cat") else named.unique()
    for code in names:
        given = pd.crosstab(codes["item"], codes["coder"], codes["code"] == code, aggfunc="max")
        given = given.reindex(items).to_numpy(dtype=int)
        total, sizes = given.sum(axis=1), given.sum(axis=0)
        agree = np.isin(total, (0, len(coders))).mean()
        samples = [value for pick in picks if not np.isnan(value := score(total[pick]))]
        low, high = np.quantile(samples, [0.025, 0.975]) if samples else (np.nan, np.nan)
        rows.append((code, sizes.min(), sizes.max(), agree, score(total), low, high))
    columns = ["code", "n_min", "n_max", "agree", "alpha", "alpha_low", "alpha_high"]
    return pd.DataFrame(rows, columns=columns)
