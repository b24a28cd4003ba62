"""Sentences → counted words and features.

Every function after `tokenize` takes its table of tokens and says which unit of analysis it
counts in: a row of the list by default, or any other column the caller adds (`by="task_id"`).
"""

import re
import warnings
from collections import defaultdict
from collections.abc import Iterable
from functools import cache, lru_cache, partial
from itertools import count, zip_longest
from numbers import Real

import numpy as np
import pandas as pd
import rjieba
from scipy.sparse import coo_array
from scipy.stats import false_discovery_control
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer
from sklearn.utils.extmath import svd_flip

from .door import check_choice, check_count, check_frame, check_index, check_texts
from .tables import load_table

ENGINES = ("rjieba", "jieba")
KINDS = ("words", "lexicon", "characters", "lsa", "vectors", "mixture", "counts")
COWORD = ("n", "association", "cosine")
_OF_WORDS = ("verb", "function", "word")  # kinds of a lexicon that are not kept whole
LAYERS = ("content", "verb", "function", "number", "mark")
_FREQUENCY = 20_000  # of a lexicon term; tests hold every term to its sentence
_LSA = 50  # dimensions
_LEAST_KNOWN = 0.75  # share of the words that vectors should know
_NUMBER = re.compile(r"[\d.%-]*\d[\d.%-]*")
_WHOLE = re.compile(r"[\u4E00-\u9FD5a-zA-Z0-9+#&._%-]+")  # at all else both engines always cut


def tokenize(texts, *, lexicon=None, engine="rjieba", hmm=True):
    """Cut texts into tokens, without losing a character.

    The words are those of jieba 0.42.1 with a private dictionary, found by rjieba, a port that
    is many times faster.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    lexicon : DataFrame or iterable of str, optional
        Terms to keep whole; none if omitted. A table has the column ``term``, and may have
        ``kind``: "verb" and "function" say the layer of a word, "word" means nothing here; all
        others are kept whole. ``load_table("terms")`` is made for the list of this collection.
    engine : {"rjieba", "jieba"}, default "rjieba"
        Who cuts; "jieba" is the reference. The two differ in web addresses and the like (Notes).
    hmm : bool, default True
        Whether words outside the dictionary are guessed (hidden Markov model).

    Returns
    -------
    DataFrame
        One row per token, in the order of the texts; ``texts[doc][start:end] == term``. Columns

        - ``doc`` : category, document, as in the index of `texts`
        - ``start``, ``end`` : int32, position in the text, in characters
        - ``term`` : category, the token
        - ``layer`` : category, "content", "verb" (those of `lexicon`), "function" (those of
          `lexicon`; if it has none, the general ones of ``load_table("stopwords")``), "number" or
          "mark" (punctuation, spaces)

    Raises
    ------
    TypeError, ValueError
        If `texts` is not a Series of str with one name each, a text has half a character,
        `lexicon` is neither a table of terms nor several words, or the engine is unknown.

    Warns
    -----
    UserWarning
        If there are no function words, neither in `lexicon` nor in ``data/``.

    Notes
    -----
    jieba: https://github.com/fxsjy/jieba; rjieba: https://github.com/messense/rjieba-py. Of the
    list's cells the two cut none differently, of the 16,893 lines of the work reports 25: rjieba
    keeps www.tj.gov.cn and 2011-2020 whole, which jieba cuts at points and dashes.
    """
    check_texts(texts)
    check_choice(engine, "engine", ENGINES)
    if not isinstance(hmm, bool):
        raise TypeError(f"hmm is {hmm!r}; expected True or False")
    terms, layers = _read_lexicon(lexicon)
    cut = _build_cutter(engine, terms, hmm)
    ids = defaultdict(count().__next__)  # token → number, in order of first appearance
    code, number = [], []
    for doc, text in texts.items():
        try:
            tokens = cut(text)
        except UnicodeEncodeError as error:
            raise ValueError(
                f"texts: document {doc!r} has half a character at {error.start}; "
                "read the file again with the right encoding"
            ) from None
        code += map(ids.__getitem__, tokens)
        number.append(len(tokens))
    words = sorted(ids)
    place = np.empty(len(words), dtype="int32")
    place[[ids[word] for word in words]] = np.arange(len(words))
    code = place[np.array(code, dtype="int32")]
    size = np.array([len(word) for word in words], dtype="int32")[code]
    length = np.array([len(text) for text in texts], dtype="int64")
    end = (size.cumsum() - np.repeat(length.cumsum() - length, number)).astype("int32")
    doc = pd.Categorical.from_codes(np.repeat(np.arange(len(texts)), number), texts.index)
    term = pd.Categorical.from_codes(code, pd.Index(words, dtype="str"))
    layer = pd.Categorical([layers.get(word) or _find_layer(word) for word in words], LAYERS)[code]
    columns = {"doc": doc, "start": end - size, "end": end, "term": term, "layer": layer}
    return pd.DataFrame(columns)


