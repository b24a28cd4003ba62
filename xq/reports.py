"""Hold a text against the reports above it."""

import hashlib
import re
from functools import partial
from itertools import combinations

import numpy as np
import pandas as pd
from scipy.sparse import vstack
from sklearn.feature_extraction.text import TfidfTransformer

from .door import (
    check_choice,
    check_count,
    check_frame,
    check_texts,
    describe,
    shorten,
)
from .text import _count, average_vectors, to_numbers, tokenize, warn_of_share

LEVELS = ("nation", "city", "district")
COMBINED = ("characters", "bm25", "vectors")
METHODS = ("words", *COMBINED, "combined")
_RUN = 6  # characters in a shingle
_PAIR = re.compile(r"(?=(\w\w))")
_WORDS = ["level", "quote", "form", "unit", "bound", "wanted"]
_BOUNDS, _WANTED = ("=", ">=", "<=", "~", "from_to"), ("more", "less", "near")
_IN_WORDS = {
    "same": "same",
    "stricter": "stricter words",
    "weaker": "weaker words",
    "left": "left to above",
}
_RELATIONS, _DIVIDE = (*_IN_WORDS, "other"), ("", "none", "residents", "else")


def find_shingles(texts):
    """Find the runs of six characters in texts, as hashes.

    Punctuation and spaces do not count. A hash of six characters is no secret: whoever guesses
    the characters can check them.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.

    Returns
    -------
    DataFrame
        One row per document and run, in the order of the texts, no run twice. Columns

        - ``doc`` : document
        - ``hash`` : str, twelve hexadecimal digits of SHA-256
    """
    check_texts(texts)
    rows = []
    for doc, text in texts.items():
        text = re.sub(r"[\W_]", "", text)
        runs = dict.fromkeys(text[i : i + _RUN] for i in range(len(text) - _RUN + 1))
        rows += [(doc, hashlib.sha256(run.encode()).hexdigest()[:12]) for run in runs]
    return pd.DataFrame(rows, columns=["doc", "hash"])


def count_bigrams(texts):
    """Return how often each document has two characters side by side, no mark between: a table."""
    pairs = texts.rename_axis("doc").rename("bigram").map(_PAIR.findall).explode().dropna()
    return pairs.reset_index().groupby(["doc", "bigram"]).size().rename("n").reset_index()


def score_reuse(texts, *, report, year=None):
    """Count in which reports the runs of a text stand: runs of six characters, see `find_shingles`.

    A run that a report of an earlier year has, of any level, can have come from anywhere. One
    that is new in `year` and stands at one level only is a trace of that level.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    report : DataFrame
        The reports that may be the source, and earlier ones, with columns ``level`` ("nation",
        "city", or names of your own), ``year``, and ``text``, one row per report; or, where texts
        may not be passed on, ``hash`` as `find_shingles` gives them, one row per report and run.
    year : int, optional
        The year whose reports may be the source; the last there is if omitted. Any other is a
        placebo.

    Returns
    -------
    DataFrame
        One row per text, in the order of the texts. Columns

        - ``doc`` : document
        - ``earlier`` : int, runs that a report of an earlier year has
        - one column per level, in order of appearance : int, runs new in that year that only
          reports of this level have
        - ``both`` : int, runs new in that year that reports of several levels have
        - ``neither`` : int, runs in no report up to that year

    Raises
    ------
    TypeError
        If `texts` is no Series of str, `report` no DataFrame, or a year no whole number.
    ValueError
        If `report` lacks a column or a value, or has no row.

    Notes
    -----
    Of the work reports only the runs that the list of this collection has too are published
    (``data/reports/runs.csv``). For another list, give the text of reports you fetched.
    """
    check_texts(texts)
    given = "hash" if isinstance(report, pd.DataFrame) and "text" not in report else "text"
    columns = ["level", "year", given]
    check_frame(report, "report", *columns, filled=columns)
    if report.empty:
        raise ValueError("report has no row; expected one per report, or per report and run")
    if not pd.api.types.is_integer_dtype(report["year"]):
        raise TypeError(
            f"report: column 'year' is {report['year'].dtype}; expected whole numbers: "
            "report.astype({'year': int})"
        )
    year = report["year"].max() if year is None else year
    check_count(year, "year")
    runs = report[columns].reset_index(drop=True)
    if given == "text":
        runs = find_shingles(runs["text"]).join(runs[["level", "year"]], on="doc")
    levels = [*report["level"].astype("str").unique()]
    kinds = ["earlier", *levels, "both", "neither"]
    if len(set(kinds)) < len(kinds):
        raise ValueError(f"report: a level is named {kinds[0]!r}, 'both' or 'neither'; rename it")
    hashes = find_shingles(texts)
    runs = runs[runs["hash"].isin(hashes["hash"])].astype({"level": "str"})
    first = runs.groupby(["hash", "level"])["year"].min().unstack()
    first = first.reindex(hashes["hash"], columns=levels)
    earlier, now = first.min(axis=1).to_numpy() < year, first.to_numpy() == year
    cases = [earlier, now.sum(axis=1) > 1, *now.T]
    hashes["kind"] = np.select(cases, ["earlier", "both", *levels], "neither")
    table = hashes.groupby(["doc", "kind"]).size().unstack()
    table = table.reindex(texts.index, columns=kinds)
    return table.fillna(0).astype(int).rename_axis(index="doc", columns=None).reset_index()


