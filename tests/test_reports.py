"""What came from above: features that cannot be read back, downloads that cannot go wrong."""

import hashlib
import re
import runpy
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
import xq
from scipy.sparse import csr_array
from test_data import REPORTS
from xq.reports import (
    COMBINED,
    LEVELS,
    _compare_weights,
    _count_words,
    _follow,
    _score_bm25,
    count_bigrams,
)
from xq.tables import DATA

TEXTS = xq.load_table("measures").set_index("measure_id")["text"]
REPORT = {"words": xq.load_table("terms_national"), "pairs": xq.load_table("bigrams")}
GIVEN = {"report": REPORT, "lexicon": xq.load_table("terms")}
GIVEN["vectors"] = xq.load_table("vectors")
WITHOUT = xq.load_table("vectors_without_2022")
TRUTH = xq.load_table("reuse").set_index("measure_id")["priority_id"]

# ── features of the reports ──────────────────────────────────────────────────────────────────


def test_features_are_rebuilt_from_the_reports(tmp_path):
    if not REPORTS.exists():
        pytest.skip(f"the work reports are not at {REPORTS}")
    build = runpy.run_path(str(DATA / "reports" / "build.py"))
    differ = build["write_reports"](REPORTS, tmp_path)
    windows = [pd.read_csv(folder / "windows.csv") for folder in (tmp_path, DATA / "reports")]
    assert (windows[0].iloc[:, 3:] - windows[1].iloc[:, 3:]).abs().to_numpy().max() <= 1
    assert set(differ) <= {"vectors.csv", "vectors_without_2022.csv", "windows.csv"}
    for name in {*differ} - {"windows.csv"}:  # the last digit depends on the processor
        one, two = (pd.read_csv(folder / name) for folder in (tmp_path, DATA / "reports"))
        assert one["term"].tolist() == two["term"].tolist()
        numbers = [np.array([v.split() for v in t["vector"]], dtype=int) for t in (one, two)]
        assert np.abs(numbers[0] - numbers[1]).max() <= 2


@pytest.mark.parametrize("level", ["national", "tianjin"])
def test_every_target_stands_in_its_report(level):
    if not REPORTS.exists():
        pytest.skip(f"the work reports are not at {REPORTS}")
    lines = (REPORTS / f"{level}_2022.md").read_text(encoding="utf-8").split("\n")
    targets = xq.load_table(f"targets_{level}")
    found = xq.find_targets(pd.Series({n: lines[n - 1] for n in targets["line"].unique()}))
    known = set(zip(found["doc"], found["start"], strict=True))
    for row in targets.itertuples():
        assert lines[row.line - 1][row.start : row.end] == row.quote
        assert row.indicator in lines[row.line - 1] or row.indicator == ""
        if row.checked == "as found":
            assert (row.line, row.start) in known
    forward = "经济社会发展总体要求" if level == "national" else "全力做好2022年重点工作"
    start = next(n for n, line in enumerate(lines, 1) if forward in line and len(line) < 60)
    assert targets["line"].min() > start  # the year ahead, not the year past


def test_priorities_are_printed_where_they_say():
    if not REPORTS.exists():
        pytest.skip(f"the work reports are not at {REPORTS}")
    text = (REPORTS / "national_2022.md").read_text(encoding="utf-8")
    priorities = xq.load_table("priorities")
    assert len(priorities) == 44
    assert priorities["printed"].sum() == 35
    for row in priorities.query("printed").itertuples():
        assert f"\n{row.title}。" in text
    assert priorities["start"].is_monotonic_increasing


def test_every_row_has_the_priority_of_its_title():
    own = (
        xq.load_table("measures")
        .merge(xq.load_table("reuse"))
        .merge(xq.load_table("tasks"), on="task_id")
    )
    own = own.merge(
        xq.load_table("priorities")[["priority_id", "title", "section_id"]], on="priority_id"
    )
    same = own[own["heading_identical"]]
    assert (same["title_x"] == same["title_y"]).all()
    assert (own["section_id_x"] == own["section_id_y"]).all()


