"""Tables load with the types and orders of the data package."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import xq
from xq.tables import DATA, read_package

NAMES = list(read_package())


@pytest.mark.parametrize("name", NAMES)
def test_tables_agree_with_the_package(name):
    table = xq.load_table(name)
    fields = read_package()[name]["schema"]["fields"]
    assert list(table.columns) == [field["name"] for field in fields]
    kinds = {
        "string": "str",
        "integer": "int64",
        "boolean": "bool",
        "number": "float64",
        "date": "datetime64[us]",
    }
    for field in fields:
        dtype = table[field["name"]].dtype
        values = field.get("constraints", {}).get("enum")
        if values:
            assert (list(dtype.categories), dtype.ordered) == (values, True)
        else:
            assert str(dtype) == kinds[field["type"]], field["name"]


def test_list_tables_has_every_table_and_every_column():
    tables, columns = xq.list_tables(), xq.list_tables(columns=True)
    told = ["description", "description_zh"]
    assert list(tables.columns) == ["name", "path", "title", *told]
    assert list(tables["name"]) == NAMES
    assert list(columns.columns) == ["name", "column", "title_zh", "type", *told]
    assert (tables != "").all(axis=None) and (columns != "").all(axis=None)
    assert tables["description_zh"].str.contains("[一-鿿]").all()
    assert columns["description_zh"].str.contains("[一-鿿]").all()
    for name, part in columns.groupby("name", sort=False):
        assert list(part["column"]) == list(xq.load_table(name).columns)


@pytest.mark.parametrize("name", ["measure", None, 3, ["measures"], ""])
def test_an_unknown_table_gets_names_like_it(name):
    with pytest.raises(ValueError, match="no table is named .*; did you mean .* xq.list_tables"):
        xq.load_table(name)
    with pytest.raises(ValueError, match="'measures'"):
        xq.load_table("measure")


def test_missing_data_is_said(monkeypatch, tmp_path):
    monkeypatch.setattr("xq.tables.DATA", tmp_path)
    read_package.cache_clear()
    with pytest.raises(FileNotFoundError, match="keep xq/ and data/ side by side"):
        xq.load_table("measures")


def test_empty_texts_are_texts_and_empty_numbers_missing():
    targets = xq.load_table("targets")
    assert targets["unit"].eq("").any() and not targets["unit"].isna().any()
    assert targets["value"].isna().any()


def test_cells_are_read_as_the_package_says(monkeypatch, tmp_path):
    fields = [{"name": name, "type": kind, "description": ""} for name, kind in
              [("word", "string"), ("n", "number"), ("sure", "boolean"), ("day", "date"), ("kind", "string")]]  # fmt: skip
    fields[-1]["constraints"] = {"enum": ["b", "a"]}
    resource = {"name": "one", "path": "one.csv", "title": "", "description": "", "schema": {"fields": fields}}  # fmt: skip
    (tmp_path / "datapackage.json").write_text(json.dumps({"resources": [resource]}), "utf-8")
    (tmp_path / "one.csv").write_text("word,n,sure,day,kind\nNA,1.5,true,2022-12-31,a\n,,false,2022-01-02,\n", "utf-8")  # fmt: skip
    monkeypatch.setattr("xq.tables.DATA", tmp_path)
    monkeypatch.setattr("xq.tables.read_package", read_package.__wrapped__)
    table = xq.load_table("one")
    assert table["word"].tolist() == ["NA", ""]  # a word like another, and an empty text
    assert table["n"].tolist() == [1.5, pytest.approx(float("nan"), nan_ok=True)]
    assert table["sure"].tolist() == [True, False]
    assert table["day"].dt.day.tolist() == [31, 2]
    assert [*table["kind"].cat.categories] == ["b", "a"] and table["kind"].cat.ordered
    assert table["kind"].isna().tolist() == [False, True]


def test_a_loaded_table_is_the_readers_own():
    table = xq.load_table("tasks")
    table["title"] = "changed"
    assert "changed" not in set(xq.load_table("tasks")["title"])


def test_counts():
    assert len(xq.load_table("tasks")) == 38
    assert len(xq.load_table("measures")) == 135
    assert xq.load_table("measures")["measure_no"].nunique() == 46
    assert (xq.load_table("units")["kind"] == "placeholder").sum() == 2


def test_tables_go_to_stata_and_back(tmp_path):
    for name in NAMES:
        table = xq.load_table(name)
        table = table.astype({c: "str" for c in table.select_dtypes("category")})
        table = table.fillna({c: "" for c in table.select_dtypes("str")})
        table = table.astype({c: "int8" for c in table.select_dtypes("bool")})
        table = table.rename(columns={"end": "_end"})  # a word Stata keeps for itself
        table.astype({c: object for c in table.select_dtypes("str")}).to_stata(
            tmp_path / "t.dta", write_index=False, version=118
        )
        back = pd.read_stata(tmp_path / "t.dta")
        assert list(back.columns) == list(table.columns)
        assert len(back) == len(table)


def test_import_is_light():
    code = "import sys, xq; print({'pandas', 'numpy', 'scipy', 'matplotlib', 'sklearn', 'jieba', 'rjieba', 'networkx'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_unknown_names_are_named():
    with pytest.raises(AttributeError, match="no attribute 'load_nothing'"):
        xq.load_nothing  # noqa: B018


ALONE = """
import sys, warnings
import pandas as pd
import xq
measures = xq.read_list("list.txt")
assert len(xq.check_list(measures)) == 1, xq.check_list(measures)
texts = measures.set_index("measure_id")["text"]
assert xq.find_units(measures["units"])["unit"].tolist() == ["市人社局"]
assert xq.find_targets(texts)["value"].tolist() == [20000.0, 3.0]
xq.write_ledger("ledger.xlsx", measures)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    tokens = xq.tokenize(texts)
assert len(said) == 1 and "no function words: 的 and 和 count as content" in str(said[0].message)
assert "XQ_DATA" in str(said[0].message) and said[0].filename == "<string>"
assert set(tokens["layer"]) == {"content", "number", "mark"}
lexicon = pd.DataFrame({"term": ["万人"], "kind": "function"})
with warnings.catch_warnings():
    warnings.simplefilter("error")
    tokens = xq.tokenize(texts, lexicon=lexicon)
