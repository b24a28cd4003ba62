"""Find growth targets in work reports: xq beside the script a researcher writes, in one run.

`python benchmarks/panel.py --reports ARCHIVE [--rounds 3]`

ARCHIVE is the archive of all work reports (data/README.md says where it is from). Both ways read
the 150 reports that were coded (`data/gold/panel.csv`): the script looks for the first number
after 生产总值 in the sentence with 预期目标; xq reads all twelve indicators, targets and outcomes.
Each runs in a process of its own, in turn; CPU seconds, medians of the rounds, and how many of
the coded targets of one year are right to bound and both ends. Nothing is tested here.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from xq.panel import iter_archive  # noqa: E402
from xq.tables import load_table  # noqa: E402

START = """
import json, sys, time
sys.path.insert(0, {root!r})
reports = json.load(open({reports!r}, encoding="utf-8"))
years = json.load(open({years!r}, encoding="utf-8"))
"""
SCRIPT = """
import re
TARGET = re.compile(
    r"(?:生产总值|GDP|经济)[^，。；]{0,12}?增长[^，。；\\d]{0,6}(\\d+(?:\\.\\d+)?)"
    r"(?:%|％)?(?:[-—－~至到]+(\\d+(?:\\.\\d+)?))?(?:%|％)(以上|左右|以内)?"
)
begun = time.process_time()
found = []
for path, text in reports.items():
    for sentence in re.split("。|\\n", text):
        hit = "目标" in sentence and TARGET.search(sentence)
        if hit:
            low, high, word = float(hit[1]), float(hit[2] or hit[1]), hit[3]
            bound = "range" if hit[2] else {"以上": ">=", "左右": "~", "以内": "<="}.get(word, "=")
            found.append([path, "gdp_growth", "", low, None if bound == ">=" else high, bound])
            break
"""
XQ = """
import pandas as pd
import xq
xq.find_headlines  # loads the module
texts = pd.Series(reports)
begun = time.process_time()
table = xq.find_headlines(texts, years=pd.Series(years))
some = table[(table["what"] == "target") & (table["period"] == "year")]
columns = ["doc", "indicator", "group", "value_low", "value_high", "bound"]
found = some[columns].astype(object).where(some[columns].notna(), None).to_numpy().tolist()
"""
END = """
json.dump({"cpu": time.process_time() - begun, "found": found}, sys.stdout)
"""


def read_reports(archive):
    """Return path → text of the coded reports."""
    paths = set(load_table("gold_panel_docs")["path"])
    return {path: body.decode("utf-8") for path, body in iter_archive(archive) if path in paths}


def run(code, names):
    """Return CPU seconds and what was found, from a process of its own."""
    said = subprocess.run(
        [sys.executable, "-c", START.format(**names) + code + END], capture_output=True, check=True
    )
    result = json.loads(said.stdout)
    return result["cpu"], result["found"]


def score(found, indicators):
    """Return how many coded targets of one year there are, and how many of them are right."""
    gold = load_table("gold_panel").merge(load_table("gold_panel_docs")[["doc", "path"]], on="doc")
    gold = gold[
        (gold["coder"].astype("str") == "adjudicated") & (gold["what"].astype("str") == "target")
    ]
    gold = gold[(gold["period"].astype("str") == "year") & gold["indicator"].isin(indicators)]
    columns = ["path", "indicator", "group", "value_low", "value_high", "bound"]
    found = pd.DataFrame(found, columns=columns).astype({"value_low": float, "value_high": float})
    given = gold[columns].astype({"indicator": "str", "bound": "str"})
    keys = [tuple(row) for row in given.fillna(-1).to_numpy().tolist()]
    held = {tuple(row) for row in found.fillna(-1).to_numpy().tolist()}
    return len(keys), sum(key in held for key in keys)


def main():
    """Time both ways, and hold what they find against the coding."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reports", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    reports = read_reports(options.reports)
    years = load_table("gold_panel_docs").set_index("path")["year"].to_dict()
    with tempfile.TemporaryDirectory() as folder:
        names = {"root": str(ROOT)}
        for name, content in [("reports", reports), ("years", {p: years[p] for p in reports})]:
            names[name] = str(Path(folder) / f"{name}.json")
            Path(names[name]).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")
        times = {"script": [], "xq": []}
        for _ in range(options.rounds):
            for who, code in [("script", SCRIPT), ("xq", XQ)]:
                cpu, found = run(code, names)
                times[who].append(cpu)
                times[f"{who} found"] = found
    chars = sum(map(len, reports.values()))
    everything = load_table("gold_panel")["indicator"].unique()
    for who, indicators in [("script", ["gdp_growth"]), ("xq", ["gdp_growth"]), ("xq", everything)]:
        coded, right = score(times[f"{who} found"], indicators)
        cpu = statistics.median(times[who])
        about = "growth" if len(indicators) == 1 else "all twelve indicators"
        print(
            f"{who:6} {about:22} {right} of {coded} right ({right / coded:.1%}), {cpu:.2f} CPU s "
            f"for {len(reports)} reports, {chars / cpu / 1e6:.1f} million characters a second"
        )


if __name__ == "__main__":
    main()
