"""Build the panel: what governments aimed at and what they say they reached, 2003 to 2026.

`python make.py data --reports ARCHIVE` runs this, where ARCHIVE is the archive of all work
reports, or the folder it was unpacked to (`data/README.md` says where it is from). It writes
`reports.csv`, `targets.csv`, `outcomes.csv`, `coverage.csv` and `found.csv` (what the rules find
in the reports that were coded) and says what differs from the committed files. Everybody else uses
those. No sentence of a report is written: figures, short names and places in the text.

The work is done in parts of sixty reports on all processors; a part that is done is kept in the
cache folder, so that a run cut short goes on where it was.
"""

import hashlib
import os
import sys
from collections import deque
from pathlib import Path

import numpy as np
import pandas as pd
import pooch
from distributed import Client, LocalCluster  # an extra: pip install "xq[many]"

PANEL = Path(__file__).resolve().parent
DATA = PANEL.parent
sys.path.insert(0, str(DATA.parent))

from xq.headlines import find_headlines  # noqa: E402
from xq.indicators import INDICATORS, get_unit  # noqa: E402
from xq.outline import find_report_years  # noqa: E402
from xq.panel import iter_archive  # noqa: E402

from data.build import write_differing  # noqa: E402

PART = 60  # reports
FIRST, LAST = 2003, 2026
KEYS = ["path", "what", "period", "indicator", "group"]
REGISTRY = "report_id place place_en level code parent year file_year path sha256 chars used flags"
COLUMNS = "report_id place level code year period indicator group value_low value_high unit bound"
COLUMNS = f"{COLUMNS} hedge second name line start quote others checked flags".split()
ABOUT = "path report_id place level code year flags".split()
SIZES = {  # outside of these a figure of one year is read again
    "gdp_growth": (0, 20),
    "urban_new_jobs": (1500, 1.5e7),
    "unemployment_surveyed": (3, 7),
    "unemployment_registered": (1, 6),
    "cpi": (-3, 7),
    "fixed_asset_investment_growth": (-15, 45),
    "retail_sales_growth": (-10, 25),
    "fiscal_revenue_growth": (-20, 40),
    "resident_income_growth": (0, 22),
    "foreign_trade_growth": (-30, 50),
    "energy_intensity_cut": (0, 8),
    "grain_output": (5000, 7.2e8),
}
AVERAGES = SIZES | {  # outside of these a figure of several years may be no yearly average
    "gdp_growth": (1, 16),
    "urban_new_jobs": (0, np.inf),  # totals stand too
    "fixed_asset_investment_growth": (0, 35),
    "retail_sales_growth": (0, 20),
    "fiscal_revenue_growth": (-10, 30),
    "resident_income_growth": (3, 16),
    "foreign_trade_growth": (-10, 35),
    "energy_intensity_cut": (1, 30),  # a plan's cut is a total
}
JUMPS = {"gdp_growth": 6, "cpi": 4}  # points from one year to the next; 15 for other rates
TIMES = 3  # persons, tonnes: so many times more or less than in other years is unusual


def read_hand(name):
    """Return a typed table."""
    return pd.read_csv(DATA / "hand" / name, dtype={"code": "str"}, keep_default_na=False)


def iter_reports(source):
    """Yield path and content of every report, from the archive or the folder."""
    if source.is_file():
        yield from iter_archive(source)
        return
    for path in sorted(source.glob("政府工作报告-*/**/*.md")):
        yield path.relative_to(source).as_posix(), path.read_bytes()


def work(function, source):
    """Return the tables that `function` makes of the reports of an archive, part by part.

    `function` takes a Series of contents, named by path.
    """
    code = b"".join(path.read_bytes() for path in sorted((DATA.parent / "xq").glob("*.py")))
    code += (DATA / "hand" / "places.csv").read_bytes() + Path(__file__).read_bytes()
    cache = Path(pooch.os_cache("xq")) / "panel"
    cache.mkdir(parents=True, exist_ok=True)
    tables, waiting, done = {}, deque(), 0
    workers = {"n_workers": os.cpu_count(), "threads_per_worker": 1, "processes": True}
    with LocalCluster(**workers, dashboard_address=None) as cluster, Client(cluster) as pool:
        for number, part in enumerate(cut_parts(iter_reports(source))):
            key = hashlib.sha256(code)
            for path, body in part.items():
                key.update(path.encode() + hashlib.sha256(body).digest())
            file = cache / f"{key.hexdigest()[:24]}.pickle"
            if file.exists():
                tables[number] = pd.read_pickle(file)
            else:
                waiting.append((number, file, pool.submit(function, part)))
            while len(waiting) > 2 * os.cpu_count():
                take(tables, *waiting.popleft())
            done += len(part)
            print(f"\r{done} reports", end="", file=sys.stderr, flush=True)
        while waiting:
            take(tables, *waiting.popleft())
    print(file=sys.stderr)
    return pd.concat([tables[number] for number in sorted(tables)], ignore_index=True)


