"""Groups are found where there are any, refused where there are none, whatever the rows' order."""

import numpy as np
import pandas as pd
import pytest
import xq
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from xq.themes import METHODS, _compare_runs, _find_overlaps, _judge, _sample, _silhouette

LIST = xq.load_table("measures").set_index("measure_id")
TOKENS = xq.tokenize(LIST["text"], lexicon=xq.load_table("terms"))
VECTORS = xq.load_table("vectors_without_2022")
WORDS = TOKENS[TOKENS["layer"].isin(["content", "verb"])].astype({"doc": "str"})
WORDS = WORDS.assign(task_id=WORDS["doc"].map(LIST["task_id"]))
FEATURES = xq.to_features(WORDS, by="task_id", kind="vectors", vectors=VECTORS)


def make_corpus(groups, *, n=24, length=60, seed=0):
    """Return tokens of documents that share four words; each group has twelve of its own."""
    rng, rows = np.random.default_rng(seed), []
    for i in range(n):
        words = [f"shared{j}" for j in range(4)] + [f"own{i % groups}-{j}" for j in range(12)]
        rows += [(f"d{i:02}", j, word) for j, word in enumerate(rng.choice(words, length))]
    return pd.DataFrame(rows, columns=["doc", "start", "term"])


def make_matrix(rows, **names):
    return pd.DataFrame(rows, index=pd.Index(list("abcdefgh")[: len(rows)], name="doc"), **names)


def judge(groups, *, seed=0, **options):
    options = {"kind": "words", "n_clusters": (2, 3, 4), "nulls": 19, "draws": 10} | options
    return xq.score_structure(make_corpus(groups, seed=seed), random_state=seed, **options)


# ── cluster_documents ────────────────────────────────────────────────────────────────────────


def test_average_link_by_hand():
    # a, b, c point right, d and e up, f left; groups of three, two and one
    matrix = make_matrix([[1, 0], [1, 0.1], [1, -0.1], [0, 1], [0.1, 1], [-1, 0]])
    assert xq.cluster_documents(matrix, n_clusters=3).tolist() == [1, 1, 1, 2, 2, 3]
    assert xq.cluster_documents(matrix, n_clusters=1).tolist() == [1] * 6
    assert xq.cluster_documents(matrix, n_clusters=6).tolist() == [1, 2, 3, 4, 5, 6]


def test_equal_sizes_are_numbered_by_their_first_document():
    matrix = make_matrix([[0, 1], [1, 0], [0, 1], [1, 0]])
    assert xq.cluster_documents(matrix, n_clusters=2).tolist() == [1, 2, 1, 2]
    turned = matrix.iloc[[3, 2, 1, 0]]
    assert xq.cluster_documents(turned, n_clusters=2).tolist() == [2, 1, 2, 1]


def test_as_many_groups_as_asked_whatever_the_ties():
    matrix = make_matrix([[1, 0]] * 5 + [[0, 1]])
    for size in range(1, 7):
        assert xq.cluster_documents(matrix, n_clusters=size).nunique() == size


def test_same_groups_as_scikit_learn():
    from sklearn.cluster import AgglomerativeClustering

    for method, metric in [("average", "cosine"), ("ward", "euclidean")]:
        for size in (4, 9, 14):
            theirs = AgglomerativeClustering(size, linkage=method, metric=metric)
            theirs = theirs.fit_predict(FEATURES)
            ours = xq.cluster_documents(FEATURES, n_clusters=size, method=method)
            assert adjusted_rand_score(theirs, ours) == 1


@pytest.mark.parametrize("method", METHODS)
def test_permuting_rows_changes_nothing(method):
    matrix = FEATURES
    if method in ("nmf", "lda"):
        matrix = xq.to_features(WORDS, by="task_id", kind="counts")
    labels = xq.cluster_documents(matrix, n_clusters=5, method=method)
    turned = matrix.sample(frac=1, random_state=3)
    again = xq.cluster_documents(turned, n_clusters=5, method=method)
    assert again.index.tolist() == turned.index.tolist()
    pd.testing.assert_series_equal(again[labels.index], labels)
    sizes = labels.value_counts().sort_index()
    assert sizes.is_monotonic_decreasing
    assert sizes.index.tolist() == [*range(1, len(sizes) + 1)]