def count_terms(tokens, *, over="doc"):
    """Count every term.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered, perhaps with more columns.
    over : str, default "doc"
        A column with a larger unit (a task, say), to count how many of them a term is in.

    Returns
    -------
    DataFrame
        One row per term, most frequent first, ties in code-point order. Columns

        - ``term``, ``layer`` : str, category
        - ``n`` : int, how often it stands in the texts
        - ``n_docs`` : int, in how many documents (document frequency)
        - ``range`` : int, in how many units of `over` (range)

    Raises
    ------
    TypeError, ValueError
        If a column is missing or has gaps.
    """
    _check_tokens(tokens, "doc", "term", "layer", over)
    code, terms = _encode(tokens["term"])
    _, first = np.unique(code, return_index=True)
    n = np.bincount(code, minlength=len(terms))
    n_docs = _count_units(tokens["doc"], code, len(terms))
    table = {"term": terms, "layer": tokens["layer"].array[first], "n": n, "n_docs": n_docs}
    table["range"] = n_docs if over == "doc" else _count_units(tokens[over], code, len(terms))
    return pd.DataFrame(table).iloc[np.lexsort((-n_docs, -n))].reset_index(drop=True)


def _count_units(column, code, size):
    """Return in how many units each term occurs."""
    unit, _ = _encode(column)
    pairs = np.unique(unit.astype("int64") * size + code)
    return np.bincount(pairs % size, minlength=size) if size else pairs


def to_matrix(tokens, *, by="doc"):
    """Count terms in every unit of analysis, as a matrix.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : str, default "doc"
        Column with the unit of analysis. A unit without a token has no row.

    Returns
    -------
    DataFrame
        Units in rows, terms in columns, both sorted; whole numbers, also the zeros: 4 bytes for
        each unit and term. Keep only the terms you need when there are thousands of units.

    Raises
    ------
    TypeError, ValueError
        If a column is missing or has gaps.
    """
    _check_tokens(tokens, by, "term")
    counts, units, terms = _count(tokens, by)
    return pd.DataFrame(counts.astype("int32").toarray(), units, terms)


def weight_terms(tokens, *, by="doc"):
    """Weight the terms of every unit of analysis by tf-idf.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : str, default "doc"
        Column with the unit of analysis: what counts as one document.

    Returns
    -------
    DataFrame
        One row per unit and term, units in order, the heaviest term first. Columns

        - the column named by `by` : unit of analysis
        - ``term`` : str
        - ``n`` : int, count in the unit
        - ``tf_idf`` : float, count times ln((1 + units) / (1 + units with the term)) + 1, each
          unit scaled to length 1

    Raises
    ------
    TypeError, ValueError
        If a column is missing or has gaps.

    Notes
    -----
    Uses scikit-learn's TfidfTransformer.
    """
    _check_tokens(tokens, by, "term")
    counts, units, terms = _count(tokens, by)
    weights = _weight(counts)
    row, column = counts.nonzero()
    order = np.lexsort((column, -weights.data, row))
    table = {by: units[row], "term": terms[column], "n": counts.data, "tf_idf": weights.data}
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)