def match_priorities(
    texts, *, report, method="combined", in_order=False, titles=None, vectors=None, lexicon=None
):
    """Match texts to the priorities of a report, by their words alone.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    report : Series of str, or dict of str to DataFrame
        One text per priority, named by the index, in the order of the report. Or, where texts may
        not be passed on, what they count: ``{"words": load_table("terms_national"), "pairs":
        load_table("bigrams")}``, each with the columns priority, word or pair of characters, and
        number, in this order.
    method : {"combined", "words", "characters", "bm25", "vectors"}, default "combined"
        "words" and "characters": cosine of tf-idf, of words and of pairs of characters; "bm25":
        Okapi BM25 of words; "vectors": cosine of averaged word vectors; "combined": the sum of
        the last three, each standardised within the text; without `vectors`, of the other two.
    in_order : bool, default False
        Whether the texts follow the order of the report: then a step back costs more than
        a step forward (Viterbi; the score is the best path through that match).
    titles : Series of str, optional
        Priority → its title, to be counted as part of it.
    vectors : DataFrame, optional
        Word vectors, as for `to_features`. To be fair they have not seen the report.
    lexicon : DataFrame or iterable of str, optional
        As for `tokenize`.

    Returns
    -------
    DataFrame
        One row per text and priority, best match first. Columns

        - ``doc`` : document
        - ``priority_id`` : str
        - ``score`` : float, comparable within a text only
        - ``rank`` : int, 1 for the best match

    Raises
    ------
    TypeError
        If `texts` or `titles` is no Series of str, or `report` of another kind than said above.
    ValueError
        If the method is unknown or needs `vectors`, a document or priority is named twice, or a
        table of counts lacks a column.

    Warns
    -----
    UserWarning
        If the vectors know less than three quarters of the words of the texts.

    Notes
    -----
    BM25: Robertson and Zaragoza 2009, doi:10.1561/1500000019, k1 = 1.5, b = 0.75.
    """
    check_texts(texts)
    check_choice(method, "method", METHODS)
    parts = COMBINED if method == "combined" else [method]
    if vectors is None:
        if method == "vectors":
            raise ValueError("this method needs word vectors: vectors=xq.load_table('vectors')")
        parts = [part for part in parts if part != "vectors"]
    else:
        learned = to_numbers(vectors)
    count = {"words": partial(_count_words, lexicon=lexicon), "pairs": count_bigrams}
    if titles is not None:
        check_texts(titles, "titles")
    ids = _find_priorities(report)
    if not len(ids):
        raise ValueError("report has no priority; expected one text each")

    def score(part):
        kind = "pairs" if part == "characters" else "words"
        above = _read_counts(report, kind) if isinstance(report, dict) else count[kind](report)
        tables = [count[kind](texts), above]
        if titles is not None:
            tables.append(count[kind](titles))
        ours, *theirs = (table.set_axis(["doc", "term", "n"], axis=1) for table in tables)
        theirs = pd.concat(theirs)
        if part == "vectors":
            terms = learned.index
            said = ours["term"].repeat(ours["n"])
            warn_of_share(said, said.isin(terms))
        else:
            terms = pd.Index(theirs["term"].unique())
        if not len(terms):
            return np.zeros((len(texts), len(ids)))
        sides = (ours, texts.index), (theirs, ids)
        counts = [_count(side, "doc", n="n", units=docs, terms=terms)[0] for side, docs in sides]
        if part == "vectors":
            return _compare_vectors(*counts, learned)
        return _score_bm25(*counts) if part == "bm25" else _compare_weights(*counts)

    scores = sum(_standardise(score(part)) for part in parts)
    if in_order:
        scores = _follow(scores)
    order = np.argsort(-scores.round(9), axis=1, kind="stable")
    table = {"doc": np.repeat(texts.index.to_numpy(), len(ids))}
    table["priority_id"] = ids.to_numpy()[order].ravel()
    table["score"] = np.take_along_axis(scores, order, axis=1).ravel()
    return pd.DataFrame(table | {"rank": np.tile(np.arange(1, len(ids) + 1), len(texts))})