@pytest.mark.parametrize("method", METHODS)
def test_two_obvious_groups_are_found_by_every_method_but_maybe_lda(method):
    tokens = make_corpus(2)
    matrix = xq.to_features(tokens, kind="counts" if method == "lda" else "words")
    labels = xq.cluster_documents(matrix, n_clusters=2, method=method)
    truth = [i % 2 for i in range(24)]
    assert adjusted_rand_score(truth, labels) == 1


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"method": "dbscan"}, "method is 'dbscan'; expected one of"),
        ({"n_clusters": 5}, "n_clusters is 5, but there are 4 documents"),
        ({"n_clusters": 0}, "n_clusters is 0; expected 1 or more"),
        ({"n_clusters": 2.5}, "n_clusters is 2.5; expected a whole number"),
        ({"method": "nmf"}, "'nmf' needs counts or weights; the matrix has negative numbers"),
        ({"matrix": make_matrix([[1, 0], [0, 0]])}, r"no features in \['b'\]"),
        ({"matrix": make_matrix([[1, np.nan], [0, 1]])}, "missing numbers"),
        ({"matrix": pd.DataFrame([[1], [2]], index=["a", "a"])}, "document named twice: 'a'"),
    ],
)
def test_bad_input_is_refused(change, message):
    options = {"matrix": make_matrix([[1, 0], [0, -1], [1, 1], [1, 2]]), "n_clusters": 2} | change
    with pytest.raises((TypeError, ValueError), match=message):
        xq.cluster_documents(options.pop("matrix"), **options)


def test_documents_without_a_common_word_are_grouped_by_a_fixed_lot():
    """Eight documents equally far from each other: whichever pairs merge, it is always these."""
    matrix = make_matrix(np.eye(8))
    for method in ("average", "ward", "kmeans"):
        labels = xq.cluster_documents(matrix, n_clusters=3, method=method)
        noise = np.random.default_rng(1).normal(0, 1e-15, matrix.shape)
        assert labels.equals(xq.cluster_documents(matrix + noise, n_clusters=3, method=method))


# ── stability ────────────────────────────────────────────────────────────────────────────────


def test_samples_leave_out_a_fifth_and_do_not_depend_on_order():
    table = xq.score_stability(FEATURES, n_clusters=6, draws=20)
    turned = FEATURES.sample(frac=1, random_state=2)
    pd.testing.assert_frame_equal(xq.score_stability(turned, n_clusters=6, draws=20), table)
    assert table["cluster"].tolist() == ["(all)", *"123456"]
    labels = xq.cluster_documents(FEATURES, n_clusters=6)
    assert table["n"].tolist() == [38, *labels.value_counts().sort_index()]
    runs = _sample(FEATURES.to_numpy(), [1], "average", 20, 0.8, 0)[0]
    assert set((runs > 0).sum(axis=1)) == {30}  # 0.8 of 38
    assert len({tuple(run) for run in runs}) > 1
    for change, message in [
        ({"share": 0.2}, "samples of 8 documents cannot have 9 groups"),
        ({"share": 2}, "share is 2"),
        ({"share": 0}, "share is 0"),
        ({"draws": 1}, "draws is 1"),
    ]:
        with pytest.raises(ValueError, match=message):
            xq.score_stability(FEATURES, n_clusters=9, **change)


def test_one_seed_after_another_where_nothing_is_left_out():
    counts = xq.to_features(WORDS, by="task_id", kind="counts")
    whole = xq.score_stability(FEATURES, n_clusters=5, draws=3, share=1).iloc[0]
    assert whole[["jaccard", "ari", "ami"]].tolist() == [1, 1, 1]  # no chance in the method
    options = {"n_clusters": 5, "method": "lda", "draws": 3, "share": 1}
    assert xq.score_stability(counts, **options)["ari"].iloc[0] < 0.5


def test_overlaps_by_hand():
    runs = np.array([[1, 1, 2, 2], [1, 2, 2, 0]])
    # run 1 has both groups; run 2 has {a}, {b, c}: overlap 1/2 with {a, b}, 1/2 with {c}
    assert _find_overlaps(np.array([1, 1, 2, 2]), runs) == pytest.approx([(1 + 1 / 2) / 2] * 2)
    # the third group was never drawn
    assert _find_overlaps(np.array([1, 1, 1, 3]), runs[1:]).tolist() == [2 / 3, 0]


def test_stability_is_the_mean_over_pairs_of_samples():
    runs = _sample(FEATURES.to_numpy(), [4], "average", 3, 0.8, 0)[0]
    pairs = [(a[both], b[both]) for a, b in [(runs[0], runs[1]), (runs[1], runs[2])]
             for both in [(a > 0) & (b > 0)]]  # fmt: skip
    row = xq.score_stability(FEATURES, n_clusters=4, draws=3).iloc[0]
    assert row["ami"] == pytest.approx(np.mean([adjusted_mutual_info_score(*p) for p in pairs]))
    assert row["ari"] == pytest.approx(_compare_runs(runs).mean())


