"""Unit cells are taken apart into names and roles, and go together again."""

import networkx as nx
import numpy as np
import pandas as pd
import pytest
import xq
from xq.units import _score_betweenness


def test_roles_of_each_clause():
    cell = "区发展改革委、区财政局牵头，区住建委、市规划资源局西青分局等按职责分工负责"
    found = xq.find_units(pd.Series({"M001": cell}))
    assert list(found["role"]) == ["lead", "lead", "joint", "joint"]
    assert list(found["clause"]) == [1, 1, 2, 2]
    assert list(found["open_list"]) == [False, False, True, True]
    assert list(found["role_written"]) == ["牵头", "牵头", "等按职责分工负责", "等按职责分工负责"]
    assert [cell[s:e] for s, e in zip(found["start"], found["end"], strict=True)] == list(
        found["unit_written"]
    )


def test_all_and_unstated_roles():
    found = xq.find_units(pd.Series(["区政府各部门分别负责", "区财政局", ""]))
    assert list(found["measure_id"]) == [0, 1]
    assert found["role"][0] == "all"
    assert found["role"].isna()[1]


@pytest.mark.parametrize(
    "words, role",
    [
        ("牵头负责", "lead"),
        ("负责牵头", "lead"),
        ("牵头", "lead"),
        ("主责", "lead"),
        ("按职责分工负责", "joint"),
        ("按职责负责", "joint"),
        ("协同配合", "joint"),
        ("配合", "joint"),
        ("参与", "joint"),
        ("分别负责", "all"),
        ("各负其责", "all"),
    ],
)
def test_every_role_is_read(words, role):
    for opened in ["", "等", "等单位", "等部门"]:
        (found,) = xq.find_units(pd.Series([f"区财政局{opened}{words}"])).to_dict("records")
        assert (found["unit_written"], found["role"]) == ("区财政局", role)
        assert (found["role_written"], found["open_list"]) == (opened + words, opened != "")


@pytest.mark.parametrize("mark", ["，", "；", "。"])
def test_clauses_end_at_a_mark(mark):
    found = xq.find_units(pd.Series([f"区财政局牵头{mark}区住建委、区商务局"]))
    assert found[["order", "clause", "start", "end"]].values.tolist() == [
        [1, 1, 0, 4],
        [2, 2, 7, 11],  # 4 + 2 for 牵头 + 1 for the mark
        [3, 2, 12, 16],
    ]


def test_find_units_refuses_what_is_no_series_of_texts():
    for cells in (None, float("nan"), 3, "区财政局", ["区财政局"], pd.DataFrame({"units": ["甲"]})):
        with pytest.raises(TypeError, match="^cells is .*; expected a Series of texts"):
            xq.find_units(cells)
    for value in (None, float("nan"), 3):
        with pytest.raises(TypeError, match="cells: document 1 is .*, not a text"):
            xq.find_units(pd.Series(["区财政局", value], dtype="object"))
    with pytest.raises(ValueError, match="named twice: 'M001'"):
        xq.find_units(pd.Series(["区财政局", "区住建委"], index=["M001", "M001"]))
    with pytest.raises(TypeError, match="2 levels"):
        xq.find_units(pd.Series({("a", 1): "区财政局"}))
    none = xq.find_units(pd.Series(dtype="str"))
    assert none.empty and none.dtypes[1:].equals(xq.find_units(pd.Series(["甲"])).dtypes[1:])


def test_every_unit_cell_reassembles_from_responsibilities():
    rows = xq.load_table("responsibilities")
    clauses = rows.groupby(["measure_id", "clause"])
    text = clauses["unit_written"].agg("、".join) + clauses["role_written"].first()
    cells = text.groupby("measure_id").agg("，".join)
    measures = xq.load_table("measures").set_index("measure_id")
    assert cells.to_dict() == measures["units"].to_dict()


