"""Group documents, and say how firm the groups are.

A matrix has documents in rows, one named row each. Whatever order the rows come in, the groups are
the same: documents are put in the order of their names first.
"""

from collections import Counter
from functools import cache
from itertools import product

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import linkage
from sklearn import decomposition
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from .door import check_frame
from .tables import load_table
from .text import (
    _average_vectors,
    _lexicon,
    _scale,
    _to_numbers,
    score_keyness,
    to_matrix,
    weight_terms,
)

KINDS = ("words", "lexicon", "characters", "lsa", "vectors", "mixture", "counts")
METHODS = ("average", "ward", "kmeans", "nmf", "lda")
NULLS = ("shuffled", "cloud")
STATISTICS = ("stability", "silhouette")
_STARTS, _LSA, _LEVEL = 25, 50, 0.05


def to_features(tokens, *, by="doc", kind="vectors", vectors=None):
    """Represent every unit of analysis by numbers, so that likeness is the cosine of two rows.

    Parameters
    ----------
    tokens : DataFrame
        From `tokenize`, perhaps filtered.
    by : str, default "doc"
        Column with the unit of analysis.
    kind : {"vectors", "words", "lexicon", "characters", "lsa", "mixture", "counts"}
        "words": tf-idf of words (`weight_terms`); "lexicon": the same of the terms of
        ``data/terms.csv`` only; "characters": tf-idf of runs of two to four characters
        of the tokens in their order; "lsa": "words" brought down to fifty dimensions (latent
        semantic analysis); "vectors": mean of word vectors learned from the work reports,
        weighted by inverse document frequency, their common direction removed; "mixture":
        "words", "characters" and "vectors" side by side, with equal weight; "counts": how often
        each word occurs (`to_matrix`).
    vectors : DataFrame, optional
        Word vectors as ``load_table("vectors")`` gives them; those of "vectors_without_2022" if
        omitted, so that the report the list follows has no say in how its words are understood.

    Returns
    -------
    DataFrame
        Units in rows, sorted, each of length 1 (but for "counts", and for units with none of the
        features); features in columns.

    Raises
    ------
    ValueError
        If the kind is unknown or a column is missing.

    Notes
    -----
    Mean vectors: Arora, Liang and Ma 2017, https://openreview.net/forum?id=SyK00v5xx. Latent
    semantic analysis: Deerwester et al. 1990.
    """
    if kind not in KINDS:
        raise ValueError(f"kind is {kind!r}; expected one of {KINDS}")
    check_frame(tokens, "tokens", by, "term")
    if tokens[[by, "term"]].isna().any(axis=None):
        raise ValueError(f"some tokens have no {by!r} or no term; drop them or fill the column")
    if kind == "counts":
        return to_matrix(tokens, by=by)
    units = pd.Index(sorted(tokens[by].unique()), name=by)
    if kind == "mixture":
        parts = [
            to_features(tokens, by=by, kind=each, vectors=vectors).add_prefix(f"{each}:")
            for each in ("words", "characters", "vectors")
        ]
        return pd.concat(parts, axis=1) / np.sqrt(len(parts))
    if kind == "characters":
        texts = tokens.astype({"term": "str"}).groupby(by, observed=True)["term"].agg("".join)
        weigh = TfidfVectorizer(analyzer="char", ngram_range=(2, 4), sublinear_tf=True)
        weights = weigh.fit_transform(texts[units]).toarray()
        return pd.DataFrame(weights, units, weigh.get_feature_names_out())
    if kind == "vectors":
        learned = _read_vectors() if vectors is None else _to_numbers(vectors)
        counts = to_matrix(tokens[tokens["term"].isin(learned.index)], by=by)
        means = _average_vectors(counts.to_numpy(), learned.loc[counts.columns].to_numpy())
        return pd.DataFrame(means, counts.index).reindex(units, fill_value=0.0)
    if kind == "lexicon":
        tokens = tokens[tokens["term"].isin(_lexicon())]
    table = weight_terms(tokens, by=by)
    weights = table.pivot(index=by, columns="term", values="tf_idf")
    weights = weights.reindex(units).fillna(0.0)
    if kind == "lsa":
        left, sizes, _ = np.linalg.svd(weights.to_numpy(), full_matrices=False)
        return pd.DataFrame(_scale(left[:, :_LSA] * sizes[:_LSA]), units)
    return weights