def test_index_of_all_pairs_is_that_of_scikit_learn():
    runs = np.random.default_rng(0).integers(0, 5, (8, 40))
    both = [(a[(a > 0) & (b > 0)], b[(a > 0) & (b > 0)]) for i, a in enumerate(runs)
            for b in runs[i + 1 :]]  # fmt: skip
    expected = [adjusted_rand_score(*pair) for pair in both]
    np.testing.assert_allclose(_compare_runs(runs), expected, atol=1e-6)
    assert np.isnan(_compare_runs(np.array([[1, 0, 2], [0, 1, 2]]))).all()  # one in common


@pytest.mark.parametrize("size", [2, 9, 30])
def test_silhouette_is_that_of_scikit_learn(size):
    from sklearn.metrics import silhouette_score

    labels = xq.cluster_documents(FEATURES, n_clusters=size).to_numpy()
    expected = silhouette_score(FEATURES, labels, metric="cosine")
    assert _silhouette(FEATURES.to_numpy(), labels) == pytest.approx(expected)


def test_one_stable_group_is_not_drowned_by_loose_ones():
    rng = np.random.default_rng(0)
    stable = np.eye(9)[[0] * 6] + rng.normal(0, 0.01, (6, 9))
    loose = rng.normal(0, 1, (18, 9)) * (np.arange(9) > 0)
    index = [f"d{i:02}" for i in range(24)]
    matrix = pd.DataFrame(np.vstack([stable, loose]), index=index)
    labels = xq.cluster_documents(matrix, n_clusters=5)
    table = xq.score_stability(matrix, n_clusters=5)
    table = table.set_index("cluster")["jaccard"]
    own = str(labels["d00"])
    assert set(labels[labels == labels["d00"]].index) == set(index[:6])
    assert table[own] > 0.95
    assert table.drop([own, "(all)"]).max() < 0.95


# ── structure ────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("groups", [2, 3])
def test_obvious_groups_are_structure(groups):
    assert {judge(groups, seed=seed)["verdict"].iloc[0] for seed in range(5)} == {"structure"}


def test_no_groups_are_none_as_often_as_said():
    verdicts = [judge(1, seed=seed)["verdict"].iloc[0] for seed in range(20)]
    assert verdicts.count("structure") == 0
    assert verdicts.count("none") >= 16  # about one in ten is weak


def test_documents_that_mix_themes_are_at_most_weak():
    verdicts = []
    for seed in range(6):
        rng, rows = np.random.default_rng(seed), []
        for i in range(40):  # every document has three themes, in shares of its own
            themes = rng.choice(3, 60, p=rng.dirichlet([4, 4, 4]))
            rows += [(f"d{i:02}", j, f"{t}-{rng.integers(12)}") for j, t in enumerate(themes)]
        tokens = pd.DataFrame(rows, columns=["doc", "start", "term"])
        options = {"kind": "words", "n_clusters": (2, 3, 4), "nulls": 19, "draws": 10}
        verdicts.append(xq.score_structure(tokens, **options)["verdict"].iloc[0])
    assert verdicts.count("structure") == 0
    assert verdicts.count("weak") >= 3


def make_parts(themes, *, wholes=8, seed=0):
    """Return tokens of three documents of each whole; a whole has words of its own and a theme's."""
    tokens = make_corpus(wholes, seed=seed)
    tokens["whole"] = "w" + (tokens["doc"].str[1:].astype(int) % wholes).astype("str")
    theme = tokens["whole"].str[1:].astype(int) % themes
    word = "theme" + theme.astype("str") + "-" + (tokens["start"] % 12).astype("str")
    return tokens.assign(term=tokens["term"].where(tokens["start"] % 2 == 0, word))


@pytest.mark.parametrize(("within", "verdict"), [(None, "structure"), ("whole", "none")])
def test_documents_of_one_whole_are_no_group_of_their_own(within, verdict):
    options = {"kind": "words", "n_clusters": (4, 8), "nulls": 19, "draws": 10}
    for seed in range(3):
        tokens = make_parts(1, seed=seed)
        table = xq.score_structure(tokens, within=within, random_state=seed, **options)
        assert set(table["verdict"]) == {verdict}


