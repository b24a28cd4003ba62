"""Hold the district against the levels above."""

import hashlib
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pooch
from scipy.sparse import csr_array

from .door import check_frame
from .tables import load_table
from .text import _average_vectors, _to_numbers, tokenize

MIRRORS = (
    "https://raw.githubusercontent.com/{repository}/{commit}/{path}",
    "https://cdn.jsdelivr.net/gh/{repository}@{commit}/{path}",
)
LEVELS = ("nation", "city", "district")
METHODS = ("words", "characters", "bm25", "vectors", "combined")
_RUN, _EVERY = 6, 4  # characters in a shingle; of so many in a row the least hash is kept


class FetchError(ValueError):
    """A report is neither here nor to be had; the message says where to put it."""


def fetch_report(level, year, *, part="", folder=None, mirrors=MIRRORS, progress=True):
    """Fetch a work report: from `folder` if it is there, else from the network.

    The text is downloaded to your computer and stays there; this collection may not reprint it.
    It is checked against the SHA-256 in ``data/reports/reports.csv``. A file that is incomplete
    or not the one expected is never used.

    Parameters
    ----------
    level : {"national", "tianjin"}
        Whose report.
    year : int
        1954 to 2026 (national; not every year had one), 2003 to 2026 (Tianjin).
    part : str, default ""
        "part" or "summary" for the two national texts of 1964.
    folder : path, optional
        Where reports are kept, as ``LEVEL_YEAR.md``; your cache folder if omitted.
    mirrors : sequence of str, optional
        Addresses to try in turn, with ``{repository}``, ``{commit}``, ``{path}`` to be filled in.
    progress : bool, default True
        Say on the error stream what is being downloaded.

    Returns
    -------
    str
        The text, as Markdown.

    Raises
    ------
    FetchError
        If there is no such report, if the file in `folder` is another one, or if it could not be
        downloaded whole; the message says what to put where.

    Notes
    -----
    Source: https://github.com/lawtext/gov at the commits in ``data/reports/reports.csv``; the
    texts there are from the governments' own sites. Uses pooch.
    """
    reports = load_table("reports").query("level == @level and year == @year and part == @part")
    if reports.empty:
        raise FetchError(
            f"no report {level!r} {year!r} {part!r}; xq.load_table('reports') lists them all"
        )
    row = reports.iloc[0]
    file = f"{row['report_id']}.md"
    folder = Path(folder).expanduser() if folder else Path(pooch.os_cache("xq"))
    path, failures = folder / file, []
    if path.exists():
        return _read_checked(path, row["sha256"])
    addresses = [mirror.format(**row) for mirror in mirrors]
    pooch.get_logger().setLevel("ERROR")  # what it would say is said here
    for address in addresses:
        if progress:
            print(f"downloading {file} from {address.split('/')[2]} …", file=sys.stderr, flush=True)
        try:
            pooch.retrieve(address, known_hash=row["sha256"], fname=file, path=folder)
            return _read_checked(path, row["sha256"])
        except Exception as problem:  # whatever the network does; said below
            failures.append(f"{address}: {(str(problem) or repr(problem)).splitlines()[0]}")
    raise FetchError(
        f"{file} could not be downloaded:\n  " + "\n  ".join(failures) + f"\nDownload "
        f"{addresses[0]} in a browser, save it as {path}, and run this again."
    )


def find_shingles(texts, *, sample=True):
    """Find the fingerprints of texts: sampled hashes of runs of six characters.

    Punctuation and spaces do not count. Of every four runs in a row the one with the least hash is
    kept (winnowing), so that any nine characters two texts share leave a common hash. A hash of
    six characters is no secret: whoever guesses the characters can check them.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    sample : bool, default True
        Keep a sample, as said above; otherwise the hashes of all runs.

    Returns
    -------
    DataFrame
        One row per document and hash, in the order of the texts. Columns

        - ``doc`` : document
        - ``hash`` : str, twelve hexadecimal digits of SHA-256

    Notes
    -----
    Schleimer, Wilkerson and Aiken 2003, doi:10.1145/872757.872770.
    """
    rows = []
    for doc, text in texts.items():
        text = re.sub(r"[\W_]", "", text)
        hashes = [_hash(text[i : i + _RUN]) for i in range(len(text) - _RUN + 1)]
        every = _EVERY if sample else 1
        windows = range(max(len(hashes) - every + 1, min(len(hashes), 1)))
        kept = dict.fromkeys(min(hashes[i : i + every]) for i in windows)
        rows += [(doc, each) for each in kept]
    return pd.DataFrame(rows, columns=["doc", "hash"])