def cluster_documents(matrix, *, n_clusters, method="average", random_state=0):
    """Group documents.

    The main method is average-link agglomerative clustering of cosine distances: it draws no lots,
    its tree shows every step, and it asks of two groups how alike their members are on average
    rather than how near one lucky pair is. The others are here to be compared with.

    Parameters
    ----------
    matrix : DataFrame
        Documents in rows, from `to_features`; for "lda" of kind "counts".
    n_clusters : int
        How many groups.
    method : {"average", "ward", "kmeans", "nmf", "lda"}, default "average"
        "average" and "ward" are agglomerative; "kmeans" has 25 starts; "nmf" (non-negative matrix
        factorisation) and "lda" (latent Dirichlet allocation) give each document to its strongest
        component, and may leave some without documents.
    random_state : int, default 0
        Seed of "kmeans", "nmf" and "lda".

    Returns
    -------
    Series of int
        Document → group, in the order of `matrix`. Group 1 is the largest; of groups of one size
        the one whose first document comes first by name.

    Raises
    ------
    ValueError
        If the method is unknown, there are fewer documents than groups, a document is named twice
        or has no features, a number is missing, or "nmf" or "lda" is given negative numbers.

    Notes
    -----
    Uses SciPy and scikit-learn.
    """
    table = _check_matrix(matrix, method, n_clusters)
    labels = _label(_turn(table, method), [n_clusters], method, random_state)[0]
    labels = pd.Series(_number_by_size(labels), table.index, name="cluster")
    return labels.reindex(matrix.index)


def cluster_samples(matrix, *, n_clusters, method="average", draws=100, share=0.8, random_state=0):
    """Group random samples of the documents, to see which groups come back.

    Parameters
    ----------
    matrix, n_clusters, method
        As for `cluster_documents`.
    draws : int, default 100
        How many samples.
    share : float, default 0.8
        Share of the documents in each, drawn without replacement; with 1 only the seed of the
        method differs from one draw to the next.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame of int
        Documents in rows, sorted; draws in columns; 0 where a document was not drawn.

    Raises
    ------
    ValueError
        As `cluster_documents`; also if a sample would have fewer documents than groups.
    """
    table = _check_matrix(matrix, method, n_clusters)
    _check_size(len(table), share, n_clusters)
    runs = _sample(_turn(table, method), [n_clusters], method, draws, share, random_state)[0]
    return pd.DataFrame(runs.T, table.index)


def to_consensus(samples):
    """Return how often two documents were grouped together when both were drawn.

    Parameters
    ----------
    samples : DataFrame
        From `cluster_samples`.

    Returns
    -------
    DataFrame
        Documents in rows and in columns; shares from 0 to 1, missing for two documents that were
        never drawn together.

    Notes
    -----
    Consensus matrix of Monti et al. 2003, doi:10.1023/A:1023949509487.
    """
    runs = samples.to_numpy()
    both = (runs > 0).astype(float)
    both = both @ both.T
    together = sum((run[:, None] == run) & (run[:, None] > 0) & (run > 0) for run in runs.T)
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(together / both, samples.index, samples.index)