def to_features(tokens, *, by="doc", kind="words", vectors=None, lexicon=None):
    """Represent every unit of analysis by numbers, so that likeness is the cosine of two rows.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : str, default "doc"
        Column with the unit of analysis.
    kind : {"words", "lexicon", "characters", "lsa", "vectors", "mixture", "counts"}
        "words": tf-idf of words (`weight_terms`); "lexicon": the same of the terms kept whole by
        `lexicon` only; "characters": tf-idf of runs of two to four characters of the tokens in
        their order; "lsa": "words" brought down to fifty dimensions (latent semantic analysis);
        "vectors": mean of word vectors, weighted by inverse document frequency, their common
        direction removed; "mixture": "words", "characters" and "vectors" side by side, with equal
        weight; "counts": how often each word occurs (`to_matrix`).
    vectors : DataFrame, optional
        Word vectors, for "vectors" and "mixture": columns ``term`` and ``vector``, numbers with
        one space between, as ``load_table("vectors")``; or only numbers, with the terms as index.
    lexicon : DataFrame or iterable of str, optional
        As for `tokenize`, for "lexicon".

    Returns
    -------
    DataFrame
        Units in rows, sorted, each of length 1 (but for "counts", and for units with none of the
        features); features in columns. The signs of the dimensions of "lsa" mean nothing.

    Raises
    ------
    TypeError, ValueError
        If the kind is unknown or needs `vectors` or a `lexicon`, a column is missing or has gaps,
        there are no tokens, or `vectors` are not as said above.

    Warns
    -----
    UserWarning
        If the vectors know less than three quarters of the words.

    Notes
    -----
    Mean vectors: Arora, Liang and Ma 2017, https://openreview.net/forum?id=SyK00v5xx. Latent
    semantic analysis: Deerwester et al. 1990,
    doi:10.1002/(SICI)1097-4571(199009)41:6<391::AID-ASI1>3.0.CO;2-9.
    """
    check_choice(kind, "kind", KINDS)
    _check_tokens(tokens, by, "term", empty=False)
    if vectors is not None and kind not in ("vectors", "mixture"):
        raise ValueError(f"vectors are given, but kind {kind!r} has no use for them; drop one")
    if kind == "counts":
        return to_matrix(tokens, by=by)
    if kind == "mixture":
        parts = [
            to_features(tokens, by=by, kind=each, **more).add_prefix(f"{each}:")
            for each, more in (("words", {}), ("characters", {}), ("vectors", {"vectors": vectors}))
        ]
        return pd.concat(parts, axis=1) / np.sqrt(len(parts))
    _, units = _encode(tokens[by])
    if kind == "characters":
        texts = tokens["term"].astype("str").groupby(tokens[by], observed=True).agg("".join)
        if texts.str.len().max() < 2:
            raise ValueError(f"no run of two characters in any {by!r}; use another kind")
        weigh = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True)
        weights = weigh.fit_transform(texts[units]).toarray()
        return pd.DataFrame(weights, units, weigh.get_feature_names_out())
    if kind == "vectors":
        if vectors is None:
            raise ValueError(
                "this kind needs word vectors: vectors=xq.load_table('vectors'), or a table of "
                "your own with columns term and vector"
            )
        learned = to_numbers(vectors)
        known = tokens["term"].isin(learned.index)
        warn_of_share(tokens["term"], known)
        tokens = tokens[known]
    if kind == "lexicon":
        if lexicon is None:
            raise ValueError("this kind needs a lexicon: lexicon=['稳岗'] or a table of terms")
        tokens = tokens[tokens["term"].isin(_read_lexicon(lexicon)[0])]
    counts, known, terms = _count(tokens, by)
    if kind == "vectors":
        features = pd.DataFrame(average_vectors(counts, learned.loc[terms].to_numpy()), known)
    else:
        features = pd.DataFrame(_weight(counts).toarray(), known, terms)
    features = features.reindex(units, fill_value=0.0)
    if kind == "lsa":
        left, sizes, right = np.linalg.svd(features, full_matrices=False)
        left, _ = svd_flip(left, right)
        return pd.DataFrame(_scale(left[:, :_LSA] * sizes[:_LSA]), units)
    return features


def find_context(texts, term, *, width=12):
    """Find a string of characters in texts and show it in its context (keyword in context).

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    term : str
        What to look for, character by character.
    width : int, default 12
        Characters of context on each side.

    Returns
    -------
    DataFrame
        One row per hit, in the order of the texts. Columns

        - ``doc`` : document
        - ``left``, ``term``, ``right`` : str; the sides are filled up with wide spaces to the
          same width, so that the hits stand below each other
        - ``start``, ``end`` : int, position of the term in the text

    Raises
    ------
    TypeError, ValueError
        If `texts` is not a Series of str with one name each, the term is empty or `width` negative.
    """
    check_texts(texts)
    check_count(width, "width")
    if not isinstance(term, str) or not term:
        raise ValueError(f"term is {term!r}; expected the word to look for")
    rows = []
    for doc, text in texts.items():
        for hit in re.finditer(re.escape(term), text):
            left = text[max(hit.start() - width, 0) : hit.start()].rjust(width, "\u3000")
            right = text[hit.end() : hit.end() + width].ljust(width, "\u3000")
            rows.append((doc, left, term, right, *hit.span()))
    return pd.DataFrame(rows, columns=["doc", "left", "term", "right", "start", "end"])


