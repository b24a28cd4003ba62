"""Unit cells are taken apart into names and roles, and go together again."""

import pandas as pd
import xq


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
    assert scores["betweenness"][1] == 0  # a leaf lies on no path


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