def score_stability(samples, labels):
    """Score how well groups come back when documents are left out.

    Parameters
    ----------
    samples : DataFrame
        From `cluster_samples`.
    labels : Series
        Document → group, from `cluster_documents`.

    Returns
    -------
    DataFrame
        A row for all groups, then one per group. Columns

        - ``cluster`` : str, "(all)" or the group
        - ``n`` : int, documents
        - ``jaccard`` : float, overlap of the group's drawn documents with the group of the sample
          that is most like it, averaged over samples; for all groups the mean over documents.
          Fixed bounds (0.75 is often called stable) are met by small groups of shuffled texts too:
          compare with ``jaccard_high`` of `score_structure`
        - ``together`` : float, mean consensus of two documents of the group; missing for one alone
        - ``apart`` : float, highest mean consensus with the documents of another group
        - ``ari``, ``ami`` : float, adjusted Rand index and adjusted mutual information, mean over
          pairs of samples (all pairs; each sample with the next), on the documents both drew, if
          there are two; only in the first row

    Raises
    ------
    ValueError
        If the two name different documents.

    Notes
    -----
    Hennig 2007, doi:10.1016/j.csda.2006.11.025; Hubert and Arabie 1985, doi:10.1007/BF01908075;
    Vinh, Epps and Bailey 2010, https://jmlr.org/papers/v11/vinh10a.html.
    """
    if set(samples.index) != set(labels.index) or labels.isna().any():
        raise ValueError("samples and labels name different documents, or a label is missing")
    labels, runs = labels.reindex(samples.index).to_numpy(), samples.to_numpy()
    consensus = to_consensus(samples).to_numpy()
    rows = []
    for cluster in np.unique(labels):
        inside = labels == cluster
        block = consensus[np.ix_(inside, inside)][~np.eye(inside.sum(), dtype=bool)]
        across = [consensus[np.ix_(inside, labels == each)] for each in set(labels) - {cluster}]
        rows.append({"cluster": str(cluster), "n": inside.sum()})
        rows[-1]["together"] = np.nanmean(block) if block.size else np.nan
        rows[-1]["apart"] = max((np.nanmean(each) for each in across), default=np.nan)
    overlaps = _find_overlaps(labels, runs.T)
    rows = [row | {"jaccard": overlap} for row, overlap in zip(rows, overlaps, strict=True)]
    mean = np.average(overlaps, weights=[row["n"] for row in rows])
    pairs = [(one[both], two[both]) for one, two in zip(runs.T[:-1], runs.T[1:], strict=True)
             if (both := (one > 0) & (two > 0)).sum() > 1]  # fmt: skip
    ami = np.mean([adjusted_mutual_info_score(*pair) for pair in pairs]) if pairs else np.nan
    whole = {"cluster": "(all)", "n": len(labels), "jaccard": mean}
    whole |= {"ari": np.nanmean(_compare_runs(runs.T)), "ami": ami}
    columns = ["cluster", "n", "jaccard", "together", "apart", "ari", "ami"]
    return pd.DataFrame([whole, *rows], columns=columns)


def score_range(matrix, *, n_clusters, chance=None, method="average", draws=100, random_state=0):
    """Group documents into several numbers of groups, and say which groups are firm.

    Parameters
    ----------
    matrix, method
        As for `cluster_documents`.
    n_clusters : sequence of int
        Numbers of groups.
    chance : Series, optional
        Number of groups → the ``jaccard`` that a group must exceed to be firm; ``jaccard_high`` of
        `score_structure`.
    draws : int, default 100
        Samples of documents for every number.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per number of groups and document, documents sorted. Columns

        - ``n_clusters`` : int
        - ``doc`` : document
        - ``cluster`` : int, as `cluster_documents`
        - ``jaccard`` : float, stability of that group, as `score_stability`
        - ``firm`` : bool, whether the group's ``jaccard`` exceeds chance; only if that is given

    Raises
    ------
    ValueError
        As `cluster_samples`; also if chance lacks a number of groups.
    """
    parts, options = [], {"method": method, "random_state": random_state}
    if chance is not None and (missing := sorted({*n_clusters} - {*chance.dropna().index})):
        raise ValueError(f"chance has no value for {missing} groups")
    for size in n_clusters:
        labels = cluster_documents(matrix, n_clusters=size, **options).sort_index()
        samples = cluster_samples(matrix, n_clusters=size, draws=draws, **options)
        stable = dict(enumerate(_find_overlaps(labels.to_numpy(), samples.to_numpy().T), start=1))
        part = {"n_clusters": size, "doc": labels.index, "cluster": labels.to_numpy()}
        part = pd.DataFrame(part | {"jaccard": labels.map(stable).to_numpy()})
        parts.append(part if chance is None else part.assign(firm=part["jaccard"] > chance[size]))
    return pd.concat(parts, ignore_index=True)