# ── runs of six characters ───────────────────────────────────────────────────────────────────


def hash_run(run):
    return hashlib.sha256(run.encode()).hexdigest()[:12]


@pytest.mark.parametrize(("length", "runs"), [(0, 0), (5, 0), (6, 1), (8, 3)])
def test_every_run_of_six_characters_is_hashed_once(length, runs):
    text = "甲乙丙丁戊己庚辛"[:length]
    hashes = [hash_run(text[i : i + 6]) for i in range(runs)]
    marked = "，".join(text) + "。 _"
    found = xq.find_shingles(pd.Series({7: marked, 3: marked + "１" * 9}))
    assert found.loc[found["doc"] == 7, "hash"].tolist() == hashes
    assert len(found) == len(set(zip(found["doc"], found["hash"], strict=True)))
    assert hash_run("１" * 6) in set(found["hash"])


def test_pairs_of_characters_stand_side_by_side():
    pairs = count_bigrams(pd.Series({2: "增长5%，长。", 1: "增长增长"}))
    assert pairs.to_numpy().tolist() == [
        [1, "增长", 2],
        [1, "长增", 1],
        [2, "增长", 1],
        [2, "长5", 1],
    ]


def test_each_run_counts_for_the_report_that_has_it_first():
    text = "甲乙丙丁戊己庚辛壬癸"  # five runs
    runs = [hash_run(text[i : i + 6]) for i in range(5)]
    known = [
        ("nation", 2021, runs[0]), ("city", 2022, runs[0]),  # not new
        ("nation", 2022, runs[1]), ("city", 2023, runs[1]), ("nation", 2023, runs[1]),
        ("city", 2022, runs[2]),
        ("nation", 2022, runs[3]), ("city", 2022, runs[3]),
        ("nation", 2023, runs[4]),  # too late
    ]  # fmt: skip
    known = pd.DataFrame(known, columns=["level", "year", "hash"])
    texts = pd.Series({"b": text, "a": "税"})
    scores = xq.score_reuse(texts, report=known, year=2022)
    assert [*scores] == ["doc", "earlier", "nation", "city", "both", "neither"]
    assert scores.to_numpy().tolist() == [["b", 1, 1, 1, 1, 1], ["a", 0, 0, 0, 0, 0]]
    later = xq.score_reuse(texts, year=2023, report=known)
    assert later.to_numpy().tolist()[0] == ["b", 4, 1, 0, 0, 0]
    before = xq.score_reuse(texts, year=2021, report=known)
    assert before.to_numpy().tolist()[0] == ["b", 0, 1, 0, 0, 4]
    assert xq.score_reuse(texts, report=known).equals(later)  # the last year
    town = xq.score_reuse(texts, report=known.replace("city", "town"), year=2022)
    assert [*town] == ["doc", "earlier", "nation", "town", "both", "neither"]
    assert town.to_numpy().tolist() == scores.to_numpy().tolist()


def test_reuse_of_the_text_of_any_report():
    """Eight characters have three runs: one is old, one is new in both reports, one in one."""
    report = pd.DataFrame({"level": ["省", "省", "市"], "year": [2023, 2024, 2024]})
    report["text"] = ["一二三四五六", "二三四五六七，八", "二、三四五六七"]
    scores = xq.score_reuse(pd.Series(["一二三四五六七八"]), report=report)
    assert scores.to_dict("records") == [
        {"doc": 0, "earlier": 1, "省": 1, "市": 0, "both": 1, "neither": 0}
    ]
    one = xq.score_reuse(pd.Series(["一二三四五六七八"]), report=report.head(1))
    assert one.to_numpy().tolist() == [[0, 0, 1, 0, 2]]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda t: t.drop(columns="text"), r"report has no column \['text'\]|no column \['hash'\]"),
        (lambda t: t.astype({"year": float}), "column 'year' is float64; expected whole numbers"),
        (lambda t: t.head(0), "report has no row"),
        (lambda t: t.replace("市", "both"), "a level is named 'earlier', 'both' or 'neither'"),
        (lambda t: t.replace("市", None), "column 'level' has 1 missing"),
        (lambda t: t.to_dict(), "report is a dict"),
    ],
)
def test_odd_reports_are_named(change, message):
    report = pd.DataFrame({"level": ["省", "市"], "year": 2024, "text": ["一二三四五六", "税"]})
    with pytest.raises((TypeError, ValueError), match=message):
        xq.score_reuse(pd.Series(["税"]), report=change(report))


