"""No number in an answer hangs on luck: it is the same under twenty seeds."""

import csv
import json
import random

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import check_random_state

from benchmarks import seeds

NOTEBOOKS = sorted(seeds.NOTEBOOKS.glob("[0-9][0-9]-*.ipynb"))
REMEDY = "run: python benchmarks/seeds.py {}"


def read_table():
    with seeds.TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_number_of_every_answer_is_in_the_table(path):
    _, lines = seeds.read_cells(path)
    expected = [
        {key: str(row[key]) for key in ("language", "place", "before", "committed")}
        for row in seeds.tabulate("", lines, [lines])
    ]
    rows = [row for row in read_table() if row["notebook"] == path.name[:2]]
    found = [{key: row[key] for key in expected[0]} for row in rows]
    assert found == expected, REMEDY.format(path.name[:2])
    assert min(int(row["n_seeds"]) for row in rows) >= 20


def test_no_number_and_no_word_moves():
    """If one does, say it in words or to fewer digits, so that it stays the same."""
    moving = [row for row in read_table() if row["moves"] != "False"]
    assert [f"{row['notebook']} …{row['before']}[{row['distinct']}]" for row in moving] == []


def test_a_number_that_moves_is_told_from_one_that_stays():
    committed = ["Of 38 tasks 1,200 stay (5.5%).", "38项中留1,200（5.5%）。"]
    other = ["Of 38 tasks -900 stay (10%).", "38项中留1,200（5.5%）。"]
    rows = seeds.tabulate("02", committed, [committed, other, committed])
    english = pd.DataFrame(rows).query("language == 'en'").set_index("place")
    assert english["committed"].tolist() == ["(words)", "38", "1,200", "5.5%"]
    assert english["before"].tolist() == ["", "Of ", " tasks ", " stay ("]
    assert english["min"].tolist() == ["", "38", "-900", "5.5%"]
    assert english["max"].tolist() == ["", "38", "1,200", "10%"]
    assert english["distinct"].tolist() == ["", "38", "-900 | 1,200", "5.5% | 10%"]
    assert english["moves"].tolist() == [False, False, True, True]
    assert {row["moves"] for row in rows if row["language"] == "zh"} == {False}
    assert {row["n_seeds"] for row in rows} == {3}


def test_words_and_lost_numbers_move_too():
    rows = seeds.tabulate(
        "02", ["two of 3", "三中有2"], [["none of 3", "三中无1"], ["two of 3", "三中无"]]
    )
    assert [(row["committed"], row["distinct"], row["moves"]) for row in rows] == [
        ("(words)", "none | two", True),
        ("3", "3", False),
        ("(words)", "无 | 无# | 有#", True),
        ("2", " | 1", True),
    ]


def draw():
    """Draw from every generator that the notebooks and the libraries use."""
    return [
        np.random.default_rng(0).random(),
        check_random_state(0).rand(),
        pd.Series(range(1000)).sample(1, random_state=0).item(),
        random.Random(0).random(),
    ]


def test_all_kinds_of_seeds_are_moved_and_put_back():
    before = draw()
    with seeds.moved_seeds(0):
        assert draw() == before
    with seeds.moved_seeds(7):
        moved = draw()
        assert moved == draw()
        assert isinstance(np.random.mtrand._rand, np.random.RandomState)
        given = np.random.default_rng(1)
        assert np.random.default_rng(given) is given
    assert not {*moved} & {*before}
    assert moved[0] == np.random.default_rng(7).random()
    assert draw() == before


def test_an_answer_of_three_lines_is_refused(tmp_path):
    cell = {"cell_type": "code", "source": "", "metadata": {"tags": ["answer"]}}
    path = tmp_path / "01-x.ipynb"
    path.write_text(json.dumps({"cells": [cell | {"outputs": [{"text": "1\n2\n3"}]}]}), "utf-8")
    with pytest.raises(ValueError, match=r"01-x.ipynb: the answer has 3 lines; expected one in"):
        seeds.read_cells(path)


def test_an_answer_is_run_anew_with_moved_seeds(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sources = [
        ("import numpy as np\nimport xq", []),
        ("print('not the answer')\nxq.save_figure(None, 'x')", []),
        (
            "number = np.random.default_rng(0).integers(10**9)\nprint(number)\nprint('零')",
            ["answer"],
        ),
        ("raise ValueError('after the answer')", []),
    ]
    cells = [
        {
            "cell_type": "code",
            "source": source,
            "metadata": {"tags": tags},
            "outputs": [{"text": ["5\n", "零\n"]}],
        }
        for source, tags in sources
    ]
    path = tmp_path / "01-x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert seeds.read_cells(path)[1] == ["5", "零"]
    numbers = [np.random.default_rng(seed * seeds.STEP).integers(10**9) for seed in (0, 1)]
    assert [seeds.answer(path, seed) for seed in (0, 1)] == [[f"{n}", "零"] for n in numbers]