def score_structure(
    tokens, *, by="doc", n_clusters=(6, 8, 10, 12, 14), kind="vectors", method="average",
    vectors=None, nulls=99, draws=20, random_state=0,
):  # fmt: skip
    """Score whether there are groups at all, against texts and clouds that have none.

    Any method finds groups in anything. So the same is done with documents that have none, made in
    two ways. *shuffled*: all words are dealt anew to the documents, each as long as before; what
    beats this has themes. *cloud*: documents are drawn from one Gaussian cloud with the mean and
    the covariance of the real ones; what beats this has gaps between its themes, where a cloud has
    themes that run into each other.

    Parameters
    ----------
    tokens, by, kind, vectors
        As for `to_features`.
    n_clusters : sequence of int
        Numbers of groups to try.
    method : str, default "average"
        "average", "ward" or "kmeans", as for `cluster_documents`.
    nulls : int, default 99
        How many corpora without groups of each kind; at least 19, or no p could be 0.05. With few,
        a verdict near the border depends on the seed.
    draws : int, default 20
        Samples of documents for the stability of each corpus.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per statistic, kind of null and number of groups. Columns

        - ``statistic`` : str, "stability" (mean adjusted Rand index of pairs of samples) or
          "silhouette" (mean silhouette width, cosine distance)
        - ``null`` : str, "shuffled" or "cloud"
        - ``n_clusters`` : int
        - ``observed`` : float
        - ``null_mean``, ``null_high`` : float, mean and 95 % quantile of the corpora without groups
        - ``p`` : float, share of the corpora, the real one included, that do at least as well
        - ``p_any`` : float, the same for whichever number of groups each corpus does best with, in
          standard deviations; so one may look at many numbers. The same for all numbers
        - ``jaccard_high`` : float, 95 % quantile of ``jaccard`` (`score_stability`) of the single
          groups of the corpora without groups: above it a group is firm. Same for both statistics
        - ``verdict`` : str, the same in all rows. "structure" if both statistics beat the shuffled
          texts and one of them beats the cloud (``p_any`` at most 0.05); "none" if neither beats
          the shuffled texts; else "weak"

    Raises
    ------
    ValueError
        As `to_features` and `cluster_documents`.

    Notes
    -----
    One Gaussian cloud as a null: Liu, Hayes, Nobel and Marron 2008,
    doi:10.1198/016214508000000454. A cloud is asked to beat one statistic only: a long one falls
    into two very stable halves, and shows no gap between them. Of corpora without groups about one
    in ten gets "weak", because two statistics are tried. Documents strung along a curve are no
    Gaussian cloud either and may get "structure" without gaps.
    """
    check_frame(tokens, "tokens", by, "term")
    sizes, share, rng = [*n_clusters], 0.8, np.random.default_rng(random_state)
    if method not in METHODS[:3] or not sizes or nulls < 19:
        problem = f"method {method!r}, n_clusters {sizes}, nulls {nulls}"
        raise ValueError(f"{problem}: expected one of {METHODS[:3]}, some numbers, at least 19")
    order = list(dict.fromkeys(name for name in (by, "doc", "start") if name in tokens))
    tokens = tokens.sort_values(order, kind="stable")

    def to_array(table):
        matrix = _check_matrix(to_features(table, by=by, kind=kind, vectors=vectors), method, 1)
        _check_size(len(matrix), share, max(sizes))
        return _turn(matrix, method)

    def measure(array):
        runs = _sample(array, sizes, method, draws, share, random_state)
        whole = _label(array, sizes, method, random_state)
        scores = (
            [np.nanmean(_compare_runs(run)) for run in runs],
            [_silhouette(array, w) for w in whole],
        )
        return np.array(scores), list(map(_find_overlaps, whole, runs))

    def shuffle():
        return to_array(tokens.assign(term=tokens["term"].to_numpy()[rng.permutation(len(tokens))]))

    array = to_array(tokens)
    (observed, _), centre = measure(array), array.mean(axis=0)
    _, widths, axes = np.linalg.svd(array - centre, full_matrices=False)

    def draw_cloud():
        lots = rng.standard_normal((len(array), len(widths)))
        return _scale(centre + lots * widths / np.sqrt(len(array) - 1) @ axes)

    parts = []
    for null, draw in zip(NULLS, (shuffle, draw_cloud), strict=True):
        made = [measure(draw()) for _ in range(nulls)]
        scores = np.array([observed, *(each for each, _ in made)])
        overlaps = map(np.concatenate, zip(*(each for _, each in made), strict=True))
        high = [np.nanquantile(each, 0.95) for each in overlaps]
        spread = np.maximum(scores.std(axis=0), 1e-9)
        best = ((scores - scores.mean(axis=0)) / spread).max(axis=2)
        for i, statistic in enumerate(STATISTICS):
            part = {"statistic": statistic, "null": null, "n_clusters": sizes}
            part |= {"observed": observed[i], "null_mean": scores[1:, i].mean(axis=0)}
            part["null_high"] = np.quantile(scores[1:, i], 0.95, axis=0)
            part["p"] = (scores[:, i] >= observed[i]).mean(axis=0)
            part |= {"p_any": (best[:, i] >= best[0, i]).mean(), "jaccard_high": high}
            parts.append(pd.DataFrame(part))
    table = pd.concat(parts, ignore_index=True)
    return table.assign(verdict=_judge(table))