def take(tables, number, file, future):
    """Keep a finished part."""
    tables[number] = future.result()
    half = file.with_suffix(f".{os.getpid()}")
    tables[number].to_pickle(half)
    half.replace(file)


def cut_parts(reports):
    """Yield the reports in Series of sixty."""
    part = {}
    for path, body in reports:
        part[path] = body
        if len(part) == PART:
            yield pd.Series(part)
            part = {}
    if part:
        yield pd.Series(part)


def read_part(part, corrected):
    """Return the registry rows of some reports, and their headline figures.

    `corrected` is path → year, where the text itself does not say it.
    """
    texts = part.map(lambda body: body.decode("utf-8"))
    held = texts.index.str.extract(r"(\d{4})[^/]*$", expand=False).astype(int)
    read = find_report_years(texts).set_index("doc")["year"]
    years = pd.Series(held, texts.index).where(read.isna(), read).astype("int64")
    years = pd.Series(years.index.map(corrected), years.index).fillna(years).astype("int64")
    rows = pd.DataFrame({"path": texts.index, "year": years.to_numpy(), "file_year": held})
    rows["sha256"] = [hashlib.sha256(body).hexdigest() for body in part]
    rows["chars"] = texts.map(len).to_numpy()
    rows["damaged"] = texts.str.contains(r"\$\d\.?\$|\d\.[%万]").to_numpy()
    recent = years[years >= FIRST].index
    figures = find_headlines(texts[recent], years=years[recent])
    return rows.merge(figures.rename(columns={"doc": "path"}), on="path", how="left")


def build_registry(rows):
    """Return one row per text: whose, of which year, and what to know about it."""
    places, notes = read_hand("places.csv"), read_hand("panel_texts.csv").set_index("path")
    parts = rows["path"].str.split("/")
    rows["place"] = parts.str[-2].where(~parts.str[0].str.endswith("国务院"), "全国")
    table = rows.merge(places.drop(columns="note"), on="place", how="left", validate="m:1")
    if table["code"].isna().any():
        lost = sorted(table.loc[table["code"].isna(), "place"].unique())
        raise SystemExit(f"hand/places.csv lacks {lost}; add them and run this again")
    table["aside"] = table["path"].map(notes["flags"]).fillna("")
    table["other"] = table["year"] != table["file_year"]
    # Of several texts for a place and year the one whose file is named for it counts.
    order = ["code", "year", "aside", "other", "path"]
    table = table.sort_values(order, ignore_index=True)
    again = table.groupby(["code", "year"]).cumcount()
    table["report_id"] = table["place"] + "_" + table["year"].astype("str")
    table["report_id"] += ("_" + (again + 1).astype("str")).where(again > 0, "")
    flags = {
        "file_year": table["other"],
        "second_text": again > 0,
        "short": table["chars"] < 6000,
        "damaged_numbers": table["damaged"],
    }
    said = [table["aside"]] + [pd.Series(np.where(held, name, "")) for name, held in flags.items()]
    table["flags"] = ["；".join(filter(None, row)) for row in zip(*said, strict=True)]
    left_out = table["aside"].str.contains("other_place|no_report|half_year")
    table["used"] = (again == 0) & table["year"].between(FIRST, LAST) & ~left_out
    return table[REGISTRY.split()]


def find_doubts(table):
    """Return which figures are unusual in size or for the place, jump, or stand beside others."""
    year = table["period"] == "year"
    middle = table[["value_low", "value_high"]].mean(axis=1)
    one, several = (table["indicator"].map(sizes) for sizes in (SIZES, AVERAGES))
    sizes = one.where(year, several)
    low, high = sizes.str[0], sizes.str[1]
    # targets and outcomes together: some places have few of either
    kind = [table[column] for column in ["code", "indicator", "period"]]
    apart = (table["unit"] != "%") & is_times(middle, middle.groupby(kind).transform("median"))
    two = (table["others"] > 0) & (table["indicator"] == "gdp_growth")
    doubt = (middle < low) | (middle > high) | apart | (year & (find_jumps(table, middle) | two))
    return doubt & (table["bound"] != "words")


def is_times(values, others):
    """Return which values are many times more or less than others."""
    return (values > TIMES * others) | (values < others / TIMES)


def find_jumps(table, middle):
    """Return which figures are far from those of the years beside them."""
    order = table.assign(middle=middle).sort_values(["code", "indicator", "group", "what", "year"])
    group = order.groupby(["code", "indicator", "group", "what"])
    apart = []
    for step in (1, -1):
        near = group["middle"].shift(step)
        close = (order["year"] - group["year"].shift(step)).abs() <= 2
        limit = order["indicator"].map(JUMPS).fillna(15)
        far = (order["middle"] - near).abs() > limit
        far = far.where(order["unit"] == "%", is_times(order["middle"], near))
        apart.append((far & close).where(near.notna()))
    jump = (apart[0] == True) & (apart[1] != False)  # noqa: E712 (missing neighbours do not clear it)
    return jump.reindex(table.index)


