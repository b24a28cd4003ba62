"""The data are whole, described, and rebuilt byte for byte."""

import os
import re
import runpy
import shutil
from pathlib import Path

import pandas as pd
import pytest
import xq
from frictionless import Package
from xq.tables import DATA, read_package

REPORTS = Path(os.environ.get("XQ_REPORTS", DATA.parent.parent / "shared" / "reports"))
NATIONAL = REPORTS / "national_2022.md"


def test_build_reproduces_every_committed_file(tmp_path):
    runpy.run_path(str(DATA / "build.py"))["write_tables"](tmp_path)
    written = {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*.*")}
    assert written == {path.name for path in DATA.glob("*.csv")} | {"CODEBOOK.md"}
    for name in written:
        assert (tmp_path / name).read_bytes() == (DATA / name).read_bytes(), name


def test_package_is_valid():
    report = Package(str(DATA / "datapackage.json")).validate()
    assert report.valid, report.flatten(["title", "fieldName", "message"])


def test_a_broken_key_makes_the_package_invalid(tmp_path):
    shutil.copytree(DATA, tmp_path / "data")
    path = tmp_path / "data" / "responsibilities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("U02", "U99", 1), encoding="utf-8")
    assert not Package(str(tmp_path / "data" / "datapackage.json")).validate().valid


def test_every_table_is_described_and_every_description_has_a_table():
    described = {resource["path"] for resource in read_package().values()}
    assert described == {p.relative_to(DATA).as_posix() for p in DATA.rglob("*.csv")}
    readme = (DATA / "README.md").read_text(encoding="utf-8")
    assert not [path for path in described if f"`{path}`" not in readme]


def test_typed_and_built_files_never_share_a_folder():
    """The maker each file has in the README, and the folder it stands in, say the same."""
    makers = {}
    for line in (DATA / "README.md").read_text(encoding="utf-8").split("\n"):
        if line.startswith("| `"):
            paths, maker, _ = line.strip("| ").split(" | ", maxsplit=2)
            makers |= dict.fromkeys(re.findall("`([^`]+)`", paths), maker)
    assert {p.relative_to(DATA).as_posix() for p in DATA.rglob("*.csv")} <= set(makers)
    folders = {"built": set(), "typed": set()}
    for path, maker in makers.items():
        kind = "built" if "build.py" in maker else "typed"
        folders[kind].add(Path(path).parent.as_posix())
    assert folders == {
        "built": {".", "reports", "panel"},
        "typed": {"raw", "examples", "hand", "lexicon", "gold"},
    }


@pytest.mark.parametrize("name", ["datapackage.json", "README.md", "CODEBOOK.md"])
def test_what_models_coded_is_not_said_to_be_done_by_hand(name):
    text = (DATA / name).read_text(encoding="utf-8")
    said = re.findall("人工(?!智能)|[Bb]y hand|[Hh]and-(?:coded|made|written|typed)|[Hh]uman", text)
    assert not said  # a person's coding, should there be one, is to be named as an exception here


@pytest.mark.parametrize("path", sorted(DATA.rglob("*.csv")), ids=lambda p: p.name)
def test_tables_open_anywhere(path):
    content = path.read_bytes()
    assert b"\r" not in content
    assert content.endswith(b"\n")
    table = pd.read_csv(path, keep_default_na=False, dtype="str")
    # names that R and Stata take as they are
    assert all(re.fullmatch("[a-z][a-z0-9_]{0,31}", name) for name in table.columns)
    cells = "".join(table.drop(columns="before", errors="ignore").to_numpy(str).ravel())
    assert not set(cells) & set("\t\n")


def test_labels_follow_the_codebook():
    labels, codes = xq.load_table("labels"), xq.load_table("codes")
    guide = (DATA / "gold" / "LABELS.md").read_text(encoding="utf-8")
    assert list(labels["coder"].cat.categories) == ["adjudicated", "model-A", "model-B"]
    rows = list(xq.load_table("measures")["measure_id"].repeat(3))
    assert list(labels["measure_id"]) == rows
    for code, name in codes.query("field != 'instrument'")[["code", "name"]].values:
        assert f"`{code}` | {name} |" in guide  # one home for the names: the copy agrees
    themes = codes.query("field == 'theme'")["code"]
    assert list(labels["theme"].cat.categories) == list(themes)
    assert set(labels["theme_alt"]) <= {"", *themes}
    assert not (labels["theme"].astype("str") == labels["theme_alt"]).any()
    type_of = codes.query("field == 'instrument_sub'").set_index("code")["part_of"]
    for types, subs in labels[["instrument", "instrument_sub"]].values:
        if subs == "none":
            assert types == "none"
            continue
        subs = subs.split("；")
        assert subs == [code for code in type_of.index if code in subs]  # known, ordered, once
        assert types.split("；") == list(dict.fromkeys(type_of[subs]))


def test_adjudication_log_has_every_difference_of_the_coders():
    def spread(coder):
        part = xq.load_table("labels").query("coder == @coder").set_index("measure_id")
        part = part.astype({"theme": "str"})
        subs = part["instrument_sub"].str.split("；").explode()
        codes = {(row, field, value) for field in ["theme", "theme_alt"]
                 for row, value in part[field].items()}  # fmt: skip
        return codes | {(row, sub, "yes") for row, sub in subs.items()}

    a, b, settled = (spread(coder) for coder in ["model-A", "model-B", "adjudicated"])
    log = xq.load_table("labels_adjudication")
    differing = {(row, field) for row, field, _ in a ^ b if field != "none"}
    assert differing == set(log[["measure_id", "field"]].itertuples(index=False, name=None))
    for row, field, value in log[["measure_id", "field", "settled"]].values:
        if value in ("yes", "no"):
            assert ((row, field, "yes") in settled) == (value == "yes")
        else:
            assert (row, field, value.replace("none", "")) in settled
    assert {each for each in a & b if each[:2] not in differing and each[1] != "none"} <= settled


def test_instruments_are_coded_twice_and_every_difference_is_settled():
    table = xq.load_table("instruments").astype({"coder": "str", "main": "str"})
    assert list(table["measure_id"]) == list(xq.load_table("measures")["measure_id"].repeat(3))
    subs = set(xq.load_table("codes").query("field == 'instrument_sub'")["code"])
    assert set(table["main"]) <= subs | {"none"} and set(table["second"]) <= subs | {""}
    assert not (table["main"] == table["second"]).any()
    assert (table.loc[table["main"] == "none", "second"] == "").all()
    wide = table.melt(["measure_id", "coder"], var_name="field").replace({"value": {"": "none"}})
    wide = wide.pivot(index=["measure_id", "field"], columns="coder", values="value")
    log = xq.load_table("instruments_adjudication").set_index(["measure_id", "field"])
    differ = wide[wide["model-A"] != wide["model-B"]]
    assert set(log.index) == set(differ.index)
    columns = {"model_a": "model-A", "model_b": "model-B", "settled": "adjudicated"}
    for column, coder in columns.items():
        assert (log[column] == wide.loc[log.index, coder]).all()


def test_the_ladder_is_coded_twice_and_every_difference_is_settled():
    log = xq.load_table("ladder_adjudication").set_index(["item", "field"])
    numbers, pairs = xq.load_table("ladder_numbers"), xq.load_table("ladder_pairs")
    fields = {"bound": numbers, "wanted": numbers, "nation": numbers, "city": numbers}
    fields |= {"district": numbers, "relation": pairs, "divide": pairs}
    differ = {}
    for field, table in fields.items():
        codes = table.astype({field: "str", "coder": "str"})
        wide = codes.pivot(index="item", columns="coder", values=field).fillna("")
        assert list(wide.columns) == ["adjudicated", "model-A", "model-B"]
        same = wide[wide["model-A"] == wide["model-B"]]
        assert (same["adjudicated"] == same["model-A"]).all()
        differ |= {(item, field): row for item, row in wide.drop(same.index).iterrows()}
    assert set(log.index) == set(differ)
    for key, row in differ.items():
        columns = ["model_a", "model_b", "settled"]
        assert log.loc[key, columns].tolist() == row[["model-A", "model-B", "adjudicated"]].tolist()


def test_every_number_of_the_three_levels_is_coded():
    coded = xq.load_table("ladder_numbers").query("coder == 'model-A'")
    coded = coded.astype({"level": "str"})
    own = xq.load_table("targets").query("in_gold and form == 'numeric'")
    own = own[~own["label_en"].str.contains("again")]
    for level, table, place in [
        ("nation", xq.load_table("targets_national"), "line"),
        ("city", xq.load_table("targets_tianjin"), "line"),
        ("district", own, "measure_id"),
    ]:
        table = table[table["form"] == "numeric"].astype({place: "str"})
        expected = set(table[[place, "start", "label"]].itertuples(index=False, name=None))
        some = coded[coded["level"] == level]
        assert set(some[["place", "start", "label"]].itertuples(index=False, name=None)) == expected
        others = {"nation", "city", "district"} - {level}
        assert some[level].isna().all() and some[[*others]].notna().all(axis=None)


def test_the_ladder_reads_numbers_as_coded_and_every_pair_of_a_kind_is_coded():
    ladder = xq.load_table("ladder").astype({"level": "str", "bound": "str", "form": "str"})
    codes = {"plain": "=", "about": "~", "at_least": ">=", "at_most": "<=", "change": "from_to"}
    keys = ["level", "place", "start", "label"]
    numbers = xq.load_table("ladder_numbers").query("coder == 'adjudicated'")
    joined = ladder.drop(columns="wanted").merge(numbers.astype({"level": "str"}), on=keys)
    assert len(joined) == (ladder["form"] == "numeric").sum()
    assert (joined["bound_x"] == joined["bound_y"].astype("str").map(codes)).all()
    assert not ladder["form"].eq("numeric").ne(ladder["value"].notna()).any()
    pairs = xq.load_table("ladder_pairs").query("coder == 'adjudicated'")
    coded = set(pairs[["indicator", "upper", "lower"]].itertuples(index=False, name=None))
    alike = ladder.merge(ladder, on=["indicator", "form"])
    order = {"nation": 0, "city": 1, "district": 2}
    alike = alike[alike["level_x"].map(order) < alike["level_y"].map(order)]
    needed = set(alike[["indicator", "level_x", "level_y"]].itertuples(index=False, name=None))
    assert needed == coded
    assert ladder["quote"].str.len().max() <= 16


def test_headings_identical_to_the_report_are_those_said_to_be():
    if not NATIONAL.exists():
        pytest.skip(f"the national report of 2022 is not at {NATIONAL}")
    report = NATIONAL.read_text(encoding="utf-8")
    tasks = xq.load_table("tasks")
    leads = {line.split("。")[0] for line in report.split("\n")}
    assert (tasks["heading_identical"] == tasks["title"].isin(leads)).all()
    assert tasks["heading_identical"].sum() == 33
    printed = tasks.loc[tasks["heading_printed"] != "", "heading_printed"]
    assert printed.isin(leads).all()
    sections = xq.load_table("sections").query("title != ''")
    assert all(title in report for title in sections["title"])
    # the tasks stand in the sections said: position of the heading between section headings
    starts = [report.index(title) for title in sections["title"]]
    for heading, section in tasks.loc[printed.index, ["heading_printed", "section_id"]].values:
        place = report.index(f"\n{heading}。")
        inside = max(i for i, start in enumerate(starts) if start < place)
        assert sections["section_id"].iloc[inside] == section


def test_gold_is_rebuilt_from_the_reports(tmp_path):
    if not NATIONAL.exists():
        pytest.skip(f"the work reports are not at {REPORTS}")
    build = runpy.run_path(str(DATA / "reports" / "build.py"))
    for name in ["found", "found_work", "reviews"]:
        table = build[f"build_{name}"](REPORTS)
        if name == "found_work" and table.empty:
            continue  # the archive of all reports is not here
        text = table.to_csv(index=False, float_format="%.10g")
        assert text == (DATA / "reports" / f"{name}.csv").read_text(encoding="utf-8"), name


def test_what_is_found_in_the_list_is_what_the_code_finds():
    texts = xq.load_table("measures").set_index("measure_id")["text"]
    held = xq.load_table("found").query("set == 'list' and method == 'grammar'")
    found = xq.find_targets(texts, plan=True)
    for field in ["doc", "start", "end", "indicator", "unit", "bound", "direction", "form", "kind"]:
        kept = held[field].astype("str").fillna("").tolist()
        assert kept == found[field].astype("str").tolist(), field
    for field in ["value", "value_from"]:
        assert held[field].fillna(-1).tolist() == found[field].fillna(-1).tolist()


def test_no_sentence_of_the_reports_is_here():
    """No run of 20 characters of a report stands in a committed table, headings of 2022 aside."""
    if not NATIONAL.exists():
        pytest.skip(f"the work reports are not at {REPORTS}")
    own = (DATA / "measures.csv").read_text(encoding="utf-8")
    headings = "".join(xq.load_table("sections")["title"]) + "".join(
        xq.load_table("tasks")["title"]
    )
    reports = "\n".join(p.read_text(encoding="utf-8") for p in sorted(REPORTS.glob("*.md")))
    runs = {reports[i : i + 20] for i in range(len(reports) - 19)}
    for path in sorted(DATA.rglob("*.csv")):
        text = path.read_text(encoding="utf-8")
        kept = {text[i : i + 20] for i in range(len(text) - 19)} & runs
        assert not [r for r in kept if r not in own and r not in headings], path.name
