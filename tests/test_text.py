"""Words are counted, weighted and compared as said; nothing depends on the order of the rows."""

import math
import random
from pathlib import Path

import jieba
import numpy as np
import pandas as pd
import pytest
import xq
from sklearn.feature_extraction.text import TfidfTransformer
from test_data import REPORTS
from xq.text import KINDS, _bootstrap, _build_cutter, _count, _permute, _read_lexicon

MEASURES = xq.load_table("measures")
TEXTS = MEASURES.set_index("measure_id")["text"]
CELLS = [*TEXTS, *xq.load_table("tasks")["title"], *MEASURES["units"]]
TERMS = xq.load_table("terms")
TOKENS = xq.tokenize(TEXTS, lexicon=TERMS)
VECTORS = xq.load_table("vectors_without_2022")
NEEDED = {"lexicon": {"lexicon": TERMS}}  # by kind of feature
NEEDED |= dict.fromkeys(["vectors", "mixture"], {"vectors": VECTORS})
WORDS = TOKENS[TOKENS["layer"].isin(["content", "verb"])].astype({"doc": "str"})
WORDS = WORDS.assign(task_id=WORDS["doc"].map(MEASURES.set_index("measure_id")["task_id"]))


def cut(text, **options):
    return list(xq.tokenize(pd.Series([text]), **{"lexicon": TERMS} | options)["term"])


def make_tokens(**texts):
    """Return tokens of texts that are cut at spaces: the counting needs no dictionary."""
    rows = [(doc, word) for doc, text in texts.items() for word in text.split()]
    return pd.DataFrame(rows, columns=["doc", "term"]).assign(layer="content")


# ── tokenize ─────────────────────────────────────────────────────────────────────────────────


def test_every_lexicon_entry_is_one_token_in_a_sentence_of_the_list():
    whole = {
        cell: set(xq.tokenize(pd.Series([cell]), lexicon=TERMS)["term"]) for cell in set(CELLS)
    }
    assert [t for t in TERMS["term"] if not any(t in whole[c] for c in CELLS if t in c)] == []


def test_every_unit_and_every_task_has_its_terms():
    units = xq.load_table("units")
    names = {*units["unit"], *units["aliases"].str.split("；").explode()} - {""}
    assert set(TERMS.query("kind == 'unit'")["term"]) == names
    kept = TERMS.query("kind not in ['verb', 'word']")["term"]
    for title in xq.load_table("tasks")["title"]:
        assert any(term in title for term in kept), title


def test_without_the_lexicon_the_terms_fall_apart():
    assert cut("由区发展改革委牵头") == ["由", "区发展改革委", "牵头"]
    assert cut("由区发展改革委牵头", lexicon=()) == ["由区", "发展", "改革", "委", "牵头"]
    assert cut("“双随机、一公开”监管") == ["“", "双随机、一公开", "”", "监管"]


def test_no_character_is_lost():
    for doc, start, end, term in TOKENS[["doc", "start", "end", "term"]].itertuples(index=False):
        assert TEXTS[doc][start:end] == term
    assert TOKENS.groupby("doc", observed=True)["term"].agg("".join).to_dict() == dict(TEXTS)


def test_columns_and_types():
    assert list(TOKENS.columns) == ["doc", "start", "end", "term", "layer"]
    assert [str(kind) for kind in TOKENS.dtypes] == [
        *["category", "int32", "int32"],
        *["category"] * 2,
    ]
    assert TOKENS["term"].cat.categories.is_monotonic_increasing
    assert TOKENS["term"].cat.codes.dtype.itemsize <= 4  # ids, not strings


def test_layers():
    text = "推进和完善12项A机制5G，2011-2020年6.6%."
    row = xq.tokenize(pd.Series([text]), lexicon=TERMS).set_index("term")["layer"]
    assert row.to_dict() == {
        "推进": "verb", "和": "function", "完善": "verb", "12": "number", "项": "function",
        "A": "content", "机制": "content", "5G": "content", "，": "mark", "2011-2020": "number",
        "年": "function", "6.6%": "number", ".": "mark",
    }  # fmt: skip
    assert (
        not set(_read_lexicon(TERMS)[1])
        - set(TERMS["term"])
        - set(xq.load_table("stopwords")["word"])
    )


def test_stop_words_are_function_words_with_a_reason():
    stop = xq.load_table("stopwords")
    function = stop.query("kind == 'function'")
    assert (function["why"] != "").all()
    assert not set(function["word"]) & set(TERMS["term"])  # no policy verb, no term


@pytest.mark.parametrize(
    "texts", [pd.Series([], dtype="str"), pd.Series([""]), pd.Series(["", "税", ""])]
)
def test_empty_texts_are_no_error(texts):
    tokens = xq.tokenize(texts)
    assert list(tokens["term"]) == list("".join(texts))
    assert xq.count_terms(tokens).shape == (len(tokens), 5)