def compare_targets(targets, *, pairs=None, population=None, about=0.05, levels=LEVELS):
    """Compare what targets of several levels demand at least.

    Every number is read as the set of outcomes that would meet it: "at least 5" from 5 up, "at
    most 5.5" up to 5.5, "about 5.5" an interval around it, a plain 6.6 from 6.6 up where more is
    wanted. The lower level asks for more if the least that its target allows is more, or, where
    less is wanted, if the most that it allows is less.

    Parameters
    ----------
    targets : DataFrame
        One row per target, at most one per indicator and level, as ``data/ladder.csv``. Columns
        ``indicator``, ``level`` (one of `levels`), ``quote``, ``form`` ("numeric",
        or anything else for a promise in words), ``value``, ``unit``, ``bound`` ("=", ">=", "<=",
        "~" for about, "from_to" for a change, read as its end) and ``wanted`` ("more", "less",
        "near").
    pairs : DataFrame, optional
        What no machine can read off the targets, as ``data/hand/ladder_pairs.csv``: columns
        ``indicator``, ``upper``, ``lower``, ``relation`` and ``divide``. Between two numbers the
        relation is "same" or "other" (quantity); between two promises in words it is "same",
        "stricter", "weaker", "left" (to a level above) or "other". ``divide`` says what numbers
        have to be divided by before places of unlike size can be compared: "none", "residents"
        or "else" (we have no such figures). If omitted, or for a pair that is not there, numbers
        of one unit are the same quantity and need no division, and words are compared as written.
    population : DataFrame, optional
        Columns ``level`` and ``persons``; needed where a pair is to be divided by residents.
    about : float, default 0.05
        Half the width of "about", as a share of the number: about 5.5 is 5.225 to 5.775.
    levels : sequence of str, default ("nation", "city", "district")
        The levels, from the top down.

    Returns
    -------
    DataFrame
        One row per indicator and pair of levels, in the order of `targets`; an indicator known at
        one level only has one row. Columns

        - ``indicator`` : str
        - ``upper``, ``lower`` : str, the two levels; one is empty if only the other has a target
        - ``upper_from``, ``upper_to``, ``lower_from``, ``lower_to`` : float, the outcomes that
          meet each target, per thousand residents where they are divided by residents; missing
          for words
        - ``step`` : str. Between numbers "higher", "lower", "same", "other number" (both meant as
          they are, and different), "no denominator" or "other quantity". Between words "same",
          "stricter words", "weaker words", "left to above" or "other words". Else "number to
          words", "words to number", "only above" or "only below"
        - ``within`` : bool, whether both are numbers that can be compared and whatever meets the
          lower target meets the upper one; a step that is higher *and* within goes beyond a
          floor, which leaves room above

    Raises
    ------
    TypeError
        If a table is no DataFrame, values or persons are no numbers, `about` is none, or `levels`
        are no names.
    ValueError
        If a column is missing, a level, a bound or another code is unknown, an indicator has two
        targets at a level, a pair stands twice, a bound contradicts what is wanted, a level has
        no population, or `about` is not from 0 to below 1.

    Notes
    -----
    Two texts that are the same character for character are never a change.
    """
    check_frame(targets, "targets", "indicator", "value", *_WORDS, filled=["indicator", "level"])
    _check_rows(targets, "targets", ["indicator", "level"], "value")
    if isinstance(about, bool) or not isinstance(about, float | int):
        raise TypeError(f"about is {describe(about)}; expected a number such as 0.05")
    if not 0 <= about < 1:
        raise ValueError(f"about is {about}; expected a share from 0 to below 1")
    named = isinstance(levels, list | tuple) and all(isinstance(level, str) for level in levels)
    if not named or not len({*levels, ""}) == len(levels) + 1 > 2:
        raise TypeError(
            f"levels is {describe(levels)}; expected several names, from the top down: {LEVELS}"
        )
    targets = targets.astype({"value": float} | dict.fromkeys(_WORDS, "str"))
    targets = targets.fillna(dict.fromkeys(_WORDS, ""))
    _check_codes(targets, "targets", {"level": levels})
    numbers = targets["form"] == "numeric"
    _check_codes(targets[numbers], "targets", {"bound": _BOUNDS, "wanted": _WANTED})
    _check_sense(targets[numbers])
    targets = targets.join(_find_outcomes(targets[numbers], about))
    codes = _read_pairs(pairs)
    persons = _read_population(population, codes)
    rows = []
    for indicator, group in targets.groupby("indicator", sort=False):
        have = {row["level"]: row for row in group.to_dict("records")}
        said = [level for level in levels if level in have]
        alone = ("", said[0]) if said[0] == levels[-1] else (said[0], "")
        for upper, lower in [*combinations(said, 2)] or [alone]:
            row = {"indicator": indicator, "upper": upper, "lower": lower}
            code = codes.get((indicator, upper, lower), ("", "none"))
            rows.append(row | _compare(have.get(upper), have.get(lower), *code, persons))
    ends = [f"{side}_{end}" for side in ("upper", "lower") for end in ("from", "to")]
    table = pd.DataFrame(rows, columns=["indicator", "upper", "lower", *ends, "step", "within"])
    return table.astype(dict.fromkeys(ends, float) | {"within": bool})


