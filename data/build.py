"""Build the tables of `data/` from the raw list and the hand-written files.

Run by `python make.py data`. Reads `raw/`, `hand/`, `lexicon/`, `gold/` and `datapackage.json`;
writes the CSV files beside it and `CODEBOOK.md`, byte-identical on every run. With
`--reports FOLDER`, a folder with the work reports of nation and Tianjin, it rebuilds `reports/`
too, with `--reports ARCHIVE`, the archive of all work reports, `panel/`, and says which files
differ from those committed.
"""

import argparse
import runpy
import sys
from pathlib import Path

import pandas as pd

DATA = Path(__file__).resolve().parent
sys.path.insert(0, str(DATA.parent))

from xq.lists import check_list, read_changes, read_list, read_notice  # noqa: E402
from xq.tables import load_table, read_package  # noqa: E402
from xq.targets import find_targets, match_targets  # noqa: E402
from xq.units import find_units  # noqa: E402

RAW = DATA / "raw" / "xiqing_2022.txt"


def build_tables():
    """Return the built tables.

    Returns
    -------
    dict of str to DataFrame
        Resource name → table, with the columns of `datapackage.json` in its order.

    Raises
    ------
    ValueError
        If a hand-written file does not fit the list: a task, a unit or a quoted passage is
        missing there or here.
    """
    measures = read_list(RAW)
    names = ["tasks", "units", "doubts", "indicators", "terms", "ladder"]
    hand = {name: _read_hand(f"hand-{name}") for name in names}
    tasks = _build_tasks(measures, hand["tasks"])
    named = find_units(measures.set_index("measure_id")["units"])
    units = _build_units(named, hand["units"])
    doubts = _build_doubts(measures, units, hand["doubts"])
    flags = doubts.drop_duplicates(["measure_id", "problem"]).groupby("measure_id")["problem"]
    measures["doubts"] = measures["measure_id"].map(flags.agg("；".join)).fillna("")
    named["unit_id"] = named["unit_written"].map(_to_ids(units))
    targets = _build_targets(measures, hand["indicators"])
    return {
        "tasks": tasks,
        "measures": measures,
        "units": units,
        "responsibilities": named,
        "doubts": doubts,
        "targets": targets,
        "changes": read_changes(RAW),
        "notice": read_notice(RAW),
        "terms": _build_terms(measures, tasks, units, hand["terms"]),
        "ladder": _build_ladder(targets, hand["ladder"]),
    }


def write_tables(folder=DATA):
    """Write the built tables and the codebook into a folder."""
    package = read_package()
    for name, table in build_tables().items():
        columns = [field["name"] for field in package[name]["schema"]["fields"]]
        path = folder / package[name]["path"]
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(to_bytes(table[columns], date_format="%Y-%m-%d"))
    (folder / "CODEBOOK.md").write_bytes(_write_codebook(package).encode())


def write_differing(tables, committed, target):
    """Write the tables of `reports/` or `panel/`, and say which of them are not as committed.

    Parameters
    ----------
    tables : dict of str to DataFrame
        File name → table.
    committed, target : Path
        The folder they are compared with, and the one they are written to.

    Returns
    -------
    list of str
        The names of the files that differ.
    """
    differ = []
    for name, table in tables.items():
        content = to_bytes(table, float_format="%.10g")
        if not (committed / name).exists() or (committed / name).read_bytes() != content:
            differ.append(name)
        (target / name).write_bytes(content)
    return differ


def to_bytes(table, **style):
    """Return a table as CSV, the same bytes on every system; true and false in small letters."""
    flags = {c: table[c].map({True: "true", False: "false"}) for c in table.select_dtypes(bool)}
    return table.assign(**flags).to_csv(index=False, lineterminator="\n", **style).encode()


def _read_hand(name):
    path = DATA / read_package()[name]["path"]
    table = pd.read_csv(path, keep_default_na=False, encoding="utf-8")
    return table.astype({c: "str" for c in table.select_dtypes("str")})


def _build_tasks(measures, hand):
    tasks = measures.drop_duplicates("task_no")
    same = list(tasks["task_no"]) == list(hand["task_no"])
    _require(same, "hand/tasks.csv and the list differ in their tasks")
    tasks = tasks.merge(hand, on="task_no")
    tasks["heading_identical"] = tasks["title"] == tasks["heading_printed"]
    return tasks


def _build_units(named, hand):
    order = {name: place for place, name in enumerate(named["unit_written"].unique())}
    names = [[unit, *filter(None, a.split("；"))] for unit, a in hand[["unit", "aliases"]].values]
    strange = set(order) ^ {name for group in names for name in group}
    _require(not strange, f"hand/units.csv and the list differ in {sorted(strange)}")
    first = [min(order[name] for name in group) for group in names]
    units = hand.assign(first=first).sort_values("first", ignore_index=True)
    return units.assign(unit_id=[f"U{i:02d}" for i in range(1, len(units) + 1)])


def _build_doubts(measures, units, hand):
    texts = measures.set_index("measure_id")["text"]
    for measure_id, written in hand[["measure_id", "written"]].values:
        _require(written in texts[measure_id], f"hand/doubts.csv: {measure_id} lacks {written}")
    read = hand.rename(columns={"written": "found", "doubt": "note"})
    read = read.assign(problem="suspected_error", field="text")
    ruled = check_list(measures, units=units).assign(coder="rule", note="")
    doubts = pd.concat([ruled, read]).drop_duplicates(["problem", "measure_id", "field", "found"])
    return doubts.sort_values(["problem", "measure_id"], kind="stable")