def test_wholes_keep_their_words_and_their_documents_in_both_nulls():
    # Documents of a whole have the same words: shuffled within it nothing changes, so every corpus
    # without groups is as well grouped as the real one, and the cloud moves wholes only.
    tokens = pd.DataFrame(
        [
            (f"{whole}{i}", j, f"{whole}{j}")
            for whole in "abcdef"
            for i in range(3)
            for j in range(4)
        ],
        columns=["doc", "start", "term"],
    )
    tokens["whole"] = tokens["doc"].str[0]
    options = {"kind": "words", "n_clusters": (6,), "nulls": 19, "draws": 5}
    table = xq.score_structure(tokens, within="whole", **options).set_index(["null", "statistic"])
    assert table.loc[("cloud", "stability"), "null_mean"] == pytest.approx(1)
    assert table.loc[("cloud", "silhouette"), "null_mean"] == pytest.approx(1, abs=1e-3)
    free = xq.score_structure(tokens, **options).set_index(["null", "statistic"])
    assert free.loc[("cloud", "silhouette"), "null_mean"] < 0.9


def test_a_document_is_part_of_one_whole():
    tokens = make_parts(1)
    tokens.loc[0, "whole"] = "other"
    with pytest.raises(ValueError, match="document 'd00' is in several whole; expected one"):
        xq.score_structure(tokens, within="whole", nulls=19)
    with pytest.raises(TypeError, match="within is 3; expected the name of a column, or None"):
        xq.score_structure(tokens, within=3, nulls=19)


def test_structure_says_the_same_in_every_order():
    options = {"by": "task_id", "n_clusters": (2, 3), "nulls": 19, "draws": 3}
    table = xq.score_structure(WORDS, **options)
    turned = WORDS.sample(frac=1, random_state=5)
    pd.testing.assert_frame_equal(table, xq.score_structure(turned, **options))
    assert table["n_clusters"].tolist() == [2, 3] * 4


def test_verdict_needs_both_statistics_and_the_cloud():
    rows = [(s, n) for n in ("shuffled", "cloud") for s in ("stability", "silhouette")]
    table = pd.DataFrame(rows, columns=["statistic", "null"])
    verdicts = {
        (0.05, 0.05, 0.05, 0.9): "structure",
        (0.05, 0.05, 0.9, 0.05): "structure",
        (0.05, 0.05, 0.06, 0.06): "weak",
        (0.05, 0.06, 0.05, 0.05): "weak",
        (0.06, 0.06, 0.05, 0.05): "none",
    }
    assert {p: _judge(table.assign(p_any=p)) for p in verdicts} == verdicts


def test_quantiles_of_the_corpora_without_groups(monkeypatch):
    numbers = iter(range(1000))
    monkeypatch.setattr("xq.themes._compare_runs", lambda runs: np.array([float(next(numbers))]))
    monkeypatch.setattr("xq.themes._find_overlaps", lambda labels, runs: np.arange(101) / 100)
    table = judge(2, n_clusters=[2]).query("null == 'shuffled'").set_index("statistic")
    # The real corpus comes first, with 0; the shuffled ones have 1 to 19.
    row = table.loc["stability"]
    assert row[["observed", "null_mean", "p", "p_any"]].tolist() == [0, 10, 1, 1]
    assert row["null_high"] == pytest.approx(1 + 0.95 * 18)
    assert row["jaccard_high"] == pytest.approx(0.95)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nulls": 18}, "nulls is 18; expected 19 or more"),
        ({"n_clusters": ()}, "expected numbers of groups"),
        ({"n_clusters": (2, 25)}, "n_clusters is 25, but there are 24 documents"),
        ({"method": "lda"}, "method is 'lda'; expected one of"),
        ({"by": "task"}, "tokens has no column"),
    ],
)
def test_structure_refuses_what_cannot_be_judged(change, message):
    with pytest.raises(ValueError, match=message):
        xq.score_structure(make_corpus(2), **{"kind": "words", "n_clusters": (2,)} | change)


def test_small_groups_of_shuffled_texts_look_stable():
    table = judge(1, n_clusters=(2, 12)).query("null == 'shuffled' and statistic == 'stability'")
    assert table.set_index("n_clusters")["jaccard_high"].is_monotonic_increasing


# ── describe, compare, recover ───────────────────────────────────────────────────────────────