def correct(table):
    """Return the figures after the reading of the doubtful ones, and how each was checked."""
    table = table.assign(doubt=find_doubts(table))
    hand = read_hand("panel_values.csv")
    numbers = ["value_low", "value_high", "found_low", "found_high", "second", "line"]
    hand[numbers] = hand[numbers].apply(pd.to_numeric)
    both = table.merge(hand, on=KEYS, how="left", suffixes=("", "_hand"), validate="1:1")
    same = np.isclose(both["value_low"], both["found_low"], equal_nan=True)
    same &= np.isclose(both["value_high"], both["found_high"], equal_nan=True)
    action = both["action"].where(same)
    stale = both["action"].notna() & ~same
    if stale.any():
        first = both.loc[stale, KEYS].iloc[0].to_dict()
        print(f"hand/panel_values.csv: {stale.sum()} figures are no longer what was read: {first}")
    both["checked"] = action.map({"stands": "read", "correct": "corrected"})
    both["checked"] = both["checked"].fillna(both["doubt"].map({True: "doubt", False: "rule"}))
    changed = action == "correct"
    for column in ["value_low", "value_high", "bound", "hedge", "second", "line", "quote"]:
        both.loc[changed, column] = both.loc[changed, f"{column}_hand"]
    both.loc[changed, ["name", "start"]] = ["", -1]
    both = both[action != "drop"]
    about = table[ABOUT].drop_duplicates()
    added = hand[hand["action"] == "add"].merge(about, on="path")
    found = pd.MultiIndex.from_frame(both[KEYS])
    added = added[~pd.MultiIndex.from_frame(added[KEYS]).isin(found)]  # the rules have it now
    unit = added["indicator"].map(get_unit)
    added = added.assign(checked="added", unit=unit, name="", start=-1, others=0)
    return pd.concat([both[[*COLUMNS, "what"]], added[[*COLUMNS, "what"]]], ignore_index=True)


def read_gold():
    """Return the settled coding of the reports that were coded, with their paths."""
    gold = pd.read_csv(DATA / "gold" / "panel.csv", keep_default_na=False)
    docs = pd.read_csv(DATA / "gold" / "panel_docs.csv")
    gold[["value_low", "value_high", "second"]] = gold[["value_low", "value_high", "second"]].apply(
        pd.to_numeric
    )
    return gold[gold["coder"] == "adjudicated"].merge(docs[["doc", "path"]], on="doc")


def take_coded(table, registry, gold):
    """Return the figures, those of the coded reports as they were coded."""
    about = registry.loc[registry["used"], ABOUT]
    coded = gold.merge(about, on="path").assign(name="", start=-1, others=0, checked="coded")
    rest = table[~table["report_id"].isin(coded["report_id"])]
    return pd.concat([rest, coded[[*COLUMNS, "what"]]], ignore_index=True)


def build_coverage(registry, targets, outcomes):
    """Return one row per place and year: whether there is a text, and whether it gives growth."""
    places = read_hand("places.csv")
    years = pd.DataFrame({"year": range(FIRST, LAST + 1)})
    table = places[["place", "level", "code"]].merge(years, how="cross")
    used = registry.loc[registry["used"], ["code", "year", "report_id"]]
    table = table.merge(used, on=["code", "year"], how="left")
    table["report_id"] = table["report_id"].fillna("")
    for name, given in [("target", targets), ("outcome", outcomes)]:
        growth = given[(given["indicator"] == "gdp_growth") & (given["period"] == "year")]
        kind = growth.set_index("report_id")["bound"].map(
            lambda b: "words" if b == "words" else "number"
        )
        table[name] = (
            table["report_id"].map(kind).fillna("none").where(table["report_id"] != "", "no text")
        )
    return table


def build_tables(source):
    """Return file name → table."""
    texts = read_hand("panel_texts.csv")
    corrected = texts[texts["year"] != ""].astype({"year": int}).set_index("path")["year"].to_dict()
    rows = work(lambda part: read_part(part, corrected), source)
    about = ["path", "year", "file_year", "sha256", "chars", "damaged"]
    registry = build_registry(rows[about].drop_duplicates())
    used = registry.loc[registry["used"], ABOUT].drop(columns="year")
    table = rows.dropna(subset="indicator").merge(used, on="path")
    gold = read_gold()
    found = table[table["path"].isin(gold["path"])]
    table = take_coded(correct(table), registry, gold)
    order = pd.Categorical(table["indicator"], INDICATORS)
    table = table.assign(order=order).sort_values(["code", "year", "period", "order", "group"])
    table["line"] = table["line"].astype("int64")
    targets = table[table["what"] == "target"][COLUMNS]
    outcomes = table[table["what"] == "outcome"].assign(year=lambda rows: rows["year"] - 1)[COLUMNS]
    return {
        "reports.csv": registry,
        "targets.csv": targets,
        "outcomes.csv": outcomes,
        "coverage.csv": build_coverage(registry, targets, outcomes),
        "found.csv": found[[*KEYS, "value_low", "value_high", "bound"]].sort_values(KEYS),
    }


def write_panel(source, target=PANEL):
    """Write the tables; return the names of those that differ from the committed ones."""
    return write_differing(build_tables(Path(source)), PANEL, target)
