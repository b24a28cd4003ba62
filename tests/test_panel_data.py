"""The panel of targets: whole, in bounds, rebuilt from the texts, and without their sentences.

The archive of all work reports is looked for at ``XQ_ARCHIVE``, or in ``../shared/corpus``. A
sample of it is read in the usual run, all of it if ``XQ_ALL`` is set (some minutes).
"""

import os
import re
import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xq
from xq.indicators import INDICATORS
from xq.panel import iter_archive
from xq.tables import DATA

ARCHIVE = DATA.parent.parent / "shared" / "corpus" / "gov-fc1a2f67.tar.xz"
ARCHIVE = Path(os.environ.get("XQ_ARCHIVE", ARCHIVE))
ALL = bool(os.environ.get("XQ_ALL"))
KEYS = ["report_id", "period", "indicator", "group"]
NUMBERS = ["value_low", "value_high", "second"]

needs_archive = pytest.mark.skipif(
    not ARCHIVE.exists(), reason=f"the archive of work reports is not at {ARCHIVE}"
)
every = pytest.mark.parametrize("name", ["panel_targets", "panel_outcomes"])


def load(name):
    table = xq.load_table(name)
    kinds = table.select_dtypes("category").columns
    return table.astype(dict.fromkeys(kinds, "str"))


@every
def test_intervals_say_what_their_bounds_say(name):
    table = load(name)
    low, high, bound = table["value_low"], table["value_high"], table["bound"]
    assert (low.isna() == bound.isin(["<=", "words"])).all()
    assert (high.isna() == bound.isin([">=", "words"])).all()
    assert (low[bound.isin(["=", "~"])] == high[bound.isin(["=", "~"])]).all()
    assert (low[bound == "range"] < high[bound == "range"]).all()
    assert set(table["indicator"]) == set(INDICATORS)
    units = {"urban_new_jobs": "persons", "grain_output": "tonnes"}
    assert (table["unit"] == table["indicator"].map(units).fillna("%")).all()


@every
def test_every_row_belongs_to_a_text_that_is_used(name):
    table, registry = load(name), xq.load_table("panel_reports").astype({"level": "str"})
    used = registry[registry["used"]].set_index("report_id")
    assert table["report_id"].isin(used.index).all()
    shift = 1 if name == "panel_outcomes" else 0
    for column in ["place", "level", "code", "flags"]:
        assert (table[column].to_numpy() == used.loc[table["report_id"], column].to_numpy()).all()
    assert (table["year"] == used.loc[table["report_id"], "year"].to_numpy() - shift).all()


def test_one_text_is_used_for_a_place_and_year():
    registry = xq.load_table("panel_reports")
    used = registry[registry["used"]]
    assert not used.duplicated(["code", "year"]).any()
    assert used["year"].between(2003, 2026).all()
    places = xq.load_table("places").set_index("place")
    assert (registry["code"] == registry["place"].map(places["code"])).all()
    assert places["parent"].isin(["", *places.index]).all()
    flagged = registry["flags"].str.contains("file_year")
    assert (flagged == (registry["year"] != registry["file_year"])).all()


def test_a_decade_of_sichuan_is_filed_a_year_early():
    registry = xq.load_table("panel_reports").set_index("path")
    years = registry.loc["政府工作报告-省自治区/四川省/2010.md", ["year", "file_year"]]
    assert years.tolist() == [2011, 2010]


def test_coverage_is_what_the_tables_hold():
    coverage = xq.load_table("panel_coverage").astype({"target": "str", "outcome": "str"})
    assert len(coverage) == len(xq.load_table("places")) * 24  # years
    for column, name in [("target", "panel_targets"), ("outcome", "panel_outcomes")]:
        table = load(name)
        growth = table[(table["indicator"] == "gdp_growth") & (table["period"] == "year")]
        number = set(growth.loc[growth["bound"] != "words", "report_id"])
        assert set(coverage.loc[coverage[column] == "number", "report_id"]) == number
    assert ((coverage["report_id"] == "") == (coverage["target"] == "no text")).all()


def test_what_was_read_again_is_in_the_tables():
    hand = xq.load_table("panel_values").astype({"action": "str", "what": "str"})
    registry = xq.load_table("panel_reports").set_index("path")
    hand["report_id"] = hand["path"].map(registry["report_id"])
    hand = hand[hand["path"].map(registry["used"])].astype({"indicator": "str", "period": "str"})
    tables = {"target": load("panel_targets"), "outcome": load("panel_outcomes")}
    for what, table in tables.items():
        both = hand[hand["what"] == what].merge(table, on=KEYS, suffixes=("_hand", ""))
        changed = both[both["action"].isin(["correct", "add"])]
        assert len(changed)
        for end in ["value_low", "value_high"]:
            assert np.allclose(changed[f"{end}_hand"], changed[end], equal_nan=True)
        assert not (both["action"] == "drop").any()