def score_keyness(tokens, *, by, prior=500, min_count=1, draws=10_000, random_state=0):
    """Score how much more a group of documents uses a term than the other documents do.

    Two statistics, because they answer different questions: the weighted log-odds ratio says how
    *certain* a difference is, the log-ratio how *large*. Both treat every word as drawn anew, but
    words come in documents. So chance here means that whole documents change places at random,
    each among documents of about its length.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : Series or DataFrame
        The groups: a Series document → group, or a table with the columns ``doc`` and one other,
        one row per document and group, where a document may be in several groups. Documents
        without a group count as others.
    prior : float, default 500
        Strength of the prior in words; they are spread like the terms of all texts together.
    min_count : int, default 1
        Terms with fewer occurrences count as text but are not scored.
    draws : int, default 10_000
        Random permutations for the p-values; 0 for none. A ``q`` below 0.05 is within reach only
        if their number is well above twenty times the number of groups times terms scored.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per group and term, groups in their order, the highest ``z`` first, equal ones in
        the order of the terms. Columns

        - ``group`` : as in `by`
        - ``term`` : str
        - ``n``, ``n_other`` : int, count in the group and in the other documents
        - ``n_docs`` : int, documents of the group that have the term
        - ``log_odds`` : float, log-odds ratio with prior, natural logarithm
        - ``z`` : float, the same divided by its standard deviation
        - ``log_ratio``, ``log_ratio_low``, ``log_ratio_high`` : float, binary logarithm of the
          ratio of relative frequencies (half a count is shared out between the two sides), with a
          95 % bootstrap interval over documents; missing if the group has one document
        - ``p`` : float, share of permutations, the real order included, in which the group has the
          term at least as often
        - ``q`` : float, ``p`` corrected for all groups and terms scored (false-discovery rate,
          Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x)

    Raises
    ------
    TypeError, ValueError
        If there are no tokens, a column is missing or has gaps, `by` names an unknown document or
        no group, a group has all documents, or a number is too small.

    Notes
    -----
    Monroe, Colaresi and Quinn 2008, doi:10.1093/pan/mpn018 (informative Dirichlet prior). A term
    that one document repeats hardly ever has a small ``p`` in a large group; in a group of few
    documents ``p`` is about their share of all documents, so look at ``n_docs`` too.
    """
    _check_tokens(tokens, "doc", "term", empty=False)
    check_count(min_count, "min_count")
    check_count(draws, "draws")
    check_count(random_state, "random_state")
    if not isinstance(prior, Real) or not 0 < prior < np.inf:
        raise ValueError(f"prior is {prior!r}; expected a number of words above 0")
    counts, docs, terms = _count(tokens, "doc")
    member, groups = _to_members(by, docs)
    rng = np.random.default_rng(random_state)
    total, size, length = counts.sum(axis=0), counts.sum(), counts.sum(axis=1)
    kept = total >= min_count
    total, terms = total[kept], terms[kept]
    # Sums of whole numbers are exact up to here, so no order of adding can change them.
    exact = "float32" if counts.max() * len(docs) < 2**24 else "float64"
    scored, member = counts[:, kept].toarray().astype(exact), member.astype(exact)
    n, n_docs = (member.T @ each for each in (scored, scored > 0))
    n, words = n.astype(int), (member.T @ length)[:, None]
    odds, z = _log_odds(n, words, total, size, total * (prior / size), prior)
    p = (1 + _permute(member, scored, length, draws, rng)) / (1 + draws)
    low, high = np.stack([_bootstrap(inside, scored, length, rng) for inside in member.T], axis=1)
    columns = {
        "n": n,
        "n_other": total - n,
        "n_docs": n_docs.astype(int),
        "log_odds": odds,
        "z": z,
        "log_ratio": _log_ratio(n, words, total - n, size - words),
        "log_ratio_low": low,
        "log_ratio_high": high,
        "p": p if draws else p * np.nan,
    }
    index = pd.MultiIndex.from_product([groups, terms], names=["group", "term"])
    table = pd.DataFrame({name: each.ravel() for name, each in columns.items()}, index)
    table = table.reset_index()
    table["q"] = false_discovery_control(table["p"]) if draws and len(table) else np.nan
    order = np.lexsort((-z.ravel(), np.arange(len(groups)).repeat(len(terms))))
    return table.iloc[order].reset_index(drop=True)