def test_clusters_are_described_by_their_own_words():
    tokens = make_corpus(2)
    labels = pd.Series({f"d{i:02}": 1 + i % 2 for i in range(24)})
    leads = pd.DataFrame({"doc": labels.index, "unit": labels.map({1: "one", 2: "two"})})
    table = xq.describe_clusters(labels, tokens, leads=leads, names={1: "the first"})
    terms = table[table["kind"] == "term"]
    assert terms.groupby("cluster").size().tolist() == [5, 5]
    assert all(row.item.startswith(f"own{row.cluster - 1}") for row in terms.itertuples())
    assert (terms["log_ratio_low"] > 0).all()
    first = table[table["cluster"] == 1]
    assert first["suggested"].unique() == ["·".join(terms["item"][:3])]
    assert first["given"].unique() == ["the first"]
    assert table.loc[table["cluster"] == 2, "given"].unique() == [""]
    assert first.loc[first["kind"] == "document", "item"].tolist() == [*labels.index[::2]]
    assert first.loc[first["kind"] == "unit", "item"].tolist() == ["one"]
    assert first["size"].unique() == [12]
    with pytest.raises(ValueError, match=r"no group for the documents \['d00'\]"):
        xq.describe_clusters(labels.drop("d00"), tokens)


def test_agreement_is_that_of_scikit_learn_with_a_jackknife_interval():
    labels = pd.Series([1, 1, 1, 2, 2, 2], index=list("abcdef"))
    known = pd.DataFrame({"same": list("xxxyyy"), "other": list("xyxyxy")}, index=labels.index)
    table = xq.compare_labels(labels, known.sample(frac=1, random_state=0)).set_index("reference")
    assert table.loc["same", ["ari", "ari_low", "ari_high", "ami"]].tolist() == [1, 1, 1, 1]
    assert table.loc["other", "ari"] == adjusted_rand_score([*"xyxyxy"], labels)
    without = [adjusted_rand_score(known["other"].drop(doc), labels.drop(doc)) for doc in "abcdef"]
    error = np.sqrt(5 / 6 * ((without - np.mean(without)) ** 2).sum())
    expected = table.loc["other", "ari"] - 1.96 * error
    assert table.loc["other", "ari_low"] == pytest.approx(expected)
    groups = pd.Series([*"pqqqqr"], index=labels.index)
    kept = ["bcdef", "af", "abcde"]  # without p, q and r
    without = [adjusted_rand_score(known["other"][[*each]], labels[[*each]]) for each in kept]
    error = np.sqrt(2 / 3 * ((without - np.mean(without)) ** 2).sum())
    grouped = xq.compare_labels(labels, known, groups=groups).set_index("reference")
    assert grouped.loc["other", "ari_low"] == pytest.approx(
        table.loc["other", "ari"] - 1.96 * error
    )
    with pytest.raises(ValueError, match="intervals need two at least"):
        xq.compare_labels(labels, known, groups=pd.Series("p", labels.index))
    with pytest.raises(ValueError, match="expected the documents of labels"):
        xq.compare_labels(labels, known.iloc[1:])


def test_recovery_by_hand():
    matrix = make_matrix([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [1, 0.3], [-1, 0]])
    labels = pd.Series([*"xxyyyz"], index=matrix.index)
    for method in ("centroid", "nearest"):
        table = xq.score_recovery(matrix, labels, method=method).set_index("doc")
        assert table["found"].tolist()[:5] == [*"xxyyx"]  # e stands with a and b
        assert table["rank"].tolist()[:5] == [1, 1, 1, 1, 2]
        assert np.isnan(table.loc["f", "rank"])  # alone in its class: nothing to find it by
        assert table["n_others"].tolist() == [1, 1, 2, 2, 2, 0]
    with pytest.raises(ValueError, match="a class for every document"):
        xq.score_recovery(matrix, labels.drop("a"))
    with pytest.raises(ValueError, match="method is 'svm'"):
        xq.score_recovery(matrix, labels, method="svm")


def test_recovery_of_equal_rows_is_not_flattered():
    matrix = make_matrix([[1, 0]] * 4)
    table = xq.score_recovery(matrix, pd.Series([*"xxyy"], index=matrix.index))
    assert table["rank"].tolist() == [2] * 4  # all classes equally alike: its own comes last


def test_recovery_by_centroid_is_that_of_scikit_learn():
    from sklearn.neighbors import NearestCentroid

    matrix, labels = xq.to_features(WORDS, kind="vectors", vectors=VECTORS), LIST["task_id"]
    table = xq.score_recovery(matrix, labels).set_index("doc")
    for doc in table.index[table["n_others"] > 0][::25]:
        rest = matrix.drop(doc)
        centres = NearestCentroid().fit(rest, labels[rest.index])
        centres = pd.DataFrame(centres.centroids_, centres.classes_)
        centres = centres.div(np.linalg.norm(centres, axis=1), axis=0)
        assert (centres @ matrix.loc[doc]).idxmax() == table.loc[doc, "found"]
