"""Sentences → counted words.

Every function after `tokenize` takes its table of tokens and says which unit of analysis it
counts in: a row of the list by default, or any other column the caller adds (`by="task_id"`).
"""

import re
import warnings
from array import array
from collections import defaultdict
from functools import cache
from itertools import count

import numpy as np
import pandas as pd
import rjieba
from scipy.sparse import csr_array
from scipy.stats import false_discovery_control

from .door import check_frame
from .tables import load_table

ENGINES = ("rjieba", "jieba")
COWORD = ("n", "association", "cosine")
LAYERS = ("content", "verb", "function", "number", "mark")
_FREQUENCY = 20_000  # of a lexicon term; tests hold every term to its sentence
_NUMBER = re.compile(r"[\d.%]+")
# jieba cuts each run of these characters by itself, so that one text may go to two engines.
_LATIN = r"[a-zA-Z0-9+#&._%\-]"
_RUN = re.compile(rf"(?:[\u4E00-\u9FD5]|{_LATIN})*")
# Where rjieba cuts otherwise: Latin letters, digits and joiners in other forms than 2022, 6.6% or
# 5G; line ends of Windows; whatever is beyond plain Chinese and ASCII.
_ODD = re.compile(
    rf"{_LATIN}(?<!{_LATIN}.)(?<!(?=(?:[a-zA-Z0-9]+|[0-9]+(?:\.[0-9]+)?%?|[+#&._%\-])(?!{_LATIN})).)"
    r"|\r\n?|[^\u4E00-\u9FD5\n\u0020-\u007E\u3001-\u3011\uFF01-\uFF5E“”‘’—…·]"
)