def describe_clusters(labels, tokens, *, leads=None, names=None, n_terms=5):
    """Describe groups: their documents, the words and lead units they use more than the others.

    Parameters
    ----------
    labels : Series
        Document → group.
    tokens : DataFrame
        Of the same documents: the columns ``doc`` and ``term``.
    leads : DataFrame, optional
        One row per document and unit that leads it: the columns ``doc`` and ``unit``.
    names : mapping, optional
        Group → name given by hand.
    n_terms : int, default 5
        Words, and lead units, per group.

    Returns
    -------
    DataFrame
        One row per group and thing said of it. Columns

        - ``cluster``, ``size`` : the group, and how many documents it has
        - ``suggested`` : str, a label made of the first three words whose interval is above 0;
          empty if there is none
        - ``given`` : str, the name given by hand; empty if there is none
        - ``kind`` : str, "document", "term" or "unit"
        - ``item`` : str, the document, word or unit; words and units by ``z``, highest first
        - ``n``, ``n_other`` : Int64, count in the group and in the others; missing for documents
        - ``log_ratio``, ``log_ratio_low``, ``log_ratio_high`` : float, as `score_keyness`

    Raises
    ------
    ValueError
        If a column is missing or a document has no group.
    """
    parts = {"term": tokens}
    if leads is not None:
        check_frame(leads, "leads", "doc", "unit")
        parts["unit"] = leads.rename(columns={"unit": "term"})
    rows, suggested, names = [], {}, {} if names is None else dict(names)
    for cluster, members in labels.groupby(labels, observed=True):
        for doc in sorted(members.index):
            rows.append({"cluster": cluster, "kind": "document", "item": doc})
    for kind, table in parts.items():
        if strange := set(table["doc"].astype("str")) - set(labels.index.astype("str")):
            raise ValueError(f"no group for the documents {sorted(strange)}")
        inside = labels[labels.index.isin(table["doc"])]
        scores = score_keyness(table, by=inside, draws=0, min_count=2)
        first = scores[scores["z"] > 0].groupby("group", observed=True).head(n_terms)
        rows += first.rename(columns={"group": "cluster", "term": "item"}).assign(
            kind=kind
        ).to_dict("records")  # fmt: skip
        if kind == "term":
            firm = first[first["log_ratio_low"] > 0].groupby("group", observed=True)["term"]
            suggested = {group: "·".join([*terms][:3]) for group, terms in firm}
    columns = ["cluster", "kind", "item", "n", "n_other",
               "log_ratio", "log_ratio_low", "log_ratio_high"]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns).astype({"n": "Int64", "n_other": "Int64"})
    table.insert(1, "size", table["cluster"].map(Counter(labels)))
    table.insert(2, "suggested", table["cluster"].map(suggested).fillna(""))
    table.insert(3, "given", table["cluster"].map(names).fillna("").astype("str"))
    return table.sort_values("cluster", kind="stable", ignore_index=True)


def compare_labels(labels, references, *, groups=None, intervals=True):
    """Compare groups with groupings known from elsewhere, chance taken off.

    Parameters
    ----------
    labels : Series
        Document → group.
    references : DataFrame
        One column per other grouping; same index.
    groups : Series, optional
        Document → the larger unit it belongs to (a row's task, say), if documents of one unit are
        not independent; then whole units are left out for the intervals.
    intervals : bool, default True
        Whether to compute them; without, it is a hundred times quicker.

    Returns
    -------
    DataFrame
        One row per reference. Columns

        - ``reference`` : str
        - ``n`` : int, documents
        - ``n_clusters``, ``n_classes`` : int, groups here and there
        - ``ari``, ``ari_low``, ``ari_high`` : float, adjusted Rand index with a 95 % interval; 1
          is the same grouping, 0 what chance gives
        - ``ami``, ``ami_low``, ``ami_high`` : float, adjusted mutual information, likewise

    Raises
    ------
    ValueError
        If the indices differ or a class is missing.

    Notes
    -----
    Intervals are 1.96 standard errors of the jackknife (each document or unit left out in turn):
    drawing documents with replacement would put copies of one document together and raise both.
    Hubert and Arabie 1985, doi:10.1007/BF01908075; Efron and Stein 1981,
    doi:10.1214/aos/1176345462.
    """
    known = labels.index.is_unique and set(labels.index) == set(references.index)
    if not known or len(references) != len(labels) or references.isna().any(axis=None):
        raise ValueError("references: expected the documents of labels once, each with every class")
    references = references.loc[labels.index]
    unit = (labels.index if groups is None else groups[labels.index]).to_numpy()
    if intervals and len(set(unit)) < 2:
        raise ValueError("all documents belong to one unit; intervals need two at least")
    kept = [np.ones(len(labels), dtype=bool)]
    kept += [unit != each for each in np.unique(unit)] if intervals else []
    rows = []
    for name, column in references.items():
        row = {"reference": name, "n": len(labels), "n_clusters": labels.nunique()}
        row["n_classes"], known = column.nunique(), column.astype("str").to_numpy()
        measures = {"ari": adjusted_rand_score, "ami": adjusted_mutual_info_score}
        for measure, score in measures.items():
            value, *without = [score(known[keep], labels.to_numpy()[keep]) for keep in kept]
            error = np.sqrt((len(without) - 1) * np.var(without)) if without else np.nan
            row[measure] = value
            row[f"{measure}_low"] = value - 1.96 * error
            row[f"{measure}_high"] = np.minimum(value + 1.96 * error, 1)
        rows.append(row)
    return pd.DataFrame(rows)