def test_committed_runs_are_read_by_level_and_year():
    reports = xq.load_table("reports").astype({"level": "str"})
    reports["level"] = reports["level"].replace({"national": "nation", "tianjin": "city"})
    runs = xq.load_table("runs").merge(reports, on="report_id")
    scores = xq.score_reuse(TEXTS.head(3), report=runs, year=2022).set_index("doc")
    assert scores.sum(axis=1).tolist() == [len(xq.find_shingles(TEXTS[[m]])) for m in scores.index]
    assert scores.loc["M003", "nation"] > 100 > scores.loc["M003", "city"] == 0
    assert scores.loc["M001", "city"] > scores.loc["M001", "nation"]


def test_the_longest_run_is_where_the_table_says():
    for row in xq.load_table("reuse").itertuples():
        run = re.sub(r"\W", "", TEXTS[row.measure_id][row.start : row.end])
        assert len(run) == row.longest_run


def test_local_names_stand_in_their_rows():
    local = xq.load_table("local")
    assert all(row.name in TEXTS[row.measure_id] for row in local.itertuples(index=False))
    coded = xq.load_table("gold_reuse").groupby("measure_id")["is_local"].all()
    assert local["measure_id"].tolist() == coded.index[coded].tolist()


def test_no_passage_can_be_walked_through():
    """Hashes are those of our own list; pairs of characters lead nowhere far on their own."""
    own = set(xq.find_shingles(TEXTS)["hash"])
    assert set(xq.load_table("runs")["hash"]) <= own
    for _, table in xq.load_table("bigrams").groupby("priority_id"):
        after, before = {}, {}
        for one, two in table["bigram"]:
            after.setdefault(one, set()).add(two)
            before.setdefault(two, set()).add(one)
        for start in after:
            run = start
            while len(after.get(run[-1], "")) == 1 and len(run) < 20:
                (step,) = after[run[-1]]
                if len(before[step]) > 1 or step in run:
                    break
                run += step
            assert len(run) < 12, run


# ── blind matching ───────────────────────────────────────────────────────────────────────────


def accuracy(**options):
    found = xq.match_priorities(TEXTS, **GIVEN | options)
    right = found[found["priority_id"] == found["doc"].map(TRUTH)]
    return (right["rank"] == 1).mean(), (1 / right["rank"]).mean()


def test_blind_matching_beats_plain_words():
    words, combined, ordered = accuracy(method="words"), accuracy(), accuracy(in_order=True)
    blind = accuracy(vectors=WITHOUT)
    largest = TRUTH.value_counts(normalize=True).max()
    assert largest < words[0] < blind[0] <= combined[0] < ordered[0]
    assert combined[0] >= 0.8 and combined[1] >= 0.85  # the aim set beforehand


def test_matching_is_complete_and_does_not_depend_on_row_order():
    found = xq.match_priorities(TEXTS.head(5), **GIVEN)
    assert len(found) == 5 * 44
    assert found.groupby("doc")["rank"].agg(list).map(sorted).map(tuple).nunique() == 1
    mixed = xq.match_priorities(TEXTS, method="bm25", **GIVEN).set_index(["doc", "rank"])[
        "priority_id"
    ]
    other = xq.match_priorities(TEXTS.sample(frac=1, random_state=1), method="bm25", **GIVEN)
    assert other.set_index(["doc", "rank"])["priority_id"].reindex(mixed.index).equals(mixed)
    with pytest.raises(ValueError, match="method is 'magic'"):
        xq.match_priorities(TEXTS, method="magic", **GIVEN)