def _find_outcomes(numbers, about):
    """Return the least and the greatest outcome that meets each target."""
    bound, wanted = numbers["bound"], numbers["wanted"]
    margin = (numbers["value"].abs() * about).where(bound == "~", 0)
    plain = bound.isin(["=", "from_to"])
    upwards = (bound == ">=") | (plain & (wanted == "more"))
    downwards = (bound == "<=") | (plain & (wanted == "less"))
    low = (numbers["value"] - margin).mask(downwards, -np.inf)
    high = (numbers["value"] + margin).mask(upwards, np.inf)
    return pd.DataFrame({"low": low, "high": high})


def _compare(above, below, relation, divide, persons):
    """Return the columns of one pair of targets; one of the two may be None."""
    if not above or not below:
        return {"step": "only above" if above else "only below", "within": False}
    one, two = (target["form"] == "numeric" for target in (above, below))
    if not (one and two):
        step = "number to words" if one else "words to number"
        if one == two:
            same = above["quote"] == below["quote"]
            step = "same" if same else _IN_WORDS.get(relation, "other words")
        return {"step": step, "within": False}
    people = [persons[target["level"]] / 1000 if divide == "residents" else 1
              for target in (above, below)]  # fmt: skip
    (least, most), (low, high) = (
        (target["low"] / n, target["high"] / n)
        for target, n in zip((above, below), people, strict=True)
    )
    ends = {"upper_from": least, "upper_to": most, "lower_from": low, "lower_to": high}
    alike = all(above[name] == below[name] for name in ("unit", "wanted"))
    if relation == "other" or not alike:
        return ends | {"step": "other quantity", "within": False}
    if divide == "else":
        return ends | {"step": "no denominator", "within": False}
    more = {"more": low - least, "less": most - high}.get(above["wanted"])
    if (low, high) == (least, most) or more == 0:
        step = "same"
    elif more is None:
        step = "other number"
    else:
        step = "higher" if more > 0 else "lower"
    return ends | {"step": step, "within": least <= low and high <= most}


def _check_codes(table, name, choices):
    """Raise unless each column named holds nothing but its codes."""
    for column, codes in choices.items():
        if strange := sorted(set(table[column]) - set(codes)):
            raise ValueError(f"{name}: unknown {column} {shorten(strange)}; expected {codes}")


def _check_sense(numbers):
    """Raise if a number is missing, or a floor stands where less is wanted, or a ceiling."""
    if numbers["value"].isna().any():
        which = numbers.loc[numbers["value"].isna(), ["indicator", "level"]].iloc[0].tolist()
        raise ValueError(f"targets: {shorten(which)} is numeric but has no value; fill it")
    words = numbers["bound"] + " " + numbers["wanted"]
    if (wrong := words.isin([">= less", "<= more"])).any():
        which = numbers.loc[wrong, ["indicator", "level", "bound", "wanted"]].iloc[0].tolist()
        raise ValueError(f"targets: {shorten(which)} contradict each other; correct one of them")


def _read_pairs(pairs):
    """Return indicator, upper and lower level → relation and what to divide by."""
    if pairs is None:
        return {}
    keys = ["indicator", "upper", "lower"]
    check_frame(pairs, "pairs", *keys, "relation", "divide", filled=[*keys, "relation"])
    pairs = pairs[[*keys, "relation", "divide"]].astype("str").fillna({"divide": ""})
    if (twice := pairs.duplicated(keys)).any():
        which = [*pairs.loc[twice, keys].iloc[0]]
        raise ValueError(f"pairs has two rows for {shorten(which)}; keep one of them")
    _check_codes(pairs, "pairs", {"relation": _RELATIONS, "divide": _DIVIDE})
    return {(row[0], row[1], row[2]): (row[3], row[4]) for row in pairs.to_numpy().tolist()}


