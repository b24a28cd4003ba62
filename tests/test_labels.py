"""Agreement is what the textbook says it is."""

import numpy as np
import pandas as pd
import pytest
import xq


def make_codes(**coders):
    """Return codes of items 0, 1, 2 … by coder, each a list of codes."""
    rows = [(i, name, code) for name, given in coders.items() for i, code in enumerate(given)]
    return pd.DataFrame(rows, columns=["item", "coder", "code"])


def test_agreement_by_hand():
    """Ten things, the coders differ on one: 19 observed disagreements would be chance's share."""
    scores = xq.score_agreement(make_codes(a=list("xxxxyyyyyy"), b=list("xxxyyyyyyy")), draws=20)
    # x: 7 of 20 values; expected disagreement 2·7·13/(20·19), observed 2·1/20
    expected = 1 - (2 * 1 / 20) / (2 * 7 * 13 / (20 * 19))
    row = scores.set_index("code").loc["x"]
    assert row["alpha"] == pytest.approx(expected)
    assert [*row[["n_min", "n_max", "agree"]]] == [3, 4, 0.9]
    assert row["alpha_low"] <= row["alpha"] <= row["alpha_high"] <= 1
    assert scores["code"].tolist() == ["(all)", "x", "y"]
    assert scores["alpha"].iloc[0] == pytest.approx(expected)  # two codes: the same choice


def test_the_interval_leaves_out_the_outer_5_percent():
    """Of 40 things coded x or y the coders differ on eight."""
    ours, theirs = [*"x" * 20, *"y" * 20], [*"x" * 16, *"y" * 20, *"x" * 4]
    row = xq.score_agreement(make_codes(a=ours, b=theirs), draws=400).iloc[0]
    alphas = []
    for pick in np.random.default_rng(0).integers(0, 40, (400, 40)):
        given = [ours[i] for i in pick] + [theirs[i] for i in pick]
        x, y = given.count("x"), given.count("y")
        differ = sum(ours[i] != theirs[i] for i in pick)
        alphas.append(1 - (2 * differ / 80) / (2 * x * y / (80 * 79)))
    assert [row["alpha_low"], row["alpha_high"]] == pytest.approx(
        np.quantile(alphas, [0.025, 0.975])
    )
    assert xq.score_agreement(make_codes(a=ours, b=theirs), draws=0)["alpha_low"].isna().all()


def test_several_codes_for_one_thing():
    codes = make_codes(a=["x", "x", "y"], b=["x", "y", "y"])
    codes.loc[len(codes)] = [0, "a", "y"]
    scores = xq.score_agreement(codes, draws=5).set_index("code")
    # y applies: a 1 0 1, b 0 1 1. Four values of six are 1: expected 2·4·2/(6·5), observed 2·2/6
    assert scores.loc["y", "alpha"] == pytest.approx(1 - (2 * 2 / 6) / (2 * 4 * 2 / (6 * 5)))


def test_alpha_of_three_coders_and_three_codes():
    """Krippendorff's coincidences by hand: each thing adds n·n'/(coders − 1) to a pair of codes."""
    codes = make_codes(a=list("xyzx"), b=list("xyzy"), c=list("xyxy"))
    # things: xxx, yyy, zzx, xyy. Pairs that differ: 0 + 0 + 2·2·1/2 + 2·1·2/2 = 4 of 12 values
    # codes: x 5, y 5, z 2: expected 2·(5·5 + 5·2 + 5·2) / (12·11)
    expected = 1 - (4 / 12) / (2 * (25 + 10 + 10) / (12 * 11))
    assert xq.score_agreement(codes, draws=5).loc[0, "alpha"] == pytest.approx(expected)


def test_gaps_as_in_krippendorffs_example():
    """Computing Krippendorff's Alpha-Reliability (2011), part C: nominal, 0.743."""
    rows = {"a": "123321412...", "b": "1233224125.3", "c": ".3332342251.", "d": "1233244125 1."}
    rows = {name: [*given.replace(" ", "")] for name, given in rows.items()}
    codes = make_codes(**rows).query("code != '.'")
    row = xq.score_agreement(codes, gaps=True, draws=50).iloc[0]
    assert row["code"] == "(all)" and row["alpha"].round(3) == 0.743
    # Of 11 things that two or more coded, all agree on 1, 3, 4, 5, 7, 9, 10 and 11.
    assert row["agree"] == 8 / 11 and [row["n_min"], row["n_max"]] == [9, 11]
    assert row["alpha_low"] < row["alpha"] < row["alpha_high"]


def test_a_code_is_scored_on_the_things_that_were_coded():
    codes = make_codes(a=["x", "y", "y", "z"], b=["x", "x", "y"])
    score = xq.score_agreement(codes, gaps=True, draws=5).set_index("code")
    assert list(score.index) == ["(all)", "x", "y"]  # only one coder saw what is z
    whole = xq.score_agreement(codes.query("code != 'z'"), draws=5).set_index("code")
    pd.testing.assert_frame_equal(score, whole)


def test_without_gaps_the_word_changes_nothing():
    labels = xq.load_table("labels").query("coder != 'adjudicated'")
    codes = labels.rename(columns={"measure_id": "item", "theme": "code"})
    pd.testing.assert_frame_equal(
        xq.score_agreement(codes, gaps=True, draws=20), xq.score_agreement(codes, draws=20)
    )


def test_a_code_nobody_varies_has_no_alpha():
    codes = make_codes(a=["x", "x"], b=["x", "x"])
    assert xq.score_agreement(codes, draws=5)["alpha"].isna().all()


def test_random_coders_agree_by_chance_only():
    rng = np.random.default_rng(0)
    coders = {name: list(rng.choice(list("xy"), 400)) for name in "ab"}
    row = xq.score_agreement(make_codes(**coders)).iloc[1]
    assert row["alpha_low"] < 0 < row["alpha_high"]


def test_each_problem_has_its_own_remedy():
    with pytest.raises(ValueError, match="coder 'b' has coded 1 of 2 things; .*drop what not"):
        xq.score_agreement(make_codes(a=["x", "y"], b=["x"]))
    with pytest.raises(ValueError, match="no thing was coded by two coders"):
        xq.score_agreement(make_codes(a=["x"], b=[None, "x"]).dropna(), gaps=True)
    with pytest.raises(TypeError, match="gaps is 1; expected True or False"):
        xq.score_agreement(make_codes(a=["x"], b=["x"]), gaps=1)
    with pytest.raises(
        ValueError, match=r"coders \['a'\]; agreement needs two or more: .*pd.concat"
    ):
        xq.score_agreement(make_codes(a=["x", "y"]))
    with pytest.raises(ValueError, match="'code' has 1 missing values, the first in row 3"):
        xq.score_agreement(make_codes(a=["x", "y"], b=["x", None]))


def test_the_committed_labels():
    labels = xq.load_table("labels").query("coder != 'adjudicated'").astype({"coder": "str"})
    codes = labels.rename(columns={"measure_id": "item", "theme": "code"})
    scores = xq.score_agreement(codes, draws=20)
    assert len(scores) == labels["theme"].nunique() + 1
    assert scores["alpha"].between(0.6, 1).all()