def score_cowords(tokens, *, by="doc", n_terms=50, n_edges=30, draws=200, random_state=0):
    """Score how strongly terms stand together, and how stable that is.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : str, default "doc"
        Column with the unit of analysis: two terms stand together if one unit has both.
    n_terms : int, default 50
        Only the terms that are in most units; ties in code-point order.
    n_edges : int, default 30
        How many pairs count as strong.
    draws : int, default 200
        Bootstrap samples of units; 0 for none.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per pair that stands together in at least two units, most units first. Columns

        - ``term``, ``other`` : str
        - ``n`` : int, units with both
        - ``association`` : float, `n` over what it would be were the two independent (association
          strength, van Eck and Waltman 2009, doi:10.1002/asi.21075)
        - ``cosine`` : float, `n` over the geometric mean of the units of either (Ochiai)
        - ``stable_n``, ``stable_association``, ``stable_cosine`` : float, share of samples in
          which the pair is among the `n_edges` strongest; missing if there are no draws

    Raises
    ------
    TypeError, ValueError
        If a column is missing or has gaps, or a number is too small.
    """
    _check_tokens(tokens, by, "term")
    for name, number in {"n_terms": n_terms, "n_edges": n_edges}.items():
        check_count(number, name, least=1)
    check_count(draws, "draws")
    check_count(random_state, "random_state")
    counts, units, terms = _count(tokens, by)
    present = counts > 0
    widest = np.sort(np.argsort(-present.sum(axis=0), kind="stable")[:n_terms])
    present, terms = present[:, widest].toarray().astype(float), terms[widest]
    one, two = np.triu_indices(len(terms), 1)

    def measure(weight):
        each = weight @ present
        both = ((present * weight[:, None]).T @ present)[one, two]
        product = np.maximum(each[one] * each[two], 1)
        strong = both * (both >= 2)  # one unit shared is no tie
        return both, strong * weight.sum() / product, strong / np.sqrt(product)

    rng, hits = np.random.default_rng(random_state), np.zeros((len(COWORD), len(one)))
    for _ in range(draws):
        weight = np.bincount(rng.integers(0, len(units), len(units)), minlength=len(units))
        lots = rng.random(len(one)) * 1e-9  # equal pairs take turns
        for hit, strength in zip(hits, measure(weight), strict=True):
            hit[np.argsort(-(strength + lots))[:n_edges]] += 1
    table = pd.DataFrame({"term": terms[one], "other": terms[two]})
    for name, strength in zip(COWORD, measure(np.ones(len(units))), strict=True):
        table[name] = strength
    for name, hit in zip(COWORD, hits, strict=True):
        table[f"stable_{name}"] = hit / draws if draws else np.nan
    table = table[table["n"] >= 2].astype({"n": int})
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def _log_odds(n, words, total, size, share, prior):
    """Return the log-odds ratio of group and rest, and its z-score (Monroe et al. 2008)."""
    inside, outside = n + share, total - n + share
    odds = np.log(inside / (words + prior - inside))
    odds = odds - np.log(outside / (size - words + prior - outside))
    return odds, odds / np.sqrt(1 / inside + 1 / outside)


def _log_ratio(n, words, others, other_words):
    """Return the binary logarithm of the ratio of relative frequencies, half a count added."""
    share = words / (words + other_words)  # of the half count that stands for terms never seen
    return np.log2((n + share / 2) / words * other_words / (others + (1 - share) / 2))