def test_bm25_by_hand():
    """Two passages of 2 and 4 words, mean 3; both have the first word, one the second."""
    scores = _score_bm25(csr_array([[1, 0], [0, 2]]), csr_array([[2, 0], [1, 3]]))
    # idf: ln(1 + (2 - 2 + 0.5) / (2 + 0.5)), ln(1 + (2 - 1 + 0.5) / (1 + 0.5))
    one, two = np.log(1.2), np.log(2)
    # length: 1.5 (1 - 0.75 + 0.75 · 2/3) = 1.125 and 1.5 (1 - 0.75 + 0.75 · 4/3) = 1.875
    expected = [one * 2 * 2.5 / (2 + 1.125), one * 1 * 2.5 / (1 + 1.875)]
    assert scores[0] == pytest.approx(expected)
    assert scores[1] == pytest.approx([0, 2 * two * 3 * 2.5 / (3 + 1.875)])


def test_tf_idf_by_hand():
    """Of two passages one has both words, twice and once, the other the second word."""
    scores = _compare_weights(csr_array([[0.0, 3.0]]), csr_array([[2.0, 1.0], [0.0, 1.0]]))
    # idf: ln(3/2) + 1 and ln(3/3) + 1 = 1; weights of the first passage (1 + ln 2) idf and 1
    weight = (1 + np.log(2)) * (np.log(1.5) + 1)
    assert scores[0] == pytest.approx([1 / np.hypot(weight, 1), 1])


def test_a_step_back_costs_more_than_a_step_forward():
    first, second = np.full((2, 7), -1e3), np.full((2, 7), -1e3)
    first[0, 1], first[1] = 0, 0  # the first text stands at 1, the second anywhere
    assert _follow(first)[1].tolist() == [-8, 0, -1, -2, -3, -4, -4]
    second[1, 1], second[0] = 0, 0  # the second text stands at 1
    assert _follow(second)[0].tolist() == [-1, 0, -8, -8, -8, -8, -8]


def test_the_parts_count_alike():
    """Each is standardised within the text: mean 0, standard deviation 1."""
    parts = [xq.match_priorities(TEXTS.head(3), method=m, **GIVEN) for m in COMBINED]
    for part in parts:
        by_doc = part.groupby("doc")["score"]
        assert by_doc.mean().abs().max() < 1e-9
        assert by_doc.std(ddof=0).to_numpy() == pytest.approx(1)
    keys = ["doc", "priority_id"]
    scores = [
        part.set_index(keys)["score"]
        for part in [*parts, xq.match_priorities(TEXTS.head(3), **GIVEN)]
    ]
    assert (sum(scores[:3]) - scores[3]).abs().max() < 1e-9


def test_documents_may_have_numbers_for_names():
    texts, titles = TEXTS.head(3), xq.load_table("priorities").set_index("priority_id")["title"]
    named, numbered = (
        xq.match_priorities(each, titles=titles, **GIVEN)
        for each in (texts, texts.set_axis([3, 1, 2]))
    )
    assert numbered["doc"].tolist() == np.repeat([3, 1, 2], 44).tolist()
    assert numbered["priority_id"].tolist() == named["priority_id"].tolist()


def test_a_text_without_known_words_is_matched_to_nothing_in_particular():
    with pytest.warns(UserWarning, match="the vectors know 0% of the words"):
        found = xq.match_priorities(pd.Series({"x": "qwerty"}), **GIVEN)
    assert found["score"].nunique() == 1