def count_bigrams(texts):
    """Count the pairs of neighbouring characters of texts, across no punctuation.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.

    Returns
    -------
    DataFrame
        One row per document and pair, sorted. Columns ``doc``, ``bigram`` (str), ``n`` (int).
    """
    rows = []
    for doc, text in texts.items():
        for run in re.findall(r"\w+", text):
            rows += [(doc, run[i : i + 2]) for i in range(len(run) - 1)]
    table = pd.DataFrame(rows, columns=["doc", "bigram"])
    return table.groupby(["doc", "bigram"]).size().rename("n").reset_index()


def score_reuse(texts, priority_ids):
    """Score how much of a text stands in a passage of the national report of 2022.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    priority_ids : Series of str
        The passage each text is held against; same index.

    Returns
    -------
    DataFrame
        One row per text, in the order of the texts. Columns

        - ``doc`` : document
        - ``priority_id`` : str
        - ``n_hashes`` : int, fingerprints of the text
        - ``n_shared`` : int, how many the passage has as well
        - ``share`` : float, the second over the first; 0 for a text too short to have any

    Raises
    ------
    ValueError
        If a passage is unknown or a text has none.

    Notes
    -----
    Fingerprints of the report: ``data/reports/shingles.csv``. Only those that this list shares
    are published, so for another list compare `find_shingles` of its texts with `find_shingles`
    of the report you fetched.
    """
    theirs = load_table("shingles").groupby("priority_id")["hash"].agg(set)
    known = set(load_table("priorities")["priority_id"])
    if strange := sorted(set(priority_ids[texts.index]) - known):
        raise ValueError(f"unknown passages {strange}; xq.load_table('priorities') lists them")
    ours = find_shingles(texts).groupby("doc")["hash"].agg(set)
    rows = []
    for doc in texts.index:
        own, passage = ours.get(doc, set()), priority_ids[doc]
        shared = len(own & theirs.get(passage, set()))
        rows.append((doc, passage, len(own), shared, shared / max(len(own), 1)))
    return pd.DataFrame(rows, columns=["doc", "priority_id", "n_hashes", "n_shared", "share"])