def score_specifications(
    tokens, references, *, by="doc", groups=None, kinds=KINDS[:6], methods=METHODS[:3],
    n_clusters=(4, 6, 8, 10, 12), random_state=0,
):  # fmt: skip
    """Group documents in every combination of choices (a multiverse), and compare the groups.

    Parameters
    ----------
    tokens : dict
        Name of a stop list → the tokens it leaves.
    references : DataFrame
        One column per other grouping; documents in the index.
    by : str, default "doc"
        Column of the tokens with the unit of analysis.
    groups : dict, optional
        Name → documents that are said to belong together.
    kinds : sequence of str
        As for `to_features`.
    methods : sequence of str
        As for `cluster_documents`; "nmf" and "lda" are left out where there are negative numbers.
    n_clusters : sequence of int
        Numbers of groups.
    random_state : int, default 0
        Seed.

    Returns
    -------
    DataFrame
        One row per specification. Columns

        - ``stop_list``, ``kind``, ``method`` : str
        - ``n_clusters`` : int
        - ``ari_`` and the name of a reference : float, adjusted Rand index
        - the name of a group : float, overlap (Jaccard) of the group with the likest one found
        - the same and ``_dealt`` : float, the overlap if the documents are dealt to groups of the
          same sizes at random

    Raises
    ------
    ValueError
        As `to_features` and `cluster_documents`; also if a group has unknown documents or the name
        of another column.

    Notes
    -----
    Steegen, Tuerlinckx, Gelman and Vanpaemel 2016, doi:10.1177/1745691616658637.
    """
    rng, rows, groups = np.random.default_rng(random_state), [], groups or {}
    members = {each for group in groups.values() for each in group}
    if strange := sorted(members - set(references.index)):
        raise ValueError(f"groups name documents that references have not: {strange}")
    if taken := {"stop_list", "kind", "method", "n_clusters"} & set(groups):
        raise ValueError(f"a group cannot be called {sorted(taken)}")
    for (stop_list, table), kind in product(tokens.items(), kinds):
        matrix = _check_matrix(to_features(table, by=by, kind=kind), METHODS[0], 1)
        quick = pd.DataFrame(_turn(matrix, "average"), matrix.index)
        for method, size in product(methods, n_clusters):
            counted = method in ("nmf", "lda")
            if counted and (matrix < 0).any(axis=None):
                continue
            used = {"matrix": matrix if counted else quick, "random_state": random_state}
            labels = cluster_documents(**used, n_clusters=size, method=method)
            agreed = compare_labels(labels, references, intervals=False).set_index("reference")
            row = {"stop_list": stop_list, "kind": kind, "method": method, "n_clusters": size}
            row |= agreed["ari"].add_prefix("ari_").to_dict()
            dealt = rng.permutation(labels)
            for name, members in groups.items():
                inside = np.where(labels.index.isin(members), 1, 2)
                row[name] = _find_overlaps(inside, labels.to_numpy()[None])[0]
                row[f"{name}_dealt"] = _find_overlaps(inside, dealt[None])[0]
            rows.append(row)
    return pd.DataFrame(rows)