def test_any_report_can_be_matched_by_its_text():
    report = pd.Series({"b": "提高医疗卫生服务能力", "a": "抓好粮食生产，保障农产品供给"})
    texts = pd.Series(["稳定粮食播种面积", "建设区域医疗中心"])
    for options in ({}, {"method": "words"}, {"method": "characters"}, {"method": "bm25"}):
        found = xq.match_priorities(texts, report=report, **options)
        assert found.query("rank == 1")["priority_id"].tolist() == ["a", "b"], options
    counts = {"words": _count_words(report), "pairs": count_bigrams(report)}
    counted = xq.match_priorities(texts, report=counts)
    assert counted.equals(xq.match_priorities(texts, report=report))
    empty = xq.match_priorities(texts, report=report.replace(".*", "，", regex=True))
    assert empty["priority_id"].tolist() == ["b", "a", "b", "a"] and empty["score"].eq(0).all()
    titled = xq.match_priorities(texts, report=report, titles=pd.Series({"b": "粮食播种面积"}))
    assert titled.query("rank == 1")["priority_id"].tolist() == ["b", "b"]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"report": "text"}, "report is a str .*; expected a Series of texts, one per priority"),
        ({"report": pd.Series(["税", "税"], index=["a", "a"])}, "report: document named twice"),
        ({"report": {}}, r"report\['words'\] is missing"),
        ({"report": {"words": REPORT["words"]}}, r"report\['pairs'\] is missing"),
        ({"report": {"words": TEXTS}}, r"report\['words'\] is a Series"),
        ({"report": {"words": xq.load_table("years").assign(m=1)}}, r"expected three without gaps"),
        ({"method": "vectors", "vectors": None}, "needs word vectors"),
        ({"titles": ["a"]}, "titles is a list"),
        ({"report": TEXTS.head(0)}, "report has no priority"),
    ],
)
def test_what_cannot_be_matched_is_named(options, message):
    with pytest.raises((TypeError, ValueError), match=message):
        xq.match_priorities(TEXTS.head(2), **GIVEN | options)


# ── targets down the ladder ──────────────────────────────────────────────────────────────────

BASE = {"indicator": "x", "form": "numeric", "quote": "6%", "value": 6.0, "unit": "%"}
BASE |= {"bound": "=", "wanted": "more"}
WORDS = {"form": "words", "value": np.nan, "unit": "", "bound": "", "wanted": ""}


def compare(*levels, relation=None, divide="none", about=0.05, **people):
    """Compare rows of one indicator; the relation is said of all pairs of levels."""
    pairs, persons = None, None
    if relation:
        pairs = pd.DataFrame(combinations(LEVELS, 2), columns=["upper", "lower"])
        pairs = pairs.assign(indicator="x", relation=relation, divide=divide)
    if people:
        persons = pd.DataFrame({"level": [*people], "persons": [*people.values()]})
    table = pd.DataFrame([BASE | row for row in levels])
    return xq.compare_targets(table, pairs=pairs, population=persons, about=about)


def step(above, below, **more):
    """Return the step from the city to the district, and whether it stays within."""
    row = compare({"level": "city"} | above, {"level": "district"} | below, **more).iloc[0]
    return row["step"], bool(row["within"])


def test_every_pair_of_levels_has_a_row_from_above_to_below():
    three = [{"level": level, "value": 5 + n} for n, level in enumerate(LEVELS)]
    table = compare(*three[::-1])
    assert list(table.columns) == [
        *["indicator", "upper", "lower", "upper_from", "upper_to", "lower_from", "lower_to"],
        *["step", "within"],
    ]
    pairs = [["nation", "city", 5, 6], ["nation", "district", 5, 7], ["city", "district", 6, 7]]
    read = ["upper", "lower", "upper_from", "lower_from"]
    assert table[read].to_numpy().tolist() == pairs
    assert set(table["step"]) == {"higher"}


def test_a_level_alone_has_one_row():
    above = compare({"level": "nation"})[["upper", "lower", "step"]].to_numpy().tolist()
    assert above == [["nation", "", "only above"]]
    assert compare({"level": "city"})["step"].item() == "only above"
    below = compare({"level": "district"})[["upper", "lower", "step"]].to_numpy().tolist()
    assert below == [["", "district", "only below"]]