def match_priorities(texts, *, method="combined", in_order=False, titles=False, without_2022=False):
    """Match texts to the aspects of the national report of 2022, by their words alone.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    method : {"combined", "words", "characters", "bm25", "vectors"}, default "combined"
        "words" and "characters": cosine of tf-idf, of words and of pairs of characters; "bm25":
        Okapi BM25 of words; "vectors": cosine of averaged word vectors learned from the reports;
        "combined": the sum of the last three, each standardised within the text.
    in_order : bool, default False
        Whether the texts follow the order of the report, as in this list: then a step back costs
        more than a step forward (Viterbi; the score is the best path through that match).
    titles : bool, default False
        Count the printed titles as part of the aspects. They are the titles of the tasks.
    without_2022 : bool, default False
        Use word vectors that have not seen the report of 2022.

    Returns
    -------
    DataFrame
        One row per text and aspect, best match first. Columns

        - ``doc`` : document
        - ``priority_id`` : str
        - ``score`` : float, comparable within a text only
        - ``rank`` : int, 1 for the best match

    Raises
    ------
    ValueError
        If the method is unknown.

    Notes
    -----
    BM25: Robertson and Zaragoza 2009, doi:10.1561/1500000019, k1 = 1.5, b = 0.75. Features of the
    report: ``data/reports/terms.csv``, ``bigrams.csv``, ``vectors.csv``.
    """
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected one of {METHODS}")
    priorities = load_table("priorities").set_index("priority_id")
    ids = priorities.index.to_numpy()
    words, pairs = _count_words(texts), count_bigrams(texts).rename(columns={"bigram": "term"})
    national, bigrams = (
        load_table("terms_national"),
        load_table("bigrams").rename(columns={"bigram": "term"}),
    )
    if titles:
        printed = priorities.loc[priorities["printed"], "title"]
        national = _add_counts(national, _count_words(printed))
        bigrams = _add_counts(bigrams, count_bigrams(printed).rename(columns={"bigram": "term"}))
    vectors = "vectors_without_2022" if without_2022 else "vectors"
    score = {
        "words": lambda: _tf_idf(words, national, texts.index, ids),
        "characters": lambda: _tf_idf(pairs, bigrams, texts.index, ids),
        "bm25": lambda: _bm25(words, national, texts.index, ids),
        "vectors": lambda: _compare_vectors(words, national, texts.index, ids, load_table(vectors)),
    }
    if method == "combined":
        scores = sum(_standardise(score[each]()) for each in ("characters", "bm25", "vectors"))
    else:
        scores = _standardise(score[method]())
    if in_order:
        scores = _follow(scores)
    order = np.argsort(-scores.round(9), axis=1, kind="stable")
    table = {"doc": np.repeat(texts.index.to_numpy(), len(ids)), "priority_id": ids[order].ravel()}
    table["score"] = np.take_along_axis(scores, order, axis=1).ravel()
    return pd.DataFrame(table | {"rank": np.tile(np.arange(1, len(ids) + 1), len(texts))})


def compare_targets(targets, population=None):
    """Compare targets of several levels, where they can be compared.

    A ratio or a gap is computed only where unit, base period, direction, kind of bound and concept
    agree; otherwise the row says why not. *About* counts as a point value, like a plain number.
    Numbers that grow with the place are compared per thousand inhabitants where inhabitants are
    what they should be divided by (jobs), and not at all where we lack what is (land, villages).

    Parameters
    ----------
    targets : DataFrame
        One row per target, at most one per indicator and level, as ``data/ladder.csv``. Columns
        ``indicator``, ``level`` ("nation", "city", "district"), ``value``, ``unit``, ``bound``,
        ``direction``, ``form``, ``base`` (what the number is measured against), ``concept`` (what
        exactly is measured) and ``denominator`` ("" for rates and norms, "persons", "unknown").
    population : DataFrame, optional
        Columns ``level`` and ``persons``; ``data/hand/population.csv`` if omitted.

    Returns
    -------
    DataFrame
        One row per indicator and pair of levels, in the order of `targets`; an indicator known at
        one level only has one row. Columns

        - ``indicator`` : str
        - ``upper``, ``lower`` : str, the two levels; one is empty if only the other has a target
        - ``upper_value``, ``lower_value`` : float, as written
        - ``upper_per_1000``, ``lower_per_1000`` : float, per thousand inhabitants; missing for
          numbers that do not grow with the place
        - ``comparable`` : bool
        - ``why_not`` : str, what differs, joined by "; "; empty if comparable
        - ``ratio``, ``gap`` : float, lower over upper, lower minus upper (per thousand inhabitants
          where there are such columns); missing unless comparable
        - ``step`` : str. If comparable: "amplified", "equal" or "softened". If not: "equal" for
          the same promise in words, "deferred" (left to a level above), "re-expressed" (in words,
          as another quantity or with another bound), "dropped" (only above) or "new" (only below)

    Raises
    ------
    ValueError
        If a column is missing, a level is unknown or an indicator has two targets at a level.

    Notes
    -----
    A target is amplified if the lower level asks for more of what is wanted: more growth, or less
    of what has an upper bound or is to fall.
    """
    fields = ["value", "unit", "bound", "direction", "form", "base", "concept", "denominator"]
    check_frame(targets, "targets", "indicator", "level", *fields)
    if strange := set(targets["level"].astype("str")) - set(LEVELS):
        raise ValueError(f"unknown level {sorted(strange)}; expected {LEVELS}")
    twice = targets[targets.duplicated(["indicator", "level"])]
    if len(twice):
        raise ValueError(f"two targets for {twice.iloc[0]['indicator']!r} at one level")
    persons = (load_table("population") if population is None else population).set_index("level")[
        "persons"
    ]
    persons = {str(level): count for level, count in persons.items()}
    if absent := set(targets.loc[targets["denominator"] != "", "level"].astype("str")) - set(
        persons
    ):
        raise ValueError(f"population has no level {sorted(absent)}")
    rows = []
    for indicator, group in targets.groupby("indicator", sort=False):
        have = {str(row["level"]): row for row in group.to_dict("records")}
        levels = [level for level in LEVELS if level in have]
        pairs = [(one, two) for i, one in enumerate(levels) for two in levels[i + 1 :]]
        if levels == ["district"]:
            pairs = [("", "district")]
        elif "district" not in have:
            pairs.append((levels[-1], ""))
        for upper, lower in pairs:
            row = {"indicator": indicator, "upper": upper, "lower": lower}
            rows.append(row | _compare(have.get(upper), have.get(lower), upper, lower, persons))
    names = "indicator upper lower upper_value lower_value upper_per_1000 lower_per_1000"
    return pd.DataFrame(
        rows, columns=[*names.split(), *"comparable why_not ratio gap step".split()]
    )