def test_doubled_names_are_one_unit_each():
    rows = xq.load_table("responsibilities")
    names = rows.groupby("unit_id", observed=True)["unit_written"].agg(lambda s: set(s))
    doubled = [group for group in names if len(group) > 1]
    assert sorted(map(sorted, doubled)) == [
        ["区农业农村委", "区农业农村局"],
        ["区规划局西青分局", "市规划资源局西青分局"],
        ["各有关部门", "有关部门"],
    ]


LINKS = pd.DataFrame(
    [  # one unit in all three tasks, two in one each; the last list is open
        ("M001", "T01", 1, "U01", False),
        ("M001", "T01", 1, "U02", False),
        ("M002", "T02", 1, "U01", False),
        ("M003", "T03", 1, "U01", True),
        ("M003", "T03", 1, "U03", True),
    ],
    columns=["measure_id", "task_id", "clause", "unit_id", "open_list"],
)


def test_centrality_of_a_star():
    scores = xq.score_centrality(LINKS, draws=20)
    assert list(scores["unit_id"]) == ["U01", "U02", "U03"]
    assert list(scores["n_tasks"]) == [3, 1, 1]
    assert list(scores["rank"]) == [1, 2, 2]
    assert scores["degree"].round(2).tolist() == [1.0, 0.33, 0.33]  # 3/3, 1/3, 1/3
    # U01 joins the other 5 nodes, 5 * 4 / 2 pairs, but T01 with U02 and T03 with U03: 8. With 3
    # units and 3 tasks s, t = divmod(2, 3), at most (9 * 1 + 3 * 1 * (4 - 0 - 1) - 2 * 1) / 2 = 8.
    assert scores["betweenness"].tolist() == [1, 0, 0]
    assert list(scores["betweenness_rank"]) == [1, 2, 2]


def test_betweenness_is_networkx_s():
    rng = np.random.default_rng(0)
    for n, m in [(2, 2), (3, 7), (7, 3), (9, 9), (12, 5)]:
        for share in (0.1, 0.3, 0.6):
            links = rng.random((n, m)) < share
            graph = nx.Graph()
            graph.add_nodes_from(range(n + m))
            graph.add_edges_from((int(i), int(n + j)) for i, j in np.argwhere(links))
            expected = nx.bipartite.betweenness_centrality(graph, range(n))
            assert _score_betweenness(links) == pytest.approx([expected[i] for i in range(n)])


def test_one_unit_alone_lies_between_nothing():
    assert xq.score_centrality(LINKS.iloc[:1], draws=2)["betweenness"].tolist() == [0]


def test_open_lists_widen_ranks_and_closed_ones_do_not():
    closed = xq.score_centrality(LINKS.assign(open_list=False), draws=20)
    assert (closed["rank_low"] == closed["rank"]).all()
    assert (closed["rank_high"] == closed["rank"]).all()
    opened = xq.score_centrality(LINKS, extra=(0, 1), draws=50, random_state=1)
    # only U02 is not named in M003: with it, U02 has two tasks and U03 falls to rank 3
    assert opened.set_index("unit_id").loc["U03", ["rank_low", "rank_high"]].tolist() == [2, 3]


def test_centrality_is_repeatable_whatever_the_row_order():
    again = xq.score_centrality(LINKS.iloc[::-1], draws=20)
    assert again.equals(xq.score_centrality(LINKS, draws=20))


def list_links(*rows):
    """Return responsibilities from (measure, task, units, open list)."""
    links = [(m, t, 1, unit, opened) for m, t, units, opened in rows for unit in units]
    return pd.DataFrame(links, columns=LINKS.columns)