@pytest.mark.parametrize(
    ("bound", "wanted", "low", "high"),
    [
        ("=", "more", 40, np.inf),
        ("=", "less", -np.inf, 40),
        ("=", "near", 40, 40),
        (">=", "more", 40, np.inf),
        (">=", "near", 40, np.inf),
        ("<=", "less", -np.inf, 40),
        ("<=", "near", -np.inf, 40),
        ("~", "more", 38, 42),  # 5 % of 40 are 2
        ("~", "less", 38, 42),
        ("~", "near", 38, 42),
        ("from_to", "more", 40, np.inf),
        ("from_to", "less", -np.inf, 40),
        ("from_to", "near", 40, 40),
    ],
)
def test_a_target_is_the_outcomes_that_meet_it(bound, wanted, low, high):
    target = {"value": 40, "bound": bound, "wanted": wanted}
    row = compare({"level": "city"} | target, {"level": "district"} | target).iloc[0]
    assert row[["upper_from", "upper_to", "lower_from", "lower_to"]].tolist() == [low, high] * 2
    assert (row["step"], row["within"]) == ("same", True)


def test_about_a_negative_number_is_an_interval_too():
    row = compare({"level": "city", "value": -40, "bound": "~"}, {"level": "district"}).iloc[0]
    assert [row["upper_from"], row["upper_to"]] == [-42, -38]


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        # growth, as it came down in 2022: about 5.5, at least 5, 6.6
        ({"value": 5.5, "bound": "~"}, {"value": 5, "bound": ">="}, ("lower", False)),
        ({"value": 5, "bound": ">="}, {"value": 6.6}, ("higher", True)),
        ({"value": 5.5, "bound": "~"}, {"value": 6.6}, ("higher", False)),
        ({"value": 5.5, "bound": "~"}, {"value": 5.6, "bound": "~"}, ("higher", False)),
        ({"value": 5, "bound": ">="}, {"value": 5}, ("same", True)),
        ({"value": 5}, {"value": 5, "bound": ">="}, ("same", True)),
        ({"value": 6}, {"value": 5}, ("lower", False)),
        # from 38 to 42, and from 38 up: the least is the same
        ({"value": 40, "bound": "~"}, {"value": 38}, ("same", False)),
        ({"value": 38}, {"value": 40, "bound": "~"}, ("same", True)),
    ],
)
def test_what_is_demanded_at_least_decides(above, below, expected):
    assert step(above, below) == expected


@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ({"value": 5.5, "bound": "<="}, {"value": 5.5, "bound": "<="}, ("same", True)),
        ({"value": 5.5, "bound": "<="}, {"value": 5}, ("higher", True)),
        ({"value": 5}, {"value": 5.5, "bound": "<="}, ("lower", False)),
    ],
)
def test_less_of_what_is_not_wanted_is_more(above, below, expected):
    less = {"wanted": "less"}
    assert step(above | less, below | less) == expected


def test_numbers_meant_as_they_are_are_the_same_or_not():
    near = {"wanted": "near", "bound": "~"}
    assert step({"value": 3} | near, {"value": 3} | near) == ("same", True)
    assert step({"value": 3} | near, {"value": 4} | near) == ("other number", False)
    # 2.85 to 3.15 holds 3 exactly
    assert step({"value": 3} | near, {"value": 3, "wanted": "near"}) == ("other number", True)


def test_the_width_of_about_decides_what_lies_near():
    above, below = {"value": 5.5, "bound": "~"}, {"value": 5, "bound": ">="}
    # 5.5 · 0.9 = 4.95, 5.5 · 0.92 = 5.06
    steps = [step(above, below, about=about)[0] for about in (0, 0.05, 0.08, 0.1)]
    assert steps == ["lower", "lower", "lower", "higher"]


def test_about_is_five_per_cent_if_nothing_is_said():
    table = pd.DataFrame([BASE | {"value": 40, "bound": "~", "level": level} for level in LEVELS])
    assert xq.compare_targets(table)["upper_from"].tolist() == [38, 38, 38]