def test_half_a_character_is_named():
    with pytest.raises(ValueError, match="document 'M2' has half a character at 1; read the file"):
        xq.tokenize(pd.Series({"M1": "税", "M2": "税\ud800"}, dtype=object))


# ── the fast engine and the reference ────────────────────────────────────────────────────────


@pytest.mark.parametrize(("lexicon", "hmm"), [(TERMS, True), ((), False)])
def test_both_engines_cut_the_list_alike(lexicon, hmm):
    cells = pd.Series(CELLS)
    tokens = [xq.tokenize(cells, lexicon=lexicon, hmm=hmm, engine=e) for e in ("rjieba", "jieba")]
    pd.testing.assert_frame_equal(*tokens)


def test_hmm_guesses_words():
    assert cut("他来到了网易杭研大厦") == ["他", "来到", "了", "网易", "杭研", "大厦"]
    assert cut("他来到了网易杭研大厦", hmm=False)[4:] == ["杭", "研", "大厦"]


def test_where_the_engines_differ():
    """As said in the docstring; whatever else is in a text, no character is lost."""
    assert cut("2011-2020年") == ["2011-2020", "年"]
    assert cut("2011-2020年", engine="jieba") == ["2011", "-", "2020", "年"]
    odd = Path(__file__).with_name("edge_cases.txt").read_text(encoding="utf-8").split("\n")
    odd += ["Windows 行尾\r\n与\r单独回车\t制表", *fuzz(300)]
    for engine in ("rjieba", "jieba"):
        tokens = xq.tokenize(pd.Series(odd), engine=engine)
        whole = tokens.groupby("doc", observed=False)["term"].agg("".join)
        assert whole.tolist() == odd
        assert all(odd[d][a:b] == t for d, a, b, t, _ in tokens.itertuples(index=False))


def fuzz(n):
    """Return made-up strings of all kinds of characters."""
    rng = random.Random(0)
    odd = [chr(code) for code in range(0x4E00, 0x9FD6, 9)]
    odd += list("0123456789") * 50 + list("abcXYZ") * 40 + list("+#&._%-") * 30
    odd += list(" ，。、；：“”（）\n\t\r") * 30 + list("〇㐀龥鿕鿖＋％①é　\u200b😀") * 5
    return ["".join(rng.choices(odd, k=rng.randint(1, 40))) for _ in range(n)]


def test_engines_differ_in_reports_only_where_latin_letters_or_digits_are():
    reports = sorted(REPORTS.glob("*.md"))
    if not reports:
        pytest.skip(f"the work reports are not at {REPORTS}")
    lines = [line for path in reports for line in path.read_text(encoding="utf-8").split("\n")]
    fast, reference = (
        _build_cutter(engine, _read_lexicon(TERMS)[0], True) for engine in ("rjieba", "jieba")
    )
    odd = [line for line in lines if fast(line) != reference(line)]
    assert len(odd) / len(lines) < 0.002
    assert all("-" in line or "www." in line for line in odd)


def test_building_again_changes_nothing(monkeypatch):
    _build_cutter.cache_clear()
    monkeypatch.setattr(jieba.Tokenizer, "initialize", None)  # would write into a shared folder
    assert cut("由区发展改革委牵头", engine="jieba") == ["由", "区发展改革委", "牵头"]
    pd.testing.assert_frame_equal(xq.tokenize(TEXTS, lexicon=TERMS), TOKENS)


