"""Words are counted, weighted and compared as said; nothing depends on the order of the rows."""

import math
import random
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xq
from test_data import REPORTS
from xq.text import _build_cutter, _build_jieba, _deal, _find_layers, _lexicon

MEASURES = xq.load_table("measures")
TEXTS = MEASURES.set_index("measure_id")["text"]
CELLS = [*TEXTS, *xq.load_table("tasks")["title"], *MEASURES["units"]]
TERMS = xq.load_table("terms")
TOKENS = xq.tokenize(TEXTS)


def cut(text, **options):
    return list(xq.tokenize(pd.Series([text]), **options)["term"])


def make_tokens(**texts):
    """Return tokens of texts that are cut at spaces: the counting needs no dictionary."""
    rows = [(doc, word) for doc, text in texts.items() for word in text.split()]
    return pd.DataFrame(rows, columns=["doc", "term"]).assign(layer="content")


# ── tokenize ─────────────────────────────────────────────────────────────────────────────────


def test_every_lexicon_entry_is_one_token_in_a_sentence_of_the_list():
    whole = {cell: set(xq.tokenize(pd.Series([cell]))["term"]) for cell in set(CELLS)}
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
    assert cut("由区发展改革委牵头", terms=()) == ["由区", "发展", "改革", "委", "牵头"]
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
    row = xq.tokenize(pd.Series(["推进和完善12项A机制，"])).set_index("term")["layer"]
    expected = {"推进": "verb", "和": "function", "12": "number", "机制": "content", "，": "mark"}
    assert {term: row[term] for term in expected} == expected
    assert not set(_find_layers()) - set(TERMS["term"]) - set(xq.load_table("stopwords")["word"])


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


def test_bad_input_is_named():
    with pytest.raises(TypeError, match="expected a Series"):
        xq.tokenize(["税"])
    with pytest.raises(TypeError, match="document 'M9': None is not a text"):
        xq.tokenize(pd.Series({"M1": "税", "M9": None}, dtype=object))
    with pytest.raises(ValueError, match="named twice: 'M1'"):
        xq.tokenize(pd.Series(["税", "费"], index=["M1", "M1"]))
    with pytest.raises(TypeError, match="terms is the text"):
        xq.tokenize(TEXTS, terms="稳岗")
    with pytest.raises(ValueError, match="engine is 'pkuseg'"):
        xq.tokenize(TEXTS, engine="pkuseg")
    with pytest.raises(ValueError, match="no column"):
        xq.count_terms(TOKENS, over="task")


# ── the fast engine cuts like jieba ──────────────────────────────────────────────────────────


def edge_cases():
    path = Path(__file__).with_name("edge_cases.txt")
    text = path.read_text(encoding="utf-8")
    return [text, *text.split("\n"), "", "Windows 行尾\r\n与\r单独回车\t制表", "\ud800孤立代理"]


def fuzz(n):
    """Return made-up strings: of all kinds of characters, and pieces of the list with some in."""
    rng, whole = random.Random(0), "".join(TEXTS)
    odd = [chr(code) for code in range(0x4E00, 0x9FD6, 9)]
    odd += list("0123456789") * 50 + list("abcXYZ") * 40 + list("+#&._%-") * 30
    odd += list(" ，。、；：“”（）\n\t\r") * 30 + list("〇㐀龥鿕鿖＋％①é　\u200b😀") * 5
    for number in range(n):
        if number % 2:
            yield "".join(rng.choices(odd, k=rng.randint(1, 40)))
        else:
            start = rng.randrange(len(whole) - 60)
            text = list(whole[start : start + rng.randint(1, 60)])
            for _ in range(rng.randint(0, 5)):
                text.insert(rng.randrange(len(text) + 1), rng.choice(odd))
            yield "".join(text)


@pytest.mark.parametrize("hmm", [True, False])
@pytest.mark.parametrize("terms", [(), _lexicon()], ids=["no lexicon", "lexicon"])
def test_rjieba_cuts_like_jieba(terms, hmm):
    fast, reference = (_build_cutter(engine, terms, hmm) for engine in ("rjieba", "jieba"))
    for text in [*CELLS, *edge_cases()]:
        assert fast(text) == reference(text), text
    differing = [text for text in fuzz(20_000) if fast(text) != reference(text)]
    assert len(differing) <= 2, differing  # at most one in ten thousand


def test_rjieba_cuts_the_national_reports_like_jieba():
    reports = sorted(REPORTS.glob("national_*.md"))
    if not reports:
        pytest.skip(f"the work reports are not at {REPORTS}")
    texts = pd.Series({path.stem: path.read_text(encoding="utf-8") for path in reports})
    fast, reference = xq.tokenize(texts), xq.tokenize(texts, engine="jieba")
    pd.testing.assert_frame_equal(fast, reference)


def test_plain_text_never_loads_jieba():
    """The slow engine is for odd characters only: the list needs it for a handful of rows."""
    code = "import sys, pandas, xq; xq.tokenize(pandas.Series(['落实6.6%的5G政策，2022年']));"
    code += "assert 'jieba' not in sys.modules; xq.tokenize(pandas.Series(['COVID-19']));"
    code += "assert 'jieba' in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True).stderr == b""