def _permute(member, scored, length, draws, rng, strata=10):
    """Return for every group and term how often permuted documents have the term as often."""
    observed = member.T @ scored
    ranks = np.argsort(np.argsort(length + rng.random(len(length))))  # equal lengths: by lot
    stratum = ranks * strata // len(length)
    sorted_by_stratum = np.argsort(stratum, kind="stable")
    reached = np.zeros(observed.shape, dtype=int)
    batch = max(300_000 // len(length), 1)  # what fits into memory, however many documents
    for start in range(0, draws, batch):
        keys = stratum + rng.random((min(batch, draws - start), len(length)))
        permuted = np.empty(keys.shape, dtype=int)
        permuted[:, sorted_by_stratum] = np.argsort(keys, axis=1)
        for hits, inside, seen in zip(reached, member.T, observed, strict=True):
            hits += (inside[permuted] @ scored >= seen).sum(axis=0)
    return reached


def _bootstrap(inside, scored, length, rng, draws=1000):
    """Return the ends of the 95 % interval of the log-ratio, documents drawn within each side."""
    if inside.sum() < 2:
        return np.full((2, scored.shape[1]), np.nan)
    sides = []
    for side in (inside > 0, inside == 0):
        picks = rng.multinomial(side.sum(), np.full(side.sum(), 1 / side.sum()), size=draws)
        sides += [(picks.astype(scored.dtype) @ scored[side]).astype(float)]
        sides += [(picks @ length[side])[:, None]]
    return np.quantile(_log_ratio(*sides), [0.025, 0.975], axis=0)


def _to_members(by, docs):
    """Return documents × groups of 0 and 1, and the groups in their order."""
    if isinstance(by, pd.Series):
        check_index(by, "by")
        by = by.rename("group").rename_axis("doc").reset_index()
    check_frame(by, "by", "doc")
    if by.shape[1] != 2:
        raise ValueError(f"by has the columns {[*by.columns]}; expected doc and one other")
    by = by.dropna()
    named = by.pop("doc").astype("str")
    place = docs.astype("str").get_indexer(named)
    if strange := sorted(set(named[place < 0])):
        raise ValueError(
            f"by names {len(strange)} documents without tokens: {strange[:5]}; leave them out"
        )
    code, groups = _encode(by.squeeze(axis=1))
    member = np.zeros((len(docs), len(groups)), dtype=int)
    member[place, code] = 1
    if not len(groups):
        raise ValueError("by has no group; expected one for some of the documents")
    for name, size in zip(groups, member.sum(axis=0), strict=True):
        if size == len(docs):
            raise ValueError(f"group {name!r} has all {size} documents; nothing to compare with")
    return member, groups


def _check_tokens(tokens, *columns, empty=True):
    """Raise unless tokens are a table with these columns, and nothing is missing in them."""
    for column in columns:
        if not isinstance(column, str):
            raise TypeError(f"{column!r} names no column; expected the name of one of tokens")
    check_frame(tokens, "tokens", *columns, filled=columns)
    if not empty and tokens.empty:
        raise ValueError("no tokens: the table is empty; look at what was filtered away")


def _count(table, by, *, n=None, units=None, terms=None):
    """Return counts (sparse, units × terms), the units and the terms.

    A row stands for one token, or for as many as its column `n` says. Units and terms are all that
    occur, sorted, or those given, in their order.
    """
    row, units = _encode(table[by], units)
    column, terms = _encode(table["term"], terms)
    known = (row >= 0) & (column >= 0)
    numbers = np.ones(len(table), dtype="int64") if n is None else table[n].to_numpy()
    shape = len(units), len(terms)
    counts = coo_array((numbers[known], (row[known], column[known])), shape=shape).tocsr()
    return counts, units, terms


def _encode(column, values=None):
    """Return the number of each value and the values; -1 for one that is not among those given.

    Without any given they are those that occur, sorted: an ordered category's in its own order.
    """
    found = pd.Categorical(column).remove_unused_categories()
    if values is None:
        values = found.categories
        if not found.ordered:
            values = pd.factorize(values, sort=True)[1]
    values = pd.Index(values, name=column.name)
    return values.get_indexer(found.categories)[found.codes], values


def _weight(counts):
    """Return counts weighted by tf-idf, every unit scaled to length 1."""
    return TfidfTransformer().fit_transform(counts) if counts.nnz else counts.astype(float)


def average_vectors(counts, learned):
    """Return the mean vector of each row, its words weighted by idf, the common direction removed.

    Arora, Liang and Ma 2017, https://openreview.net/forum?id=SyK00v5xx
    """
    idf = np.log(counts.shape[0] / np.maximum((counts > 0).sum(axis=0), 1))
    means = _scale(counts * idf @ learned)
    common = np.linalg.svd(means, full_matrices=False)[2][:1]
    return _scale(means - means @ common.T @ common)


def warn_of_share(terms, known):
    """Warn if vectors know few of the words; marks and numbers are none."""
    words = terms.astype("str").str.fullmatch(r"[^\W\d_]+")
    share = known[words].mean()  # nan without a word: nothing to warn of
    if share < _LEAST_KNOWN:
        warnings.warn(
            f"the vectors know {share:.0%} of the words; the others have no say in the result. "
            "Use vectors learned from texts like yours, or kind='words'",
            stacklevel=3,
        )


def to_numbers(vectors):
    """Return the table of word vectors with one column per dimension, the terms as index."""
    if isinstance(vectors, pd.DataFrame) and "vector" not in vectors and vectors.shape[1] > 1:
        numeric = all(map(pd.api.types.is_numeric_dtype, vectors.dtypes))
        if numeric and vectors.index.is_unique and not vectors.isna().any(axis=None):
            return vectors
    check_frame(vectors, "vectors", "term", "vector", filled=["term", "vector"])
    try:
        numbers = np.array([str(row).split(" ") for row in vectors["vector"]], dtype=float)
    except ValueError:
        numbers = np.empty(0)
    if numbers.ndim != 2 or not vectors["term"].is_unique:
        raise ValueError(
            "vectors: expected each term once and as many numbers in every row, with one space "
            "between, as load_table('vectors') has them"
        )
    return pd.DataFrame(numbers, index=vectors["term"])


def _scale(matrix):
    """Return the rows scaled to length 1; scikit-learn's refuses a table without rows."""
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


def _read_lexicon(lexicon):
    """Return the terms kept whole, sorted, each once; and word → layer."""
    kinds = []
    if isinstance(lexicon, pd.DataFrame):
        check_frame(lexicon, "lexicon", "term", *[name for name in ["kind"] if name in lexicon])
        terms = lexicon["term"].tolist()
        kinds = lexicon["kind"].tolist() if "kind" in lexicon else []
    elif isinstance(lexicon, str) or not isinstance(lexicon, Iterable | None):
        raise TypeError(
            f"lexicon is a {type(lexicon).__name__}; expected several words, ['稳岗'], or a table "
            "with the column 'term'"
        )
    else:
        terms = [*(() if lexicon is None else lexicon)]
    if wrong := [term for term in terms if not isinstance(term, str) or not term]:
        raise TypeError(f"lexicon has {wrong[0]!r}; expected words only: drop it")
    groups = {"verb": [], "function": [], "word": [], "whole": []}
    for term, kind in zip_longest(terms, kinds):
        groups[kind if kind in _OF_WORDS else "whole"].append(term)
    function = groups["function"] or _read_function_words()
    layers = dict.fromkeys(groups["verb"], "verb") | dict.fromkeys(function, "function")
    return tuple(sorted(set(groups["whole"]))), layers


@cache
def _read_function_words():
    """Return the general function words of the collection, if it is there."""
    try:
        words = load_table("stopwords")
    except FileNotFoundError as problem:
        warnings.warn(
            f"no function words: 的 and 和 count as content. {problem}; or give a lexicon with "
            "such words, of kind 'function'",
            stacklevel=4,
        )
        return []
    return [*words.loc[words["kind"] == "function", "word"]]


def _find_layer(word):
    if word.isalpha():
        return "content"
    if _NUMBER.fullmatch(word):
        return "number"
    return "content" if any(map(str.isalnum, word)) else "mark"


@lru_cache(maxsize=8)  # each has a dictionary of its own
def _build_cutter(engine, terms, hmm):
    """Return the function that cuts a text into tokens."""
    if engine == "jieba":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # invalid escapes, pkg_resources
            import jieba  # here, for only the reference engine needs it: a tenth of a second

        cutter = jieba.Tokenizer()
        # Not cutter.initialize(): that writes a cache into the shared temporary folder.
        cutter.FREQ, cutter.total = cutter.gen_pfdict(cutter.get_dict_file())
        cutter.initialized = True
        cut_plain = partial(cutter.lcut, HMM=hmm)
    else:
        cutter = rjieba.Jieba()
        cut_plain = partial(cutter.cut, hmm=hmm)
    for term in terms:
        cutter.add_word(term, _FREQUENCY, "")
    marked = [term for term in terms if not _WHOLE.fullmatch(term)]
    marked = "|".join(map(re.escape, sorted(marked, key=len, reverse=True)))
    split = re.compile(f"({marked or '(?!)'})").split  # every second piece is such a term

    def cut(text):
        tokens = []
        for place, piece in enumerate(split(text)):
            tokens += [piece] if place % 2 else cut_plain(piece)
        return tokens

    return cut