def test_jieba_itself_is_left_alone(tmp_path, monkeypatch):
    """A script that uses jieba beside us sees no word of ours, and we see none of its."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    jieba.setLogLevel(60)
    jieba.dt.tmp_dir = str(tmp_path)
    jieba.add_word("政策落实")
    _build_cutter.cache_clear()
    assert "政策落实" not in cut("政策落实", engine="jieba")
    assert "区发展改革委" not in jieba.lcut("由区发展改革委牵头")


# ── counts and weights ───────────────────────────────────────────────────────────────────────


def test_count_terms():
    tokens = make_tokens(a="税 费 税", b="税 债", c="债")
    tokens["task_id"] = tokens["doc"].map({"a": "T1", "b": "T1", "c": "T2"})
    counts = xq.count_terms(tokens, over="task_id")
    assert counts.to_numpy().tolist() == [
        ["税", "content", 3, 2, 1],
        ["债", "content", 2, 2, 2],
        ["费", "content", 1, 1, 1],
    ]


def test_to_matrix():
    matrix = xq.to_matrix(make_tokens(b="税 债", a="税 费 税"))
    assert matrix.index.tolist() == ["a", "b"]
    assert matrix.columns.tolist() == ["债", "税", "费"]
    assert matrix.to_numpy().tolist() == [[0, 2, 1], [1, 1, 0]]


def test_weight_terms():
    weights = xq.weight_terms(make_tokens(a="税 费 税", b="税 债"))
    # idf of 税: ln(3/3) + 1 = 1; of 费: ln(3/2) + 1 = 1.4055; length of a: √(2² + 1.4055²)
    length = math.hypot(2, math.log(1.5) + 1)
    assert weights[["doc", "term", "n"]].to_numpy().tolist()[:2] == [["a", "税", 2], ["a", "费", 1]]
    assert weights["tf_idf"].iloc[0] == pytest.approx(2 / length)


def test_equal_weights_stand_in_the_order_of_the_terms():
    texts = {"a": "丁 丙 乙 甲", "b": "戊 戊 甲"}  # 乙丁丙: the order of their code points
    weights = xq.weight_terms(make_tokens(**texts))
    assert weights["term"].tolist() == ["丁", "丙", "乙", "甲", "戊", "甲"]
    assert [ord(term) for term in "丁丙乙"] == sorted(ord(term) for term in "丁丙乙")


def test_weights_are_those_of_scikit_learn():
    expected = TfidfTransformer().fit_transform(xq.to_matrix(TOKENS)).toarray()
    weights = xq.weight_terms(TOKENS).pivot(index="doc", columns="term", values="tf_idf").fillna(0)
    assert abs(weights.to_numpy() - expected).max() < 1e-12


def test_counts_of_a_table_that_is_counted_already_and_only_for_some():
    table = pd.DataFrame({"doc": ["b", "a", "b", "b"], "term": ["税", "税", "费", "税"]})
    counts, units, terms = _count(table.assign(n=[2, 3, 4, 5]), "doc", n="n")
    assert counts.toarray().tolist() == [[3, 0], [7, 4]]  # 税 in b: 2 + 5
    assert (units.tolist(), terms.tolist()) == (["a", "b"], ["税", "费"])
    counts, *_ = _count(table, "doc", units=["b", "c"], terms=["债", "税"])
    assert counts.toarray().tolist() == [[0, 2], [0, 0]]


def test_an_ordered_category_keeps_its_order():
    tokens = make_tokens(a="税", b="费")
    order = pd.CategoricalDtype(["b", "a", "c"], ordered=True)
    assert xq.to_matrix(tokens.astype({"doc": order})).index.tolist() == ["b", "a"]
    order = pd.CategoricalDtype(["b", "a"])  # that of the texts: says nothing
    assert xq.to_matrix(tokens.astype({"doc": order})).index.tolist() == ["a", "b"]


def test_find_context():
    found = xq.find_context(pd.Series({"M1": "开展试点，推进试点工作"}), "试点", width=3)
    assert found.columns.tolist() == ["doc", "left", "term", "right", "start", "end"]
    assert found.to_numpy().tolist() == [
        ["M1", "\u3000开展", "试点", "，推进", 2, 4],
        ["M1", "，推进", "试点", "工作\u3000", 7, 9],
    ]
    assert xq.find_context(TEXTS, "比特币").empty
    bare = xq.find_context(pd.Series(["开展试点"]), "展", width=0)
    assert bare[["left", "right"]].to_numpy().tolist() == [["", ""]]


# ── features ─────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("kind", KINDS)
def test_rows_have_length_one_and_stand_in_order(kind):
    matrix = xq.to_features(WORDS, kind=kind, **NEEDED.get(kind, {}))
    assert matrix.index.tolist() == sorted(TEXTS.index)
    assert matrix.index.name == "doc"
    lengths = np.linalg.norm(matrix, axis=1)
    empty = lengths == 0
    if kind != "counts":
        np.testing.assert_allclose(lengths[~empty], 1)
    assert kind == "lexicon" or not empty.any()  # a row may have no term of the lexicon


@pytest.mark.parametrize("kind", KINDS)
def test_the_order_of_the_documents_changes_no_likeness(kind):
    order = WORDS["doc"].drop_duplicates().sample(frac=1, random_state=1)
    turned = pd.concat([WORDS[WORDS["doc"] == doc] for doc in order[:30]])
    matrix = xq.to_features(turned.sort_values(["doc", "start"]), kind=kind, **NEEDED.get(kind, {}))
    other = xq.to_features(turned, kind=kind, **NEEDED.get(kind, {}))
    np.testing.assert_allclose((matrix @ matrix.T), (other @ other.T), atol=1e-9)


def test_words_are_tf_idf_by_hand():
    tokens = make_tokens(a="x y", b="x")
    matrix = xq.to_features(tokens, kind="words")
    # x is in both: ln(3/3) + 1 = 1; y in one of two: ln(3/2) + 1 = 1.4055; length 1.7249
    np.testing.assert_allclose(matrix.loc["a"], [0.5797, 0.8148], atol=1e-4)
    np.testing.assert_allclose(matrix.loc["b"], [1, 0])


def test_lexicon_leaves_other_words_out():
    matrix = xq.to_features(make_tokens(a="区财政局 税", b="税"), kind="lexicon", lexicon=TERMS)
    assert matrix.columns.tolist() == ["区财政局"]
    assert matrix["区财政局"].tolist() == [1, 0]


def test_characters_are_runs_of_two_to_four():
    matrix = xq.to_features(make_tokens(a="税费 减免", b="税费"), kind="characters")
    runs = ["税费", "费减", "减免", "税费减", "费减免", "税费减免"]
    assert set(matrix.columns) == set(runs)
    assert matrix.loc["b", "税费"] == 1


def test_lsa_has_fifty_dimensions_and_keeps_most_of_the_likeness():
    words = xq.to_features(WORDS, kind="words")
    lsa = xq.to_features(WORDS, kind="lsa")
    assert lsa.shape == (135, 50)
    # a matrix of rank two needs two dimensions only: nothing is lost
    few = make_tokens(a="x y", b="x", c="x y")
    lsa, words = (xq.to_features(few, kind=kind).to_numpy() for kind in ("lsa", "words"))
    np.testing.assert_allclose(lsa @ lsa.T, words @ words.T, atol=1e-9)


def test_vectors_are_means_without_their_common_direction():
    vectors = pd.DataFrame({"term": ["x", "y", "z"], "vector": ["1000 0 9", "0 1000 9", "9 9 0"]})
    tokens = make_tokens(a="x", b="y", c="x unknown", d="unknown")
    with pytest.warns(UserWarning, match="the vectors know 60% of the words; the others have no"):
        matrix = xq.to_features(tokens, kind="vectors", vectors=vectors)
    assert matrix.loc["a"] @ matrix.loc["c"] == pytest.approx(1)  # unknown words do not count
    assert matrix.loc["a"] @ matrix.loc["b"] < 0
    assert (matrix.loc["d"] == 0).all()  # nothing is known of it


def test_vectors_weigh_rare_words_more():
    """Means by hand: idf of x ln(3/2), of y ln(3/1); the common direction is taken off."""
    vectors = pd.DataFrame({"term": ["x", "y", "z"], "vector": ["1 0", "0 1", "1 1"]})
    tokens = make_tokens(a="x y", b="x", c="z")
    means = np.array([[math.log(3 / 2), math.log(3)], [1, 0], [1, 1]])
    means /= np.linalg.norm(means, axis=1, keepdims=True)
    values, axes = np.linalg.eigh(means.T @ means)
    rest = means @ axes[:, :1]  # what is left of two dimensions when the longer one is off
    expected = np.sign(rest @ rest.T)
    matrix = xq.to_features(tokens, kind="vectors", vectors=vectors)
    np.testing.assert_allclose(matrix @ matrix.T, expected, atol=1e-9)


def test_mixture_has_equal_parts():
    tokens = make_tokens(a="推进 企业", b="企业 就业", c="就业 教育")
    matrix = xq.to_features(tokens, kind="mixture", vectors=VECTORS)
    for part in ("words", "characters", "vectors"):
        columns = matrix.columns[matrix.columns.str.startswith(f"{part}:")]
        np.testing.assert_allclose((matrix[columns] ** 2).sum(axis=1), 1 / 3)


def test_vectors_may_be_a_table_of_numbers():
    numbers = VECTORS["vector"].str.split(" ", expand=True).astype(float).set_index(VECTORS["term"])
    features = [xq.to_features(WORDS, kind="vectors", vectors=v) for v in (VECTORS, numbers)]
    pd.testing.assert_frame_equal(*features)
    with pytest.raises(ValueError, match="vectors has no column"):
        xq.to_features(WORDS, kind="vectors", vectors=numbers.replace(numbers.iloc[0, 0], np.nan))


def test_vectors_are_the_caller_s():
    for kind in ("vectors", "mixture"):
        with pytest.raises(ValueError, match=r"needs word vectors: vectors=xq.load_table"):
            xq.to_features(WORDS, kind=kind)
    with pytest.raises(ValueError, match="kind 'words' has no use for them"):
        xq.to_features(WORDS, vectors=VECTORS)
    other = xq.to_features(WORDS, kind="vectors", vectors=xq.load_table("vectors"))
    assert not np.allclose(other, xq.to_features(WORDS, kind="vectors", vectors=VECTORS))


def test_the_lexicon_is_the_caller_s():
    text = "和各部门一道推进稳岗返还2项"
    plain = xq.tokenize(pd.Series([text])).set_index("term")["layer"].to_dict()
    assert plain["和"] == "function" and plain["推进"] == "content" and "稳岗返还" not in plain
    lexicon = pd.DataFrame({"term": ["稳岗返还", "推进", "一道", "各部门", "返还"]})
    lexicon["kind"] = ["own", "verb", "function", "word", "word"]
    own = xq.tokenize(pd.Series([text]), lexicon=lexicon).set_index("term")["layer"].to_dict()
    assert own == {
        "和": "content", "各": "content", "部门": "content", "一道": "function",
        "推进": "verb", "稳岗返还": "content", "2": "number", "项": "content",
    }  # fmt: skip
    with pytest.raises(ValueError, match=r"needs a lexicon: lexicon="):
        xq.to_features(WORDS, kind="lexicon")


@pytest.mark.parametrize("rows", [["1 2", "3"], ["1 a", "2 3"], [1, "2 3"], []])
def test_odd_vectors_are_refused(rows):
    vectors = pd.DataFrame({"term": ["税", "费"][: len(rows)], "vector": rows})
    with pytest.raises(ValueError, match="as many numbers in every row"):
        xq.to_features(make_tokens(a="税"), kind="vectors", vectors=vectors)


# ── at the door ──────────────────────────────────────────────────────────────────────────────

BY = pd.Series({"a": 1, "b": 2})
OF_TEXTS = {
    "tokenize": lambda texts: xq.tokenize(texts),
    "find_context": lambda texts: xq.find_context(texts, "税"),
}
OF_TOKENS = {
    "count_terms": lambda tokens: xq.count_terms(tokens),
    "to_matrix": lambda tokens: xq.to_matrix(tokens),
    "weight_terms": lambda tokens: xq.weight_terms(tokens),
    "to_features": lambda tokens: xq.to_features(tokens),
    "score_keyness": lambda tokens: xq.score_keyness(tokens, by=BY, draws=9),
    "score_cowords": lambda tokens: xq.score_cowords(tokens, draws=1),
}
DOUBLE = pd.MultiIndex.from_tuples([("a", 1), ("b", 2)])
ODD_TEXTS = [np.nan, None, 3, ["税"], "税", TOKENS]
ODD_TEXTS += [pd.Series(["税", "费"], index=index) for index in (["a", "a"], ["a", None], DOUBLE)]
ODD_TEXTS += [pd.Series(["税", each], dtype=object) for each in (np.nan, None, 3)]
ODD_TOKENS = [np.nan, None, 3, ["税"], "税", TEXTS, pd.DataFrame(), TOKENS[["start", "layer"]]]
ODD_TOKENS += [
    pd.concat([make_tokens(a="税")] * 2, axis=1),
    make_tokens(a="税").replace("税", None),
]


@pytest.mark.parametrize("texts", ODD_TEXTS)
@pytest.mark.parametrize("name", OF_TEXTS)
def test_wrong_texts_are_named(name, texts):
    with pytest.raises((TypeError, ValueError), match="^texts[: ]"):
        OF_TEXTS[name](texts)


@pytest.mark.parametrize("tokens", ODD_TOKENS)
@pytest.mark.parametrize("name", OF_TOKENS)
def test_wrong_tokens_are_named(name, tokens):
    with pytest.raises((TypeError, ValueError), match="^tokens[: ]"):
        OF_TOKENS[name](tokens)


@pytest.mark.parametrize("name", OF_TOKENS)
def test_the_index_of_tokens_does_not_matter(name):
    tokens = make_tokens(a="税 费", b="税 费")
    expected = OF_TOKENS[name](tokens)
    index = pd.MultiIndex.from_product([["x", "y"], [1, 2]])
    for turned in (tokens.set_index(index), tokens.set_axis([0, 0, 1, 1])):
        pd.testing.assert_frame_equal(OF_TOKENS[name](turned), expected)


@pytest.mark.parametrize("name", OF_TOKENS)
def test_no_tokens(name):
    none = make_tokens(a="税").head(0)
    if name in ("to_features", "score_keyness"):
        with pytest.raises(ValueError, match="no tokens: the table is empty"):
            OF_TOKENS[name](none)
    else:
        assert len(OF_TOKENS[name](none)) == 0


TWO, ONE = make_tokens(a="税 费", b="税"), make_tokens(a="税")


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: xq.tokenize(TEXTS, lexicon="稳岗"), "lexicon is a str; expected several words"),
        (lambda: xq.tokenize(TEXTS, lexicon=MEASURES), "lexicon has no column"),
        (lambda: xq.tokenize(TEXTS, lexicon=3), "lexicon is a int; expected several words"),
        (lambda: xq.tokenize(TEXTS, lexicon=["税", 1]), "lexicon has 1; expected words only"),
        (lambda: xq.tokenize(TEXTS, lexicon=[""]), "lexicon has ''; expected words only"),
        (lambda: xq.tokenize(TEXTS, engine="pkuseg"), "engine is 'pkuseg'; expected one of"),
        (lambda: xq.tokenize(TEXTS, hmm="yes"), "hmm is 'yes'; expected True or False"),
        (lambda: xq.find_context(TEXTS, ""), "term is ''; expected the word"),
        (lambda: xq.find_context(TEXTS, np.nan), "term is nan; expected the word"),
        (lambda: xq.find_context(TEXTS, "税", width=-1), "^width is -1; expected 0 or more"),
        (lambda: xq.count_terms(TOKENS, over="task"), "no column"),
        (lambda: xq.to_matrix(TWO, by=["doc"]), r"\['doc'\] names no column"),
        (lambda: xq.to_features(TWO, kind="bert"), "kind is 'bert'; expected one of"),
        (lambda: xq.to_features(TWO, kind="vectors", vectors=[1]), "vectors is a list"),
        (lambda: xq.to_features(ONE, kind="characters"), "no run of two characters"),
        (lambda: xq.score_keyness(TWO, by="doc"), "by is a str"),
        (lambda: xq.score_keyness(TWO, by=BY.set_axis(DOUBLE)), "by has an index of 2 levels"),
        (lambda: xq.score_keyness(TWO, by=BY.set_axis(["a", "a"])), "by: document named twice"),
        (lambda: xq.score_keyness(TWO, by=BY.replace({1: 2})), "group 2 has all 2 documents"),
        (lambda: xq.score_keyness(TWO, by=BY.replace({1: None, 2: None})), "by has no group"),
        (lambda: xq.score_keyness(TWO, by=pd.DataFrame({"doc": ["a"]})), "doc and one other"),
        (lambda: xq.score_keyness(TWO, by=pd.Series({"a": 1, "z": 2})), r"without tokens: \['z'\]"),
        (lambda: xq.score_keyness(TWO, by=BY, prior=0), "prior is 0; expected a number"),
        (lambda: xq.score_keyness(TWO, by=BY, prior="500"), "prior is '500'; expected a number"),
        (lambda: xq.score_keyness(TWO, by=BY, draws=-1), "^draws is -1; expected 0 or more"),
        (lambda: xq.score_keyness(TWO, by=BY, min_count=None), "^min_count is None; expected a"),
        (lambda: xq.score_keyness(TWO, by=BY, random_state=None), "^random_state is None"),
        (lambda: xq.score_cowords(TWO, n_terms=0), "^n_terms is 0; expected 1 or more"),
        (lambda: xq.score_cowords(TWO, n_edges=0.5), "^n_edges is 0.5; expected a whole number"),
        (lambda: xq.score_cowords(TWO, draws="9"), "^draws is a str"),
        (lambda: xq.score_cowords(TWO, random_state=-1), "^random_state is -1"),
    ],
)
def test_what_is_wrong_is_named(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


# ── keyness ──────────────────────────────────────────────────────────────────────────────────

TOY = {"a1": "税 费 减 免 税 债", "a2": "债 债 税 费 税"}
TOY |= {"b1": "教师 学校 税", "b2": "学校 学校 教师 债 保障", "b3": "保障 学校"}
SIDES = pd.Series({doc: doc[0] for doc in TOY})


def test_keyness_by_hand():
    """One word against all others: 债 3 of 5 words here, 1 of 10 there; the prior has 15 words."""
    tokens = make_tokens(a="债 债 债 x x", b="债 " + "x " * 9)
    scores = xq.score_keyness(tokens, by=pd.Series({"a": "a", "b": "b"}), prior=15, draws=9)
    row = scores.query("group == 'a' and term == '债'").iloc[0]
    # the prior spreads like all text: 4 of 15 words are 债, so 4 for 债 and 11 for the rest
    odds = math.log((3 + 4) / (5 + 15 - 7)) - math.log((1 + 4) / (10 + 15 - 5))
    assert row["log_odds"] == pytest.approx(odds)
    assert row["z"] == pytest.approx(odds / math.sqrt(1 / 7 + 1 / 5))
    # half a count, shared out 5 : 10 like the text
    assert row["log_ratio"] == pytest.approx(math.log2((3 + 1 / 6) / 5 / ((1 + 1 / 3) / 10)))
    assert [*row[["n", "n_other", "n_docs"]]] == [3, 1, 1]


def test_keyness_agrees_with_convokit():
    """z of FightingWords in ConvoKit 5.0.0, on these texts with the same prior of 10 words."""
    scores = xq.score_keyness(make_tokens(**TOY), by=SIDES, prior=10, draws=9)
    z = scores.query("group == 'a'").set_index("term")["z"].round(4)
    assert z.to_dict() == {
        "税": 1.1348, "费": 1.0059, "债": 0.7890, "免": 0.6789, "减": 0.6789,
        "保障": -1.0976, "教师": -1.0976, "学校": -1.7221,
    }  # fmt: skip


def test_two_groups_mirror_each_other():
    scores = xq.score_keyness(make_tokens(**TOY), by=SIDES, draws=50)
    one, other = (scores.query(f"group == '{g}'").set_index("term") for g in "ab")
    other = other.reindex(one.index)
    assert (one["z"] + other["z"]).abs().max() < 1e-9
    assert (one["log_ratio"] + other["log_ratio"]).abs().max() < 1e-9


def test_every_permutation_counts():
    """Two documents against two: 6 ways, in one of them both documents with 税 are together."""
    hits = _permute(np.array([[1], [1], [0], [0]]), np.array([[2], [2], [0], [0]]),
                    np.array([2, 2, 2, 2]), 6000, np.random.default_rng(0), strata=1)  # fmt: skip
    assert 900 < hits.item() < 1100


def test_documents_change_places_with_those_of_their_length():
    """Twenty lengths make ten pairs: a word of one document is in its place every second time."""
    texts = {f"d{i:02}": "x " * (i + 1) for i in range(20)}
    texts |= {"d00": "税", "d19": "x " * 19 + "费"}
    by = pd.Series({"d00": "short", "d19": "long"})
    scores = xq.score_keyness(make_tokens(**texts), by=by).set_index(["group", "term"])["p"]
    assert 0.47 < scores["short", "税"] < 0.53
    assert 0.47 < scores["long", "费"] < 0.53
    assert scores["short", "费"] == 1
    hits = scores * 10_001 - 1  # of ten thousand permutations; the real order counts as well
    np.testing.assert_allclose(hits, hits.round(), atol=1e-6)


def test_interval_draws_documents_of_each_side_a_thousand_times():
    """Two documents here (税 in 1 of 2 and 0 of 1 words) and two there (1 of 4 and 2 of 3)."""
    inside, scored = np.array([1, 1, 0, 0]), np.array([[1.0], [0], [1], [2]])
    found = _bootstrap(inside, scored, np.array([2, 1, 4, 3]), np.random.default_rng(7))
    rng = np.random.default_rng(7)
    here, there = (rng.multinomial(2, [0.5, 0.5], size=1000) for _ in range(2))
    n, words, others, other_words = here @ [1, 0], here @ [2, 1], there @ [1, 2], there @ [4, 3]
    share = words / (words + other_words)
    ratio = (n + share / 2) / words / ((others + (1 - share) / 2) / other_words)
    np.testing.assert_allclose(found[:, 0], np.quantile(np.log2(ratio), [0.025, 0.975]))


def test_a_term_repeated_in_one_document_is_no_evidence():
    texts = {f"a{i}": "x y z w" for i in range(10)} | {f"b{i}": "x y z w" for i in range(10)}
    texts["a0"] += " 税" * 12
    by = pd.Series({doc: doc[0] for doc in texts})
    scores = xq.score_keyness(make_tokens(**texts), by=by, prior=20)
    row = scores.query("group == 'a' and term == '税'").iloc[0]
    assert row["z"] > 1.96  # the formula alone would call it significant
    assert row["p"] > 0.3  # about every other permutation has the document on this side
    assert row["n_docs"] == 1


def test_short_documents_make_no_keywords():
    """A word of one document, in a group of short ones: p is its chance to come there."""
    texts = {f"s{i}": "x y " * 4 for i in range(12)} | {f"t{i}": "x y " * 6 for i in range(28)}
    texts["s3"] += "税 " * 4
    by = pd.Series({doc: doc[0] for doc in texts})
    scores = xq.score_keyness(make_tokens(**texts), by=by, prior=20)
    assert scores.query("group == 's' and term == '税'")["p"].item() > 0.1


def test_log_ratio_has_the_sign_of_the_difference():
    by = MEASURES.set_index("measure_id")["task_id"]
    scores = xq.score_keyness(TOKENS, by=by, min_count=10, draws=0)
    zero = scores[scores["n"] == 0]
    assert len(zero) and (zero["log_ratio"] < 0).all()
    one = scores[scores["group"].map(by.value_counts()) == 1]
    assert one["log_ratio_low"].isna().all()
    rest = scores.drop(one.index)
    assert (rest["log_ratio_low"] <= rest["log_ratio_high"]).all()


def test_a_real_difference_is_found_and_chance_is_not():
    rng, texts = random.Random(1), {}
    for doc in range(60):
        words = rng.choices("甲乙丙丁戊己", k=30 if doc < 20 else 33) + ["税"] * 3 * (doc < 20)
        texts[f"d{doc:02d}"] = " ".join(words)
    by = pd.Series({doc: "one" if doc < "d20" else "two" for doc in texts})
    scores = xq.score_keyness(make_tokens(**texts), by=by, draws=2000).query("group == 'one'")
    assert scores.query("q < 0.05")["term"].tolist() == ["税"]


def test_groups_may_overlap():
    by = pd.DataFrame({"doc": ["a1", "a2", "a2", "b1"], "unit": ["U1", "U1", "U2", "U2"]})
    scores = xq.score_keyness(make_tokens(**TOY), by=by, draws=9)
    assert scores["group"].unique().tolist() == ["U1", "U2"]
    assert scores.query("group == 'U2' and term == '税'")["n"].item() == 3


def test_groups_keep_their_order():
    by = pd.Series(dict(zip(TOY, [10, 2, 1, 1, 2], strict=True)))
    assert xq.score_keyness(make_tokens(**TOY), by=by, draws=9)["group"].unique().tolist() == [
        1,
        2,
        10,
    ]
    order = pd.CategoricalDtype(["low", "high"], ordered=True)
    by = pd.Series(dict(zip(TOY, ["high", "low", "low", "low", "high"], strict=True))).astype(order)
    groups = xq.score_keyness(make_tokens(**TOY), by=by, draws=9)["group"].unique()
    assert groups.tolist() == ["low", "high"]


def test_tokens_without_a_unit_are_named():
    tokens = make_tokens(**TOY).assign(task=["T1", None] * 10 + ["T1"])
    for column in (tokens["task"], tokens["task"].astype("category")):
        with pytest.raises(ValueError, match="column 'task' has 10 missing values"):
            xq.to_matrix(tokens.assign(task=column), by="task")


def test_rows_in_any_order_give_the_same_statistics():
    content = TOKENS[TOKENS["layer"] == "content"]
    mixed = xq.tokenize(TEXTS.sample(frac=1, random_state=3), lexicon=TERMS)
    mixed = mixed[mixed["layer"] == "content"].sample(frac=1, random_state=4)
    by = MEASURES.set_index("measure_id")["task_id"].str[1]
    for count in (xq.count_terms, xq.to_matrix, xq.weight_terms):
        pd.testing.assert_frame_equal(count(content), count(mixed))
    scores = [
        xq.score_keyness(tokens, by=groups, min_count=8, draws=20)
        for tokens, groups in [(content, by), (mixed, by.sample(frac=1, random_state=5))]
    ]
    pd.testing.assert_frame_equal(*scores)


def test_arguments_stay_as_they_were():
    tokens, by = make_tokens(**TOY), SIDES.copy()
    before = tokens.copy()
    xq.score_keyness(tokens, by=by, draws=9)
    xq.weight_terms(tokens)
    pd.testing.assert_frame_equal(tokens, before)
    pd.testing.assert_series_equal(by, SIDES)


# ── co-words ─────────────────────────────────────────────────────────────────────────────────


def test_cowords_by_hand():
    tokens = make_tokens(a="税 费", b="税 费", c="税 债", d="债 x", e="x y")
    pairs = xq.score_cowords(tokens, draws=0)
    # 税 3 of 5, 费 2 of 5, together 2: 2 · 5 / (3 · 2), and 2 / √6; other pairs meet once
    assert pairs[["term", "other", "n"]].to_numpy().tolist() == [["税", "费", 2]]
    assert pairs["association"].item() == pytest.approx(2 * 5 / 6)
    assert pairs["cosine"].item() == pytest.approx(2 / math.sqrt(6))
    assert pairs["stable_n"].isna().all()


def test_stable_pairs_are_stable_and_chance_pairs_are_not():
    rng = random.Random(2)
    texts = {
        f"d{i}": "税 费 " * (i % 2) + " ".join(rng.sample("甲乙丙丁戊己庚辛壬癸", 2))
        for i in range(60)
    }
    pairs = xq.score_cowords(make_tokens(**texts), n_edges=5)
    stable = pairs.set_index(["term", "other"])["stable_n"]
    assert stable["税", "费"] == 1
    assert (stable.drop(("税", "费")) < 0.9).all()


def test_pairs_of_two_are_strong_and_samples_are_counted():
    """In a and b 税 and 费 meet: a sample of three has both of them at least twice in 20 of 27."""
    tokens = make_tokens(a="税 费", b="税 费", c="债")
    pairs = xq.score_cowords(tokens, n_edges=1, draws=2000)
    assert pairs["n"].tolist() == [2]
    # three draws of three, a or b at least twice: 1 - (1/3)³ - 3 (1/3)² (2/3) = 20/27; in the rest
    # no pair is strong, and the lot decides between three: 20/27 + 7/27 / 3 = 67/81
    assert pairs["stable_cosine"].item() == pytest.approx(67 / 81, abs=0.03)


def test_cowords_do_not_depend_on_row_order():
    content = TOKENS[TOKENS["layer"] == "content"]
    mixed = content.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        xq.score_cowords(content, draws=3), xq.score_cowords(mixed, draws=3)
    )