def _compare(above, below, upper, lower, persons):
    """Return the columns of one pair of targets; one of the two may be None."""
    found = {"comparable": False}
    for side, target, level in [("upper", above, upper), ("lower", below, lower)]:
        if target:
            found[f"{side}_value"] = target["value"]
            if target["denominator"]:
                found[f"{side}_per_1000"] = target["value"] / persons[level] * 1000
    if not (above and below):
        missing = ("no target above", "new") if below else ("no target below", "dropped")
        return found | dict(zip(("why_not", "step"), missing, strict=True))
    differ = _find_differences(above, below)
    if differ:
        step = "deferred" if below["form"] == "deferred" else "re-expressed"
        if differ == ["words at both levels"]:
            step = "equal"
        return found | {"why_not": "; ".join(differ), "step": step}
    kind = "per_1000" if above["denominator"] else "value"
    one, two = found[f"upper_{kind}"], found[f"lower_{kind}"]
    less = below["direction"] == "decrease" or below["bound"] == "<="
    more = one - two if less else two - one
    step = "equal" if one == two else "amplified" if more > 0 else "softened"
    ratio = two / one if one else float("nan")
    return found | {
        "comparable": True,
        "why_not": "",
        "ratio": ratio,
        "gap": two - one,
        "step": step,
    }


def _find_differences(above, below):
    """Return why two targets cannot be compared; empty if they can."""
    bound = {"=": "a point value", "~": "a point value", ">=": "a floor", "<=": "a ceiling"}
    bounds = [bound.get(each["bound"], "a change") for each in (above, below)]
    missing = [pd.isna(each["value"]) for each in (above, below)]
    differ = [
        f"{name} differs: {above[name]} / {below[name]}"
        for name in ("concept", "base")
        if above[name] != below[name]
    ]
    if "words" in (above["form"], below["form"]):
        return ["words only below"]
    if all(missing):
        same = not differ and (above["form"], above["direction"]) == (
            below["form"],
            below["direction"],
        )
        return ["words at both levels"] if same else [*differ, "no number at either level"]
    if any(missing):
        return [*differ, "no number above" if missing[0] else "no number below"]
    if above["unit"] != below["unit"]:
        differ.append(f"unit differs: {above['unit']} / {below['unit']}")
    if above["direction"] != below["direction"]:
        differ.append(f"direction differs: {above['direction']} / {below['direction']}")
    if bounds[0] != bounds[1]:
        differ.append(f"{bounds[0]} against {bounds[1]}")
    elif bounds[0] == "a change" and above.get("value_from") != below.get("value_from"):
        differ.append("change from another value")
    if "unknown" in (above["denominator"], below["denominator"]):
        differ.append("no fitting denominator")
    return differ