def test_what_grows_with_the_place_is_compared_per_head():
    rows = {"value": 350, "bound": ">="}, {"value": 30}
    row = compare(
        {"level": "city"} | rows[0],
        {"level": "district"} | rows[1],
        relation="same",
        divide="residents",
        nation=5000,
        city=1000,
        district=100,
    ).iloc[0]
    # 350 of 1,000 are 350 per thousand; 30 of 100 are 300
    assert row[["upper_from", "lower_from"]].tolist() == [350, 300]
    assert row["step"] == "lower"
    assert step(*rows) == ("lower", False)  # undivided: 30 against 350
    people = {"nation": 5000, "city": 1000, "district": 80}
    more = step(*rows, relation="same", divide="residents", **people)
    assert more == ("higher", True)  # 30 of 80 are 375


@pytest.mark.parametrize(
    ("below", "code", "expected"),
    [
        ({"value": 7}, {"relation": "other"}, "other quantity"),
        ({"value": 7}, {"relation": "same", "divide": "else"}, "no denominator"),
        ({"value": 7, "unit": "亩"}, {}, "other quantity"),
        ({"value": 7, "wanted": "near"}, {}, "other quantity"),
        ({"value": 7}, {"relation": "same"}, "higher"),
        (WORDS, {}, "number to words"),
        (WORDS, {"relation": "same"}, "number to words"),
    ],
)
def test_numbers_that_cannot_be_compared_are_told_apart(below, code, expected):
    assert step({}, below, **code) == (expected, False if below is WORDS else expected == "higher")
    if below is WORDS:
        assert step(WORDS, {}, **code) == ("words to number", False)


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ("same", "same"),
        ("stricter", "stricter words"),
        ("weaker", "weaker words"),
        ("left", "left to above"),
        ("other", "other words"),
        (None, "other words"),
    ],
)
def test_words_are_related_as_coded(relation, expected):
    above, below = WORDS | {"quote": "稳定"}, WORDS | {"quote": "增长"}
    assert step(above, below, relation=relation) == (expected, False)
    assert step(above, above, relation=relation) == ("same", False)  # whatever was coded


def test_the_last_pair_does_not_speak_for_another_indicator():
    rows = [{"level": "city", "value": 5}, {"level": "district", "value": 6}]
    table = pd.DataFrame([BASE | row | {"indicator": name} for name in "xy" for row in rows])
    pairs = pd.DataFrame(
        {"indicator": ["x"], "upper": ["city"], "lower": ["district"], "relation": ["other"]}
    ).assign(divide="none")
    assert xq.compare_targets(table, pairs=pairs)["step"].tolist() == ["other quantity", "higher"]


@pytest.mark.parametrize(
    ("row", "error", "message"),
    [
        ({"value": "3"}, TypeError, "column 'value' is .*; expected numbers"),
        ({"level": "village"}, ValueError, "unknown level"),
        ({"bound": "!"}, ValueError, "unknown bound"),
        ({"wanted": "most"}, ValueError, "unknown wanted"),
        ({"value": np.nan}, ValueError, "is numeric but has no value"),
        ({"bound": ">=", "wanted": "less"}, ValueError, "contradict"),
        ({"bound": "<=", "wanted": "more"}, ValueError, "contradict"),
        ({"level": "city"}, ValueError, r"two rows for \['x', 'city'\]"),
    ],
)
def test_bad_targets_are_refused(row, error, message):
    with pytest.raises(error, match=message):
        compare({"level": "city"}, {"level": "district"} | row)


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ({"about": 1}, ValueError, "about is 1; expected a share"),
        ({"about": -0.1}, ValueError, "about is -0.1; expected a share"),
        ({"about": "5%"}, TypeError, "about is a str"),
        ({"about": True}, TypeError, "about is True"),
        ({"relation": "likely"}, ValueError, "unknown relation"),
        ({"relation": "same", "divide": "land"}, ValueError, "unknown divide"),
        ({"relation": "same", "divide": "residents"}, TypeError, "population is None"),
        (
            {"relation": "same", "divide": "residents", "nation": 9, "city": 5},
            ValueError,
            r"population has no level \['district'\]",
        ),
        (
            {"relation": "same", "divide": "residents", "nation": 9, "city": 5, "district": 0},
            ValueError,
            r"population has no level \['district'\]",
        ),
    ],
)
def test_bad_pairs_people_and_widths_are_refused(given, error, message):
    with pytest.raises(error, match=message):
        step({}, {}, **given)


