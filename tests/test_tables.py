"""Tables load with the types and orders of the data package."""

import subprocess
import sys

import pandas as pd
import pytest
import xq
from xq.tables import read_package

LOADERS = [name for name in xq.__all__ if name.startswith("load_")]


@pytest.mark.parametrize("loader", LOADERS)
def test_loaders_agree_with_the_package(loader):
    table = getattr(xq, loader)()
    resource = read_package()[loader.removeprefix("load_")]
    fields = resource["schema"]["fields"]
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
        assert f"``{field['name']}``" in getattr(xq, loader).__doc__


def test_every_built_table_has_a_loader():
    named = {name for name in read_package() if not name.startswith("hand-")}
    assert {f"load_{name}" for name in named} == set(LOADERS)


def test_a_loaded_table_is_the_readers_own():
    table = xq.load_tasks()
    table["title"] = "changed"
    assert "changed" not in set(xq.load_tasks()["title"])


def test_counts():
    assert len(xq.load_tasks()) == 38
    assert len(xq.load_measures()) == 135
    assert xq.load_measures()["measure_no"].nunique() == 46
    assert (xq.load_units()["kind"] == "placeholder").sum() == 2


def test_tables_go_to_stata_and_back(tmp_path):
    for loader in LOADERS:
        table = getattr(xq, loader)()
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