def _read_checked(path, sha256):
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise FetchError(
            f"{path} is not the report expected (its SHA-256 differs from the one in "
            "data/reports/reports.csv). Delete it and run this again."
        )
    return content.decode("utf-8")


def _hash(run):
    return hashlib.sha256(run.encode()).hexdigest()[:12]


def _cut_words(texts):
    """Return the tokens of texts that are words: content and policy verbs."""
    tokens = tokenize(texts)
    return tokens[tokens["layer"].isin(["content", "verb"])]


def _count_words(texts):
    """Return one row per document and word, and how often."""
    grouped = _cut_words(texts).groupby(["doc", "term"], observed=True)
    return grouped.size().rename("n").reset_index().astype({"doc": "str", "term": "str"})


def _add_counts(table, more):

    both = pd.concat([table, more.rename(columns={"doc": "priority_id"})])
    return both.groupby(["priority_id", "term"], as_index=False)["n"].sum()


def _to_counts(table, docs, terms):
    """Return a sparse matrix of counts, documents in rows, and only of these terms."""
    row, column = (pd.Index(names).get_indexer(table[key]) for names, key in
                   [(docs, table.columns[0]), (terms, "term")])  # fmt: skip
    known = column >= 0
    return csr_array(
        (table["n"].to_numpy()[known].astype(float), (row[known], column[known])),
        shape=(len(docs), len(terms)),
    )


def _count_both(ours, theirs, docs, ids):
    terms = sorted(set(theirs["term"]))
    return _to_counts(ours, docs, terms), _to_counts(theirs, ids, terms)


def _tf_idf(ours, theirs, docs, ids):
    """Cosine of tf-idf with logarithmic counts; terms no aspect has are left out."""
    one, two = _count_both(ours, theirs, docs, ids)
    idf = np.log((1 + len(ids)) / (1 + (two > 0).sum(axis=0))) + 1
    for each in (one, two):
        each.data = 1 + np.log(each.data)
        each.data *= idf[each.indices]
        each.data /= np.repeat(np.sqrt(each.multiply(each).sum(axis=1)), np.diff(each.indptr))
    return (one @ two.T).toarray()


def _bm25(ours, theirs, docs, ids, k1=1.5, b=0.75):

    one, two = _count_both(ours, theirs, docs, ids)
    length, known = two.sum(axis=1), (two > 0).sum(axis=0)
    idf = np.log(1 + (len(ids) - known + 0.5) / (known + 0.5))
    norm = np.repeat(k1 * (1 - b + b * length / length.mean()), np.diff(two.indptr))
    two.data = two.data * (k1 + 1) / (two.data + norm) * idf[two.indices]
    return (one @ two.T).toarray()


def _compare_vectors(ours, theirs, docs, ids, vectors):
    """Cosine of mean vectors."""
    learned = _to_numbers(vectors)
    one, two = _to_counts(ours, docs, learned.index), _to_counts(theirs, ids, learned.index)
    means = _average_vectors(np.vstack([one.toarray(), two.toarray()]), learned.to_numpy())
    return means[: len(docs)] @ means[len(docs) :].T


def _standardise(scores):

    spread = np.maximum(scores.std(axis=1, keepdims=True), 1e-9)
    return (scores - scores.mean(axis=1, keepdims=True)) / spread


def _follow(scores, forward=1.0, most=4.0, back=8.0):
    """Return for every text and aspect the score of the best path in order through that match."""
    step = np.subtract.outer(*[np.arange(scores.shape[1])] * 2).T  # from row to column
    cost = np.where(step < 0, back, np.minimum(forward * step, most))
    ahead, behind = scores.copy(), np.zeros_like(scores)
    for i in range(1, len(scores)):
        ahead[i] += (ahead[i - 1][:, None] - cost).max(axis=0)
    for i in range(len(scores) - 2, -1, -1):
        behind[i] = (behind[i + 1] + scores[i + 1] - cost).max(axis=1)
    return ahead + behind