def test_a_pair_stands_once():
    table = pd.DataFrame([BASE | {"level": "city"}])
    pair = pd.DataFrame([["x", "city", "district", "same", "none"]] * 2)
    pair.columns = ["indicator", "upper", "lower", "relation", "divide"]
    with pytest.raises(ValueError, match="pairs has two rows"):
        xq.compare_targets(table, pairs=pair)


def read_steps(**more):
    pairs = xq.load_table("ladder_pairs").query("coder == 'adjudicated'")
    people = xq.load_table("population")
    return xq.compare_targets(xq.load_table("ladder"), pairs=pairs, population=people, **more)


def test_the_committed_ladder():
    steps = read_steps()
    found = steps.loc[steps["lower_from"].notna(), "step"].value_counts()
    assert found[["higher", "lower", "same"]].tolist() == [5, 2, 7]
    of = dict(list(steps.groupby("indicator")))
    growth = of["地区生产总值增长"]
    assert growth["step"].tolist() == ["lower", "higher", "higher"]
    assert growth["within"].tolist() == [False, False, True]
    jobs = of["城镇新增就业"]
    assert jobs["step"].tolist() == ["higher", "higher", "lower"]
    # 350,000 of 13,866,009 and 23,000 of 1,195,124
    assert jobs.iloc[2][["upper_from", "lower_from"]].round(1).tolist() == [25.2, 19.2]
    grain = ["other quantity", "other quantity", "no denominator"]
    assert of["粮食"]["step"].tolist() == grain
    assert of["高新技术企业"]["step"].tolist() == ["other quantity"]
    assert of["返贫"]["step"].tolist()[1] == "stricter words"
    assert set(of["国企改革三年行动"]["step"]) == {"same"}
    changed = steps[read_steps(about=0.1)["step"] != steps["step"]]
    changed = changed[["indicator", "upper", "lower"]].to_numpy().tolist()
    assert changed == [["地区生产总值增长", "nation", "city"]]


def test_identical_quotes_are_never_a_change():
    ladder = xq.load_table("ladder").set_index(["indicator", "level"])["quote"]
    said = [
        step
        for indicator, upper, lower, step in read_steps()[
            ["indicator", "upper", "lower", "step"]
        ].to_numpy()
        if ladder[indicator, upper] == ladder[indicator, lower]
    ]
    assert len(said) > 5
    assert set(said) == {"same"}


def test_levels_are_the_caller_s():
    levels = ("nation", "province", "county")
    rows = [BASE | {"level": level, "value": 5 + n} for n, level in enumerate(levels)]
    alone = BASE | {"indicator": "y", "level": "county"}
    steps = xq.compare_targets(pd.DataFrame([*rows, alone]), levels=levels)
    assert steps[["upper", "lower", "step"]].to_numpy().tolist() == [
        ["nation", "province", "higher"],
        ["nation", "county", "higher"],
        ["province", "county", "higher"],
        ["", "county", "only below"],
    ]
    with pytest.raises(ValueError, match=r"targets: unknown level \['county', 'province'\]"):
        xq.compare_targets(pd.DataFrame(rows))
    for odd in ("nation", ["nation"], ["nation", "nation"], ["nation", ""], 3):
        with pytest.raises(TypeError, match="^levels is .*; expected several names"):
            xq.compare_targets(pd.DataFrame(rows), levels=odd)