assert set(tokens["layer"]) == {"content", "function", "number", "mark"}
xq.to_features(tokens)
report = pd.Series({"a": "就业", "b": "招聘"})
assert len(xq.match_priorities(texts, report=report, lexicon=lexicon)) == 4
try:
    xq.load_table("measures")
except FileNotFoundError as problem:
    print(problem)
"""


def test_without_the_tables_a_list_is_read_all_the_same(tmp_path):
    rows = "序号\t落实措施\t责任单位\n1\t新增就业2万人。\t市人社局牵头\n2\t办好3场招聘会。\t\n"
    (tmp_path / "list.txt").write_text(rows, encoding="utf-8")
    folder = Path(xq.__file__).parent.parent
    paths = {"XQ_DATA": str(tmp_path / "none"), "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", ALONE],
        cwd=tmp_path, env=os.environ | paths, capture_output=True, encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "datapackage.json is missing: keep xq/ and data/ side by side" in done.stdout


def test_the_tables_may_stand_elsewhere(tmp_path):
    shutil.copytree(DATA, tmp_path / "数据")
    code = "import xq; print(len(xq.load_table('measures')), xq.tables.DATA)"
    folder = Path(xq.__file__).parent.parent
    paths = {"XQ_DATA": str(tmp_path / "数据"), "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=os.environ | paths, capture_output=True, encoding="utf-8"
    )
    assert done.stdout == f"135 {tmp_path / '数据'}\n", done.stderr


def test_the_citation_names_version_and_data(tmp_path, monkeypatch):
    said = xq.cite()
    title = re.search('title: "(.+)"', (DATA.parent / "CITATION.cff").read_text(encoding="utf-8"))
    assert title[1] in said and f"Version {xq.__version__}, data " in said
    checksum = re.search(r"data ([0-9a-f]{12})\.$", said)[1]
    chinese = xq.cite(language="zh")
    assert chinese.endswith(f"版本{xq.__version__}，数据{checksum}。")
    title = (DATA.parent / "README.zh-CN.md").read_text(encoding="utf-8").split("\n")[0]
    assert f"《{title.removeprefix('# ')}》" in chinese
    with pytest.raises(ValueError, match="language is 'fr'; expected one of"):
        xq.cite(language="fr")
    shutil.copytree(DATA, tmp_path / "data")
    monkeypatch.setattr("xq.tables.DATA", tmp_path / "data")
    assert xq.cite() == said
    table = tmp_path / "data" / "tasks.csv"
    table.write_bytes(table.read_bytes() + b"x")
    assert xq.cite() != said