def test_building_twice_changes_nothing():
    terms = _lexicon()
    before = [_build_jieba(terms)()(text) for text in TEXTS]
    _build_jieba.cache_clear()
    _build_cutter.cache_clear()
    assert [_build_jieba(terms)()(text) for text in TEXTS] == before
    pd.testing.assert_frame_equal(xq.tokenize(TEXTS), TOKENS)


def test_jieba_itself_is_left_alone(tmp_path, monkeypatch):
    """A script that uses jieba beside us sees no word of ours, and we see none of its."""
    import jieba

    monkeypatch.setenv("TMPDIR", str(tmp_path))
    jieba.setLogLevel(60)
    jieba.dt.tmp_dir = str(tmp_path)
    jieba.add_word("政策落实")
    _build_jieba.cache_clear()
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


def test_weights_are_those_of_scikit_learn():
    from sklearn.feature_extraction.text import TfidfTransformer

    counts = xq.to_matrix(TOKENS)
    expected = TfidfTransformer().fit_transform(counts).toarray()
    weights = xq.weight_terms(TOKENS).pivot(index="doc", columns="term", values="tf_idf").fillna(0)
    assert abs(weights.to_numpy() - expected).max() < 1e-12


def test_find_context():
    found = xq.find_context(pd.Series({"M1": "开展试点，推进试点工作"}), "试点", width=3)
    assert found.to_numpy().tolist() == [
        ["M1", "\u3000开展", "试点", "，推进", 2, 4],
        ["M1", "，推进", "试点", "工作\u3000", 7, 9],
    ]
    assert xq.find_context(TEXTS, "比特币").empty
    with pytest.raises(ValueError, match="term is ''"):
        xq.find_context(TEXTS, "")


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


def test_permutation_counts_every_deal():
    """Two documents against two: 6 deals, in one of them both documents with 税 are together."""
    dealt = _deal(np.array([[1], [1], [0], [0]]), np.array([[2], [2], [0], [0]]),
                  np.array([2, 2, 2, 2]), 6000, np.random.default_rng(0), strata=1)  # fmt: skip
    assert 900 < dealt.item() < 1100


def test_a_term_repeated_in_one_document_is_no_evidence():
    texts = {f"a{i}": "x y z w" for i in range(10)} | {f"b{i}": "x y z w" for i in range(10)}
    texts["a0"] += " 税" * 12
    by = pd.Series({doc: doc[0] for doc in texts})
    scores = xq.score_keyness(make_tokens(**texts), by=by, prior=20)
    row = scores.query("group == 'a' and term == '税'").iloc[0]
    assert row["z"] > 1.96  # the formula alone would call it significant
    assert row["p"] > 0.3  # about every other deal has the document on this side
    assert row["n_docs"] == 1


def test_short_documents_make_no_keywords():
    """A word of one document, in a group of short ones: p is its chance to be dealt there."""
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


def test_impossible_groups_are_named():
    with pytest.raises(ValueError, match="group 'x' has all 5 documents"):
        xq.score_keyness(make_tokens(**TOY), by=SIDES.replace({"a": "x", "b": "x"}))
    with pytest.raises(ValueError, match="expected doc and one other"):
        xq.score_keyness(make_tokens(**TOY), by=pd.DataFrame({"doc": ["a1"]}))
    with pytest.raises(ValueError, match="documents without tokens: \\['a9'\\]"):
        xq.score_keyness(make_tokens(**TOY), by=pd.Series({"a1": 1, "a9": 2}))
    with pytest.raises(TypeError, match="by is a str"):
        xq.score_keyness(make_tokens(**TOY), by="doc")
    with pytest.raises(ValueError, match="no tokens"):
        xq.score_keyness(make_tokens(**TOY).head(0), by=SIDES)


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
        with pytest.raises(ValueError, match="10 tokens have no 'task'"):
            xq.to_matrix(tokens.assign(task=column), by="task")


def test_rows_in_any_order_give_the_same_statistics():
    content = TOKENS[TOKENS["layer"] == "content"]
    mixed = xq.tokenize(TEXTS.sample(frac=1, random_state=3))
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
    assert pairs["firm_n"].isna().all()


def test_firm_pairs_are_firm_and_chance_pairs_are_not():
    rng = random.Random(2)
    texts = {
        f"d{i}": "税 费 " * (i % 2) + " ".join(rng.sample("甲乙丙丁戊己庚辛壬癸", 2))
        for i in range(60)
    }
    pairs = xq.score_cowords(make_tokens(**texts), n_edges=5)
    firm = pairs.set_index(["term", "other"])["firm_n"]
    assert firm["税", "费"] == 1
    assert (firm.drop(("税", "费")) < 0.9).all()


def test_cowords_do_not_depend_on_row_order():
    content = TOKENS[TOKENS["layer"] == "content"]
    mixed = content.sample(frac=1, random_state=1)
    pd.testing.assert_frame_equal(
        xq.score_cowords(content, draws=3), xq.score_cowords(mixed, draws=3)
    )