def _read_population(population, codes):
    """Return level → residents, if some pair is to be divided by them."""
    levels = {level for key, code in codes.items() if code[1] == "residents" for level in key[1:]}
    if population is None and not levels:
        return {}
    check_frame(population, "population", "level", "persons", filled=["level", "persons"])
    _check_rows(population, "population", ["level"], "persons")
    persons = population.astype({"level": "str"}).set_index("level")["persons"]
    if absent := levels - set(persons.index[persons > 0]):
        raise ValueError(f"population has no level {sorted(absent)}; add its inhabitants")
    return persons.to_dict()


def _check_rows(table, name, keys, column):
    """Raise unless a column holds numbers and no two rows are about the same."""
    if not pd.api.types.is_numeric_dtype(table[column]):
        kind = table[column].dtype
        raise TypeError(f"{name}: column {column!r} is {kind}; expected numbers: pd.to_numeric")
    if (twice := table.duplicated(keys)).any():
        which = [*table.loc[twice, keys].iloc[0]]
        raise ValueError(f"{name} has two rows for {shorten(which)}; keep one of them")


def _find_priorities(report):
    """Return the names of the priorities of a report, in its order."""
    if isinstance(report, dict):
        return pd.Index(_read_counts(report, "words").iloc[:, 0].unique(), name="priority_id")
    if not isinstance(report, pd.Series):
        raise TypeError(
            f"report is {describe(report)}; expected a Series of texts, one per priority, or a "
            "dict of their counts: {'words': ..., 'pairs': ...}"
        )
    check_texts(report, "report")
    return report.index


def _read_counts(report, kind):
    """Return a table of counts of the caller: what counts, what is counted, how often."""
    name = f"report[{kind!r}]"
    if kind not in report:
        raise ValueError(f"{name} is missing; expected a table of counts for each of words, pairs")
    table = report[kind]
    check_frame(table, name, "n")
    if table.shape[1] != 3 or table.columns[2] != "n" or table.isna().any(axis=None):
        raise ValueError(
            f"{name} has the columns {shorten([*table])}; expected three without gaps: the "
            "priority, what is counted, and n"
        )
    return table


def _cut_words(texts, lexicon=None):
    """Return the tokens of texts that are words: content and policy verbs."""
    tokens = tokenize(texts, lexicon=lexicon)
    return tokens[tokens["layer"].isin(["content", "verb"])]


def _count_words(texts, lexicon=None):
    """Return one row per document and word, and how often."""
    counts = _cut_words(texts, lexicon).groupby(["doc", "term"], observed=True).size().rename("n")
    return counts.reset_index().astype({"doc": texts.index.dtype, "term": "str"})


def _compare_weights(ours, theirs):
    """Cosine of tf-idf with logarithmic counts; how rare a term is, the priorities say."""
    weights = TfidfTransformer(sublinear_tf=True).fit(theirs)
    both = weights.transform(vstack([ours, theirs]))
    return (both[: ours.shape[0]] @ both[ours.shape[0] :].T).toarray()


def _score_bm25(ours, theirs, k1=1.5, b=0.75):
    """Okapi BM25 of texts as queries against priorities."""
    counts = theirs.toarray()
    length, having = counts.sum(axis=1, keepdims=True), (counts > 0).sum(axis=0)
    idf = np.log(1 + (len(counts) - having + 0.5) / (having + 0.5))
    norm = k1 * (1 - b + b * length / length.mean())
    return ours @ (counts * (k1 + 1) / (counts + norm) * idf).T


def _compare_vectors(ours, theirs, learned):
    """Cosine of mean vectors."""
    counts = np.vstack([ours.toarray(), theirs.toarray()])
    means = average_vectors(counts, learned.to_numpy())
    return means[: ours.shape[0]] @ means[ours.shape[0] :].T


def _standardise(scores):
    """Return the scores of every text with mean 0 and standard deviation 1."""
    spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
    return (scores - scores.mean(axis=1, keepdims=True)) / spread


def _follow(scores, forward=1.0, most=4.0, back=8.0):
    """Return for every text and priority the score of the best path in order through that match."""
    places = np.arange(scores.shape[1])
    step = places - places[:, None]  # from row to column
    cost = np.where(step < 0, back, np.minimum(forward * step, most))
    ahead, behind = scores.copy(), np.zeros_like(scores)
    for i in range(1, len(scores)):
        ahead[i] += (ahead[i - 1][:, None] - cost).max(axis=0)
    for i in range(len(scores) - 2, -1, -1):
        behind[i] = (behind[i + 1] + scores[i + 1] - cost).max(axis=1)
    return ahead + behind