def score_recovery(matrix, labels, *, method="centroid"):
    """Score whether every document finds its class among the other documents (leave-one-out).

    An objective yardstick for a representation: no group has to be found, only a known one.

    Parameters
    ----------
    matrix : DataFrame
        Documents in rows, from `to_features`.
    labels : Series
        Document → its class.
    method : {"centroid", "nearest"}, default "centroid"
        How like a document is to a class: its cosine with the mean of the class, the document
        itself left out, or with the most similar document of the class.

    Returns
    -------
    DataFrame
        One row per document, in the order of `matrix`. Columns

        - ``doc`` : document
        - ``label`` : its class
        - ``found`` : the class it is most like
        - ``n_others`` : int, other documents of its class
        - ``rank`` : float, place of its class, 1 for the first; of equal classes its own comes
          last; missing if there is no other document to find it by

    Raises
    ------
    ValueError
        If the method is unknown or a document has no class.
    """
    if method not in ("centroid", "nearest"):
        raise ValueError(f'method is {method!r}; expected "centroid" or "nearest"')
    known = labels.index.is_unique and matrix.index.isin(labels.index).all()
    if not known or labels[matrix.index].isna().any():
        raise ValueError("labels: expected a class for every document of the matrix")
    labels = labels[matrix.index]
    array, (code, classes) = _scale(matrix.to_numpy(float)), pd.factorize(labels, sort=True)
    gram, member = array @ array.T, np.eye(len(classes))[code]
    rows = []
    for i, (doc, own) in enumerate(zip(matrix.index, code, strict=True)):
        others = member.copy()
        others[i] = 0
        if method == "nearest":
            alike = np.where(others.T > 0, gram[i], -np.inf).max(axis=1)
        else:  # the mean of the class has the direction of its sum
            length = np.sqrt(np.maximum(np.diag(others.T @ gram @ others), 1e-12))
            alike = np.where(others.any(axis=0), gram[i] @ others / length, -np.inf)
        alike, n_others = alike.round(9), int(others[:, own].sum())
        found = max(range(len(alike)), key=lambda k: (alike[k], k != own))
        rank = (alike >= alike[own]).sum() if n_others else np.nan
        rows.append((doc, classes[own], classes[found], n_others, rank))
    return pd.DataFrame(rows, columns=["doc", "label", "found", "n_others", "rank"])


@cache
def _read_vectors():
    return _to_numbers(load_table("vectors_without_2022"))


def _check_matrix(matrix, method, n_clusters):
    """Return the matrix with its rows in order."""
    if method not in METHODS:
        raise ValueError(f"method is {method!r}; expected one of {METHODS}")
    if not matrix.index.is_unique:
        twice = matrix.index[matrix.index.duplicated()][0]
        raise ValueError(f"document named twice: {twice!r}")
    if n_clusters != int(n_clusters) or not 1 <= n_clusters <= len(matrix):
        raise ValueError(f"{n_clusters} groups of {len(matrix)} documents; expected fewer groups")
    if matrix.isna().any(axis=None):
        raise ValueError("the matrix has missing numbers")
    if empty := [*matrix.index[(matrix == 0).all(axis=1)]]:
        raise ValueError(
            f"no features in {empty}: leave these documents out, or use other features"
        )
    if method in ("nmf", "lda") and (matrix < 0).any(axis=None):
        raise ValueError(f"{method!r} needs counts or weights; the matrix has negative numbers")
    return matrix.sort_index()


def _turn(matrix, method):
    """Return the matrix turned into as many dimensions as rows: same angles, quicker."""
    array = matrix.to_numpy(float)
    if len(array) >= array.shape[1] or method in ("nmf", "lda"):
        return array
    squares, axes = np.linalg.eigh(array @ array.T)
    return axes * np.sqrt(np.maximum(squares, 0))


def _check_size(n, share, n_clusters):
    if not 0 < share <= 1:
        raise ValueError(f"share is {share}; expected more than 0 and at most 1")
    if (size := round(n * share)) < n_clusters:
        raise ValueError(f"samples of {size} documents cannot have {n_clusters} groups")


