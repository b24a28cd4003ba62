"""Write what find_targets and a one-line baseline find in the gold texts and in past reviews.

`python data/gold/build.py REPORTS`, where REPORTS is a folder with the work reports as Markdown
(`national_2022.md`, `tianjin_2022.md` …). Writes `found.csv` and `reviews.csv`: spans, figures
and short terms, never a sentence. Everybody else uses the committed files.
"""

import re
import sys
from pathlib import Path

import pandas as pd

GOLD = Path(__file__).resolve().parent
sys.path.insert(0, str(GOLD.parent.parent))

from xq.tables import load_gold_unseen, load_measures  # noqa: E402
from xq.targets import find_targets  # noqa: E402

ONE_LINE = re.compile(r"(\d[\d.,]*)\s*(万亿|亿|万)?(%|个百分点|公里|[人亩元家个场吨头名户斤])")
SCALES = {"万亿": 1e12, "亿": 1e8, "万": 1e4}
COLUMNS = "set method doc start end quote indicator value value_from unit bound direction form kind"


def find_baseline(texts):
    """Return what one regular expression finds: every digit with a unit, and the words before."""
    rows = []
    for doc, text in texts.items():
        for hit in ONE_LINE.finditer(text):
            value = float(hit[1].strip(".,").replace(",", "")) * SCALES.get(hit[2], 1)
            before = re.split("[，。；、：]", text[: hit.start()])[-1]
            rows.append((doc, *hit.span(), before, value, None, hit[3], "=", "level"))
    names = "doc start end indicator value value_from unit bound direction".split()
    return pd.DataFrame(rows, columns=names).assign(form="numeric", kind="target")


def read_passages(reports):
    """Return the unseen passages: one line of a report for each document of the gold."""
    passages = {}
    for doc in load_gold_unseen()["doc"].unique():
        name, line = doc.split(":")
        lines = (reports / f"{name}.md").read_text(encoding="utf-8").split("\n")
        passages[doc] = lines[int(line) - 1]
    return pd.Series(passages)


def build_found(reports):
    """Return one row per record found: by method, in the list and in the unseen passages."""
    texts = {
        "list": load_measures().set_index("measure_id")["text"],
        "unseen": read_passages(reports),
    }
    parts = []
    for name, series in texts.items():
        for method, find in [("baseline", find_baseline), ("grammar", find_targets)]:
            found = find(series)
            quotes = [series[d][a:b] for d, a, b in found[["doc", "start", "end"]].values]
            parts.append(found.assign(set=name, method=method, quote=quotes))
    table = pd.concat(parts)[COLUMNS.split()]
    unseen = table["set"] == "unseen"  # only short terms of texts that are not ours
    for column in ["quote", "indicator"]:
        table[column] = table[column].where(~unseen, table[column].str[-16:])
    return table


def build_reviews(reports):
    """Return, per report, the numbers in its review of the past and those taken for commitments."""
    rows = []
    for path in sorted(reports.glob("*_20*.md")):
        text = find_review(path.read_text(encoding="utf-8"))
        paragraphs = [line for line in text.split("\n")[1:] if line.strip()]
        if not re.search(r"\d", text) or int(path.stem[-4:]) < 2003:
            continue
        whole, single = (find_targets(pd.Series(t)) for t in ([text], paragraphs))
        taken = [(found["form"] == "numeric").sum() for found in (whole, single)]
        rows.append((path.stem, len(find_baseline(pd.Series([text]))), *taken))
    columns = ["report", "numbers", "taken", "taken_by_paragraph"]
    return pd.DataFrame(rows, columns=columns)


def find_review(text):
    """Return the first section of a report, which looks back, with its heading: by position."""
    sections = re.split(r"(?m)^(?=## |[一二三四五六七八九十]{1,2}、[^。\n]{2,40}$)", text)
    return sections[1] if len(sections) > 1 else ""


def write_gold(reports, folder=GOLD):
    """Write the two tables into a folder."""
    for name, build in [("found", build_found), ("reviews", build_reviews)]:
        text = build(reports).to_csv(index=False, lineterminator="\n", float_format="%.10g")
        (folder / f"{name}.csv").write_bytes(text.encode())


if __name__ == "__main__":
    if len(sys.argv) != 2 or not Path(sys.argv[1]).is_dir():
        sys.exit("usage: python data/gold/build.py REPORTS (a folder with national_2022.md …)")
    write_gold(Path(sys.argv[1]))