def tokenize(texts, *, terms=None, engine="rjieba", hmm=True):
    """Cut texts into tokens, without losing a character.

    The words are those of jieba 0.42.1 with a private dictionary. By default rjieba, a faster
    port, does the work, except for the rare runs of characters it would cut differently.

    Parameters
    ----------
    texts : Series of str
        One text per document; the index names the document.
    terms : iterable of str, optional
        Terms to keep whole; those of ``data/terms.csv`` if omitted, ``()`` for none.
    engine : {"rjieba", "jieba"}, default "rjieba"
        Who cuts. The tokens are the same; "jieba" is the reference.
    hmm : bool, default True
        Whether words outside the dictionary are guessed (hidden Markov model).

    Returns
    -------
    DataFrame
        One row per token, in the order of the texts; ``texts[doc][start:end] == term``. Columns

        - ``doc`` : category, document, as in the index of `texts`
        - ``start``, ``end`` : int32, position in the text, in characters
        - ``term`` : category, the token
        - ``layer`` : category, "content", "verb" (policy verbs, ``data/terms.csv``),
          "function" (``data/lexicon/stopwords.csv``), "number" or "mark" (punctuation, spaces)

    Raises
    ------
    TypeError
        If `texts` is not a Series of str; the message names the document.
    ValueError
        If the engine is unknown or a document is named twice.

    Notes
    -----
    jieba: https://github.com/fxsjy/jieba; rjieba: https://github.com/messense/rjieba-py.
    """
    if not isinstance(texts, pd.Series) or isinstance(texts.index, pd.MultiIndex):
        kind = type(texts).__name__
        raise TypeError(f"texts is a {kind}; expected a Series, one text per row and a plain index")
    if isinstance(terms, str):
        raise TypeError(f"terms is the text {terms!r}; expected several terms: ({terms!r},)")
    if texts.index.hasnans:
        raise ValueError("a document has no name: the index has a missing value")
    if not texts.index.is_unique:
        raise ValueError(f"document named twice: {texts.index[texts.index.duplicated()][0]!r}")
    if engine not in ENGINES:
        raise ValueError(f"engine is {engine!r}; expected one of {ENGINES}")
    cut = _build_cutter(engine, _lexicon() if terms is None else tuple(sorted(set(terms))), hmm)
    ids = defaultdict(count().__next__)  # token → number, in order of first appearance
    code, number = array("i"), []
    for doc, text in texts.items():
        if not isinstance(text, str):
            raise TypeError(f"document {doc!r}: {text!r} is not a text")
        tokens = cut(text)
        code.extend(map(ids.__getitem__, tokens))
        number.append(len(tokens))
    code, number = np.asarray(code), np.array(number, dtype=int)
    size = np.array([len(token) for token in ids], dtype=int)[code]
    end = np.cumsum(size)
    before = np.concatenate([[0], end])[np.cumsum(number) - number]  # characters of earlier texts
    end -= np.repeat(before, number)
    words, order = np.unique(np.array(list(ids), dtype=object), return_inverse=True)
    doc = pd.Categorical.from_codes(np.repeat(np.arange(len(texts)), number), texts.index)
    term = pd.Categorical.from_codes(order[code], words.astype("str"))
    layers = pd.Categorical([_layer(word) for word in words], LAYERS)
    columns = {"doc": doc, "start": (end - size).astype("int32"), "end": end.astype("int32")}
    layer = pd.Categorical.from_codes(layers.codes[term.codes], dtype=layers.dtype)
    return pd.DataFrame(columns | {"term": term, "layer": layer})


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
    ValueError
        If a column is missing.
    """
    check_frame(tokens, "tokens", "doc", "term", "layer", over)
    grouped = tokens.groupby("term", observed=True)
    counts = grouped.agg(
        layer=("layer", "first"),
        n=("doc", "size"),
        n_docs=("doc", "nunique"),
        range=(over, "nunique"),
    )
    counts = counts.reset_index().astype({"term": "str"})
    return counts.sort_values(
        ["n", "n_docs", "term"], ascending=[False, False, True], ignore_index=True
    )


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
    ValueError
        If a column is missing.
    """
    matrix, units, terms = _count(tokens, by)
    matrix = matrix.astype("int32").toarray()
    return pd.DataFrame(matrix, pd.Index(units, name=by), pd.Index(terms, name="term"))


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
    ValueError
        If a column is missing.

    Notes
    -----
    As `sklearn.feature_extraction.text.TfidfTransformer` with its defaults, which a test compares;
    loading scikit-learn takes longer than cutting all the texts.
    """
    counts, units, terms = _count(tokens, by)
    row, column = counts.nonzero()
    n, units_with = counts.data, np.bincount(column, minlength=len(terms))
    weights = n * (np.log((1 + len(units)) / (1 + units_with)) + 1)[column]
    weights /= np.sqrt(np.bincount(row, weights**2))[row]
    order = np.lexsort((column, -weights.round(9), row))
    table = {by: units[row], "term": terms[column], "n": n, "tf_idf": weights}
    return pd.DataFrame(table).iloc[order].reset_index(drop=True)


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
    ValueError
        If the term is empty.
    """
    if not isinstance(term, str) or not term:
        raise ValueError(f"term is {term!r}: name the word to look for")
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
    words come in documents. So chance here means that whole documents are dealt to the groups at
    random, each among documents of about its length.

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
        Random deals for the p-values; 0 for none. A ``q`` below 0.05 is within reach only if the
        number of draws is well above twenty times the number of groups times terms scored.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per group and term, groups in their order, the highest ``z`` first. Columns

        - ``group`` : as in `by`
        - ``term`` : str
        - ``n``, ``n_other`` : int, count in the group and in the other documents
        - ``n_docs`` : int, documents of the group that have the term
        - ``log_odds`` : float, log-odds ratio with prior, natural logarithm
        - ``z`` : float, the same divided by its standard deviation
        - ``log_ratio``, ``log_ratio_low``, ``log_ratio_high`` : float, binary logarithm of the
          ratio of relative frequencies (half a count is shared out between the two sides), with a
          95 % bootstrap interval over documents; missing if the group has one document
        - ``p`` : float, share of deals in which the group has the term at least as often
        - ``q`` : float, ``p`` corrected for all groups and terms scored (false-discovery rate,
          Benjamini and Hochberg 1995, doi:10.1111/j.2517-6161.1995.tb02031.x)

    Raises
    ------
    TypeError
        If `by` is neither a Series nor a DataFrame.
    ValueError
        If there are no tokens, a column is missing, `by` names an unknown document, a group has
        no document or all of them, or `prior` is not above 0.

    Notes
    -----
    Monroe, Colaresi and Quinn 2008, doi:10.1093/pan/mpn018 (informative Dirichlet prior). A term
    that one document repeats is hardly ever firm in a large group; in a group of few documents its
    ``p`` is about their share of all documents, so look at ``n_docs`` too.
    """
    check_frame(tokens, "tokens", "doc", "term")
    if tokens.empty or prior <= 0:
        raise ValueError(
            "no tokens to compare" if tokens.empty else f"prior is {prior}; must be > 0"
        )
    counts, docs, terms = _count(tokens.astype({"doc": "str"}), "doc")
    member, groups = _to_members(by, docs)
    rng = np.random.default_rng(random_state)
    total, size, length = counts.sum(axis=0), counts.sum(), counts.sum(axis=1)
    kept = np.flatnonzero(total >= min_count)
    scored, total, terms = counts[:, kept].toarray(), total[kept], terms[kept]
    share = total * (prior / size)
    reached = _deal(member, scored, length, draws, rng)
    parts = []
    for group, inside, hits in zip(groups, member.T, reached, strict=True):
        n, words = inside @ scored, inside @ length
        odds, z = _log_odds(n, words, total, size, share, prior)
        low, high = _bootstrap(inside.astype(bool), scored, length, rng)
        columns = {"group": group, "term": terms, "n": n, "n_other": total - n}
        columns |= {"n_docs": inside @ (scored > 0).astype(int), "log_odds": odds, "z": z}
        columns |= {"log_ratio": _log_ratio(n, words, total - n, size - words)}
        columns |= {"log_ratio_low": low, "log_ratio_high": high}
        p = (1 + hits) / (1 + draws) if draws else np.nan
        parts.append(pd.DataFrame(columns | {"p": p}).assign(place=len(parts)))
    table = pd.concat(parts, ignore_index=True)
    table["q"] = false_discovery_control(table["p"]) if draws and len(table) else np.nan
    order = table["place"], -table["z"].round(9), table["term"]
    return table.drop(columns="place").iloc[np.lexsort(order[::-1])].reset_index(drop=True)


def score_cowords(tokens, *, by="doc", n_terms=50, n_edges=30, draws=200, random_state=0):
    """Score how strongly terms stand together, and how firm that is.

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
        - ``firm_n``, ``firm_association``, ``firm_cosine`` : float, share of samples in which the
          pair is among the `n_edges` strongest; missing if there are no draws

    Raises
    ------
    ValueError
        If a column is missing.
    """
    counts, units, terms = _count(tokens, by)
    present = (counts > 0).astype("int64")
    widest = np.argsort(-present.sum(axis=0), kind="stable")[:n_terms]
    present, terms = present[:, np.sort(widest)].toarray(), terms[np.sort(widest)]
    one, two = np.triu_indices(len(terms), 1)

    def measure(weight):
        each = weight @ present
        both = ((present * weight[:, None]).T @ present)[one, two]
        product = np.maximum((each[one] * each[two]).astype(float), 1)
        strong = both >= 2  # one unit shared is no tie
        return both, strong * both * weight.sum() / product, strong * both / np.sqrt(product)

    table = pd.DataFrame({"term": terms[one], "other": terms[two]})
    rng, firm = np.random.default_rng(random_state), np.zeros((3, len(one)))
    for _ in range(draws):
        weight = np.bincount(rng.integers(0, len(units), len(units)), minlength=len(units))
        ties = rng.random(len(one)) * 1e-9  # equal pairs take turns
        for hits, strength in zip(firm, measure(weight), strict=True):
            hits[np.argsort(-(strength + ties))[:n_edges]] += 1
    for name, strength in zip(COWORD, measure(np.ones(len(units), dtype=int)), strict=True):
        table[name] = strength
    for name, hits in zip(COWORD, firm, strict=True):
        table[f"firm_{name}"] = hits / draws if draws else np.nan
    table = table[table["n"] >= 2]
    return table.sort_values("n", ascending=False, kind="stable", ignore_index=True)


def _log_odds(n, words, total, size, share, prior):
    """Return the log-odds ratio of group and rest, and its z-score (Monroe et al. 2008)."""
    inside, outside = n + share, total - n + share
    odds = np.log(inside / (words + prior - inside))
    odds = odds - np.log(outside / (size - words + prior - outside))
    return odds, odds / np.sqrt(1 / inside + 1 / outside)


def _log_ratio(n, words, others, other_words):

    share = words / (words + other_words)  # of the half count that stands for terms never seen
    return np.log2((n + share / 2) / words * other_words / (others + (1 - share) / 2))


def _deal(member, scored, length, draws, rng, strata=10):
    """Return for every group and term how often dealt documents have the term as often."""
    scored, observed = scored.astype("float32"), member.T @ scored
    ranks = np.argsort(np.argsort(length + rng.random(len(length))))  # equal lengths: by lot
    stratum = ranks * strata // len(length)
    sorted_by_stratum = np.argsort(stratum, kind="stable")
    reached = np.zeros(observed.shape, dtype=int)
    for start in range(0, draws, 2000):
        keys = stratum + rng.random((min(2000, draws - start), len(length)))
        dealt = np.empty(keys.shape, dtype=int)
        dealt[:, sorted_by_stratum] = np.argsort(keys, axis=1)
        for hits, inside, seen in zip(reached, member.T.astype("float32"), observed, strict=True):
            hits += (inside[dealt] @ scored >= seen).sum(axis=0)
    return reached


def _bootstrap(inside, scored, length, rng, draws=1000):
    """Return the ends of the 95 % interval of the log-ratio, documents drawn within each side."""
    if inside.sum() < 2:
        return np.nan, np.nan
    sides = []
    for side in (inside, ~inside):
        picks = rng.multinomial(side.sum(), np.full(side.sum(), 1 / side.sum()), size=draws)
        sides += [picks @ scored[side], (picks @ length[side])[:, None]]
    return np.quantile(_log_ratio(*sides), [0.025, 0.975], axis=0)


def _to_members(by, docs):
    """Return documents × groups of 0 and 1, and the groups in their order."""
    if isinstance(by, pd.Series):
        by = by.rename("group").rename_axis("doc").reset_index()
    if not isinstance(by, pd.DataFrame):
        raise TypeError(f"by is a {type(by).__name__}; expected a Series or a DataFrame")
    if "doc" not in by or by.shape[1] != 2:
        raise ValueError(f"by has the columns {[*by.columns]}; expected doc and one other")
    by = by.dropna().astype({"doc": "str"})
    group = by.columns[by.columns != "doc"][0]
    place = pd.Index(docs).get_indexer(by["doc"])
    if (place < 0).any():
        raise ValueError(f"by names documents without tokens: {sorted(set(by['doc'][place < 0]))}")
    code, groups = _factorize(by[group], by_order=True)
    member = np.zeros((len(docs), len(groups)), dtype=np.int64)
    member[place, code] = 1
    for name, size in zip(groups, member.sum(axis=0), strict=True):
        if size in (0, len(docs)):
            raise ValueError(f"group {name!r} has all {size} documents; nothing to compare with")
    return member, groups


def _count(tokens, by):
    """Return a sparse matrix of counts, and the sorted units and terms it is made of."""
    check_frame(tokens, "tokens", by, "term")
    if (lost := tokens[by].isna()).any():
        raise ValueError(f"{lost.sum()} tokens have no {by!r}; drop them or fill the column")
    rows, units = _factorize(tokens[by])
    columns, terms = _factorize(tokens["term"])
    ones = np.ones(len(tokens), dtype=np.int64)
    matrix = csr_array((ones, (rows, columns)), shape=(len(units), len(terms)))
    matrix.sum_duplicates()
    return matrix, np.asarray(units), np.asarray(terms)


def _average_vectors(counts, learned):
    """Return the mean vector of each row, its words weighted by idf, the common direction removed.

    Arora, Liang and Ma 2017, https://openreview.net/forum?id=SyK00v5xx
    """
    idf = np.log(len(counts) / np.maximum((counts > 0).sum(axis=0), 1))
    means = _scale(counts * idf @ learned)
    common = np.linalg.svd(means, full_matrices=False)[2][:1]
    return _scale(means - means @ common.T @ common)


def _to_numbers(vectors):
    """Return the table of word vectors with one column per dimension."""
    rows = [row.split(" ") for row in vectors["vector"]]
    return pd.DataFrame(rows, index=vectors["term"], dtype=float)


def _scale(matrix):
    """Return the rows scaled to length 1."""
    return matrix / np.maximum(np.linalg.norm(matrix, axis=1, keepdims=True), 1e-9)


def _factorize(column, *, by_order=False):
    """Return the number of each value, and the values that occur, sorted.

    Categories are sorted like other values (theirs is the order of the texts), unless `by_order`
    says that an ordered category's own order counts.
    """
    if not isinstance(column.dtype, pd.CategoricalDtype):
        return pd.factorize(column, sort=True)
    column = column.cat.remove_unused_categories()
    if not (by_order and column.cat.ordered):
        column = column.cat.reorder_categories(sorted(column.cat.categories))
    return column.cat.codes.to_numpy(), column.cat.categories


@cache
def _lexicon():
    """Return the terms that are kept whole."""
    terms = load_table("terms")
    return tuple(sorted(terms.loc[~terms["kind"].isin(["verb", "word"]), "term"]))


@cache
def _find_layers():
    """Return the word → layer of the lexicon and the stop words."""
    layers = dict.fromkeys(load_table("terms").query("kind == 'verb'")["term"], "verb")
    return layers | dict.fromkeys(
        load_table("stopwords").query("kind == 'function'")["word"], "function"
    )


def _layer(token):
    if layer := _find_layers().get(token):
        return layer
    if _NUMBER.fullmatch(token):
        return "number"
    return "content" if any(map(str.isalnum, token)) else "mark"


@cache
def _build_cutter(engine, terms, hmm):
    """Return the function that cuts a text into tokens; built once for each dictionary."""
    jieba = _build_jieba(terms)

    def cut_jieba(text):
        return jieba()(text, HMM=hmm)

    def cut_rjieba(text):
        tokens, place = [], 0
        while odd := _ODD.search(text, place):
            start = odd.start()
            while start > place and _RUN.fullmatch(text, start - 1, start):
                start -= 1
            tokens += rust(text[place:start], hmm)
            place = _RUN.match(text, odd.end()).end()
            tokens += cut_jieba(text[start:place])
        return tokens + rust(text[place:], hmm)

    cut = cut_jieba
    if engine == "rjieba":
        rust, cut = _build_rjieba(terms), cut_rjieba
    marked = [term for term in terms if not _RUN.fullmatch(term)]  # jieba always cuts at marks
    marked = re.compile("|".join(map(re.escape, sorted(marked, key=len, reverse=True))))

    def cut_around(text):
        tokens, place = [], 0
        for hit in marked.finditer(text):
            tokens += [*cut(text[place : hit.start()]), hit[0]]
            place = hit.end()
        return tokens + cut(text[place:])

    return cut_around if marked.pattern else cut


@cache
def _read_jieba():
    """Return jieba, the words of its dictionary, and their total."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # invalid escapes, pkg_resources
        import jieba
    cutter = jieba.Tokenizer()
    # Not cutter.initialize(): that writes a cache into the shared temporary folder.
    return jieba, *cutter.gen_pfdict(cutter.get_dict_file())


@cache
def _build_jieba(terms):
    """Return a function that loads a private jieba once and returns its `lcut`."""

    @cache
    def load():
        jieba, frequencies, total = _read_jieba()
        cutter = jieba.Tokenizer()
        cutter.FREQ, cutter.total, cutter.initialized = dict(frequencies), total, True
        for term in terms:
            cutter.add_word(term, _FREQUENCY)
        return cutter.lcut

    return load


@cache
def _build_rjieba(terms):

    cutter = rjieba.Jieba()
    for term in terms:
        cutter.add_word(term, _FREQUENCY, "")
    return cutter.cut