def _label(array, sizes, method, seed):
    """Return for every number of groups the group of each row: numbers from 0, in no order."""
    if method in ("average", "ward"):
        n, metric = len(array), "cosine" if method == "average" else "euclidean"
        node = parent = np.arange(2 * n - 1)
        if n > 1:
            merges = linkage(array, method, metric=metric)[:, :2].astype(int)
            parent = parent.copy()
            parent[merges] = np.arange(n, 2 * n - 1)[:, None]
        groups = []
        for size in sizes:  # climb to the highest node below the cut
            top = np.where(parent < 2 * n - size, parent, node)
            for _ in range(n.bit_length()):
                top = top[top]
            groups.append(np.unique(top[:n], return_inverse=True)[1])
        return groups
    if method == "kmeans":
        return [KMeans(k, n_init=_STARTS, random_state=seed).fit_predict(array) for k in sizes]

    if method == "nmf":
        models = [decomposition.NMF(k, init="nndsvdar", random_state=seed, max_iter=2000, tol=1e-3)
                  for k in sizes]  # fmt: skip
    else:
        models = [decomposition.LatentDirichletAllocation(k, random_state=seed) for k in sizes]
    return [model.fit_transform(array).argmax(axis=1) for model in models]


def _sample(array, sizes, method, draws, share, seed):
    """Return for every number of groups the groups (1, 2 …; 0 if left out) of draws × rows."""
    rng, n = np.random.default_rng(seed), len(array)
    runs = np.zeros((len(sizes), draws, n), dtype=int)
    for draw in range(draws):
        drawn = np.sort(rng.permutation(n)[: round(n * share)])
        for run, labels in zip(runs, _label(array[drawn], sizes, method, seed + draw), strict=True):
            run[draw, drawn] = labels + 1
    return runs


def _number_by_size(labels):
    """Return the labels renamed 1, 2 … by size; of equal sizes the first to appear is first."""
    order = {old: number for number, (old, _) in enumerate(Counter(labels).most_common(), start=1)}
    return [order[old] for old in labels]


def _split(runs):
    """Return runs × groups × documents, 1 where the document is in the group."""
    return (runs[:, None] == np.arange(1, runs.max() + 1)[:, None]).astype(float)


def _compare_runs(runs):
    """Return the adjusted Rand index of every pair of draws, on the documents both have.

    The index of scikit-learn, for all pairs at once, from how many documents groups share.
    """
    drawn = (runs > 0).astype(float)
    found = _split(runs).reshape(-1, runs.shape[1])
    by_run = (len(runs), -1, len(runs))
    n = drawn @ drawn.T  # documents in both
    both = ((found @ found.T) ** 2).reshape(*by_run, len(found) // len(runs)).sum(axis=(1, 3))
    alone = ((found @ drawn.T) ** 2).reshape(by_run).sum(axis=1)
    both, alone, total = ((each - n) / 2 for each in (both, alone, n**2))
    chance = alone * alone.T / np.maximum(total, 1)
    room = (alone + alone.T) / 2 - chance
    index = np.divide(both - chance, room, out=np.ones_like(room), where=np.abs(room) > 1e-9)
    index[n < 2] = np.nan
    return index[np.triu_indices(len(runs), 1)]


def _find_overlaps(labels, runs):
    """Return for every group, in order, its mean overlap (Jaccard) with the likest of each run."""
    member = labels == np.unique(labels)[:, None]  # groups × documents
    found = _split(runs)
    shared = found @ member.T
    size, other = (runs > 0).astype(float) @ member.T, found.sum(axis=2)
    union = size[:, None] + other[:, :, None] - shared
    overlap = (shared / np.maximum(union, 1)).max(axis=1)
    return overlap.sum(axis=0, where=size > 0) / np.maximum((size > 0).sum(axis=0), 1)


def _silhouette(array, labels):
    """Return the mean silhouette width by cosine distance, as scikit-learn's, which is slower."""
    code = np.unique(labels, return_inverse=True)[1]
    member = np.eye(code.max() + 1)[code]
    n, own = member.sum(axis=0), (np.arange(len(code)), code)
    if len(n) == 1:
        return 0.0
    unit = _scale(array)
    total = (1 - unit @ unit.T) @ member
    inside = total[own] / np.maximum(n[code] - 1, 1)
    outside = total / n
    outside[own] = np.inf
    outside = outside.min(axis=1)
    width = (outside - inside) / np.maximum(np.maximum(inside, outside), 1e-9)
    return width[n[code] > 1].sum() / len(code)


def _judge(table):
    """Return the verdict on a table of `score_structure`."""
    beaten = table[table["p_any"] <= _LEVEL].groupby("null")["statistic"].nunique()
    shuffled, cloud = (beaten.get(null, 0) for null in NULLS)
    if shuffled == len(STATISTICS) and cloud:
        return "structure"
    return "weak" if shuffled else "none"