@pytest.mark.parametrize("others, low, high", [(13, 1, 2), (27, 3, 1)])
def test_intervals_hold_95_percent_of_the_draws(others, low, high):
    # U02 and U03 have two tasks, all others one. The open list gains one unit in half of the
    # draws: each of the 14 (28) it does not name in 3.6 (1.8) % of them, more (less) than 2.5 %.
    units = [f"U{i:02d}" for i in range(2, 4 + others)]
    table = list_links(
        ("M1", "T1", units, False), ("M2", "T2", ["U03"], False), ("M3", "T3", ["U02"], True)
    )
    scores = xq.score_centrality(table, extra=(0, 1), weights="uniform", draws=1000)
    scores = scores.set_index("unit_id")
    assert scores.loc["U04", "rank_low"] == low  # with the open list it draws level with U02
    assert scores.loc["U02", "rank_high"] == high  # U03 with the open list has three tasks


def test_units_named_more_often_are_more_likely_unnamed():
    # U02 has 1 + 99 rows and U03 1: of the half of the draws that gain a unit, U03 gets 1 in 101.
    table = list_links(
        ("M00", "T1", ["U01", "U02", "U03"], False),
        *[(f"M{i:02d}", "T2", ["U02"], False) for i in range(1, 100)],
        ("M100", "T3", ["U01"], True),
    )
    for weights, low in [("observed", 3), ("uniform", 1)]:
        scores = xq.score_centrality(table, extra=(0, 1), weights=weights, draws=300)
        assert scores["unit_id"][2] == "U03"
        assert scores["rank_low"][2] == low


def test_open_lists_gain_as_many_as_said():
    table = list_links(("M1", "T1", ["U1"], True), ("M2", "T2", ["U2", "U3", "U4"], False))
    scores = xq.score_centrality(table, extra=(3, 3), draws=3)  # all three that are not named
    assert scores.set_index("unit_id").loc["U1", ["rank", "rank_low", "rank_high"]].tolist() == [
        1,
        4,  # the others have two tasks
        4,
    ]
    assert scores.equals(xq.score_centrality(table, extra=(9, 9), draws=3))  # there are no more


def test_centrality_refuses_other_input_in_words():
    for table in (None, float("nan"), 3, "U01", [LINKS], LINKS["unit_id"]):
        with pytest.raises(TypeError, match="^responsibilities is .*; expected a DataFrame"):
            xq.score_centrality(table)
    for table, says in [
        (pd.DataFrame(), "responsibilities has no column"),
        (LINKS.iloc[:0], "responsibilities has no rows"),
        (pd.concat([LINKS, LINKS["clause"]], axis=1), "two columns"),
        (LINKS.assign(unit_id=LINKS["unit_id"].where(LINKS["clause"] > 1)), "5 missing values"),
    ]:
        with pytest.raises(ValueError, match=says):
            xq.score_centrality(table)
    with pytest.raises(TypeError, match="open_list has the type str; expected bool"):
        xq.score_centrality(LINKS.astype({"open_list": "str"}))
    for wrong, error, says in [
        ({"weights": "equal"}, ValueError, "weights is 'equal'; expected one of"),
        ({"draws": 0}, ValueError, "draws is 0; expected 1 or more"),
        ({"random_state": None}, TypeError, "random_state is None; expected a whole number"),
        ({"extra": 3}, TypeError, "extra is 3; expected two whole numbers"),
        ({"extra": (0, 1, 2)}, TypeError, "expected two whole numbers"),
        ({"extra": (0.5, 2)}, TypeError, "extra is 0.5; expected a whole number"),
        ({"extra": (-1, 2)}, ValueError, "extra is -1; expected 0 or more"),
        ({"extra": (3, 2)}, ValueError, "extra is 2; expected 3 or more"),
    ]:
        with pytest.raises(error, match=says):
            xq.score_centrality(LINKS, **wrong)


def test_centrality_takes_any_index():
    expected = xq.score_centrality(LINKS, draws=5)
    assert xq.score_centrality(LINKS.set_axis([7] * 5), draws=5).equals(expected)
    levels = LINKS.set_index(["measure_id", "unit_id"], drop=False).rename_axis([None, None])
    assert xq.score_centrality(levels, draws=5).equals(expected)