def test_the_coding_was_not_read_again():
    """Or accuracy would be measured on what was mended."""
    coded = set(xq.load_table("gold_panel_docs")["path"])
    assert not coded & set(xq.load_table("panel_values")["path"])


def test_differences_of_the_coders_are_all_settled():
    gold = xq.load_table("gold_panel")
    gold = gold.astype(dict.fromkeys(gold.select_dtypes("category"), "str"))
    keys = ["doc", "what", "period", "indicator", "group"]
    fields = ["value_low", "value_high", "bound"]
    wide = {name: table.set_index(keys)[fields] for name, table in gold.groupby("coder")}
    one, two = wide["model-A"].align(wide["model-B"])
    one, two, settled = (fill(table) for table in (one, two, wide["adjudicated"]))
    same = one.eq(two).all(axis=1)
    log = xq.load_table("panel_adjudication")
    log = set(log.astype("str")[keys].itertuples(index=False, name=None))
    assert set(same.index[~same]) == log
    agreed = one[same]
    assert settled.reindex(agreed.index).eq(agreed).all(axis=None)


def fill(table):
    """Return a table of coded figures without gaps."""
    return table.fillna({"value_low": -1e9, "value_high": -1e9, "bound": ""})


def read_archive():
    """Return path → content: one report in forty of the archive, or all."""
    reports = sorted(iter_archive(ARCHIVE))
    return pd.Series(dict(reports if ALL else reports[::40]))


@every
def test_nothing_unusual_is_left_unread(name):
    assert not (load(name)["checked"] == "doubt").any()


@needs_archive
def test_the_tables_are_rebuilt_from_the_archive(tmp_path):
    build = runpy.run_path(str(DATA / "panel" / "build.py"))
    if ALL:
        assert build["write_panel"](ARCHIVE, tmp_path) == []
        return
    part = read_archive()
    texts = build["read_hand"]("panel_texts.csv")
    texts = texts[texts["year"] != ""].astype({"year": int})
    found = build["read_part"](part, texts.set_index("path")["year"].to_dict())
    registry = xq.load_table("panel_reports").set_index("path")
    one = found.drop_duplicates("path").set_index("path")
    for column in ["year", "file_year", "sha256", "chars"]:
        assert (one[column] == registry.loc[one.index, column]).all()
    found["report_id"] = found["path"].map(registry["report_id"].where(registry["used"]))
    for what, name in [("target", "panel_targets"), ("outcome", "panel_outcomes")]:
        held = load(name)
        held = held[held["checked"].isin(["rule", "doubt", "read"])].set_index(KEYS)
        some = found[found["what"] == what].dropna(subset="report_id").set_index(KEYS)
        some = some.reindex(held.index[held.index.isin(some.index)])
        held = held.loc[some.index]
        assert len(held) > 300
        assert np.allclose(held[NUMBERS], some[NUMBERS], rtol=1e-9, equal_nan=True)
        for column in ["bound", "unit", "hedge", "name", "quote", "line", "start"]:
            assert (held[column] == some[column]).all(), column


@needs_archive
def test_no_sentence_of_any_report_is_here():
    """No run of 20 characters of a report stands in a cell, printed titles of 2022 aside."""
    own = (DATA / "measures.csv").read_text(encoding="utf-8")
    own += "".join(xq.load_table("sections")["title"]) + "".join(xq.load_table("tasks")["title"])
    own += "".join(xq.load_table("priorities")["title"])
    runs = {}
    for path in sorted(DATA.rglob("*.csv")):
        table = pd.read_csv(path, dtype="str", keep_default_na=False)
        for cell in pd.unique(table.to_numpy().ravel()):
            if len(cell) >= 20 and re.search("[\u4e00-\u9fff]{6}", cell):
                runs |= {cell[i : i + 20]: path.name for i in range(len(cell) - 19)}
    runs = {run: name for run, name in runs.items() if run not in own}
    kept = {}
    for path, body in read_archive().items():
        text = body.decode("utf-8")
        held = runs.keys() & {text[i : i + 20] for i in range(len(text) - 19)}
        kept |= {run: (runs[run], path) for run in held}
    assert not kept