def _build_targets(measures, hand):
    texts = measures.set_index("measure_id")["text"]
    found = find_targets(texts, plan=True).drop(columns="tense")
    gold = load_table("gold_targets").query("coder == 'adjudicated'")
    known = match_targets(found, gold)
    alone = known[known["found"] & ~known["gold"]].set_index(["doc", "start"]).index
    found["in_gold"] = ~found.set_index(["doc", "start"]).index.isin(alone)
    found = found.rename(columns={"doc": "measure_id"})
    spans = found[["measure_id", "start", "end"]].itertuples(index=False)
    found["quote"] = [texts[i][start:end] for i, start, end in spans]
    keys = ["measure_id", "start", "quote"]
    numeric = found.loc[found["form"] == "numeric", keys]
    fits = set(numeric.itertuples(index=False)) == set(hand[keys].itertuples(index=False))
    _require(fits, "hand/indicators.csv and the numbers found in the list differ")
    return found.merge(hand, on=keys, how="left")


def _build_terms(measures, tasks, units, hand):
    """Return the lexicon: the hand-written terms, every name of every unit, the directive words."""
    names = _list_names(units).rename(columns={"unit_written": "term", "unit_en": "term_en"})
    names = names.assign(kind="unit", why="name of a responsible unit")
    words = load_table("directives").rename(columns={"gloss": "term_en"}).assign(kind="verb")
    terms = pd.concat([hand, names, words])[["term", "term_en", "kind", "why"]]
    cells = [*zip(measures["measure_id"], measures["text"], strict=True)]
    cells += [*zip(measures["measure_id"], measures["units"], strict=True)]
    cells += [*zip(tasks["task_id"], tasks["title"], strict=True)]
    found = {term: [i for i, cell in cells if term in cell] for term in terms["term"]}
    absent = set(hand["term"]) - {term for term, places in found.items() if places}
    _require(not absent, f"lexicon/terms.csv has terms that are not in the list: {sorted(absent)}")
    terms["cells"] = terms["term"].map(found).map(len)
    terms = terms[terms["cells"] > 0]  # directive words of other lists
    terms["found_in"] = [found[term][0] for term in terms["term"]]
    return terms


def _build_ladder(targets, hand):
    """Return the promises of three levels that are about the same matter."""
    nation, city = load_table("targets_national"), load_table("targets_tianjin")
    keys = ["level", "place", "start", "label"]
    parts = [
        nation.assign(level="nation", place=nation["line"].astype("str")),
        city.assign(level="city", place=city["line"].astype("str")),
        targets.assign(level="district", place=targets["measure_id"]),
    ]
    known = pd.concat([part.astype({"form": "str", "kind": "str"}) for part in parts])
    known = known[known["form"] == "numeric"].rename(columns={"quote": "number"})
    known = known.drop(columns="indicator").drop_duplicates(keys)
    coded = load_table("ladder_numbers").astype({"level": "str", "coder": "str"})
    coded = coded.loc[coded["coder"] == "adjudicated", [*keys, "wanted"]]
    ladder = hand.astype({"place": "str"}).merge(known, on=keys, how="left", validate="m:1")
    ladder = ladder.merge(coded, on=keys, how="left", validate="m:1")
    lost = ladder["label"].ne("") & (ladder["form"].isna() | ladder["wanted"].isna())
    _require(not lost.any(), f"hand/ladder.csv: no such number: {[*ladder.loc[lost, 'label']]}")
    ladder["form"] = ladder["form"].fillna("words")
    return ladder


def _to_ids(units):
    """Return every name of every unit → its id."""
    return _list_names(units).set_index("unit_written")["unit_id"]


def _list_names(units):
    """Return the units, a row for every name of theirs, in the column `unit_written`."""
    names = units.assign(unit_written=(units["unit"] + "；" + units["aliases"]).str.split("；"))
    return names.explode("unit_written").query("unit_written != ''")


def _write_codebook(package):
    """Return the codebook: one table of columns per data table."""
    lines = [
        "# Codebook · 数据字典",
        "",
        "Written by `build.py` from `datapackage.json`; do not edit.",
    ]
    for resource in package.values():
        lines += [
            "",
            f"## {resource['path']}",
            "",
            f"{resource['title']}. {resource['description']}",
            "",
            resource["description_zh"],
        ]
        lines += ["", "| column | 中文 | type | what it is | 含义 |", "|---|---|---|---|---|"]
        for field in resource["schema"]["fields"]:
            cells = [f"`{field['name']}`", field["title"], field["type"]]
            cells += [field["description"], field["description_zh"]]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def _require(condition, problem):
    if not condition:
        raise ValueError(f"{problem}: correct the file and run again.")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Rebuild the tables of data/.")
    parser.add_argument(
        "--reports",
        type=Path,
        metavar="SOURCE",
        help="a folder with national_2022.md …: rebuild reports/ as well; "
        "the archive of all work reports: rebuild panel/ as well",
    )
    options = parser.parse_args()
    write_tables()
    if options.reports:
        name = "reports" if (options.reports / "national_2022.md").exists() else "panel"
        build = runpy.run_path(str(DATA / name / "build.py"))
        differ = build[f"write_{name}"](options.reports)
        print(f"{name}/: differ from the committed files: {', '.join(differ) or 'none'}")
