"""Time many lists against the script a researcher writes, in one run, with peak memory.

`python benchmarks/lists.py [--sizes 100 1000 10000] [--rounds 3]`

The lists are made up: rows of the published list, drawn anew with other numbers, in the layout of
a table copied from a web page. Both ways read every list, carry down blank labels, take the units
apart, find the numbers promised and count the words; xq also dates deadlines, says roles, reads
promises in words, keeps positions and refuses what is no list. Both keep only totals, so memory
should not grow. Each job runs in a process of its own, the two in turn; CPU seconds, which other
programs on the machine disturb least, and for Dask also seconds by the clock. Medians of the
rounds; peak memory of Dask is that of its larger process. Modules and dictionaries are loaded
before the clock starts. Nothing is tested here.
"""

import argparse
import json
import random
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
START = """
import sys, time, json
sys.path.insert(0, {root!r})
files = {folder!r}, {size}
from pathlib import Path
files = [str(path) for path in sorted(Path(files[0]).glob("*.txt"))[: files[1]]]
terms = json.load(open({terms!r}, encoding="utf-8"))
"""
SCRIPT = """
import logging, re
from collections import Counter
import jieba
import pandas as pd

jieba.setLogLevel(logging.ERROR)
jieba.initialize()
for term in terms:
    jieba.add_word(term, 20_000)
NUMBER = re.compile(r"\\d+(?:\\.\\d+)?(?:万亿|亿|万)?(?:%|元|吨|人|户|家|个|项|亩|公里|平方米)")
words, units, promises = Counter(), Counter(), 0
begun = time.process_time(), time.perf_counter()
for path in files:
    table = pd.read_csv(path, sep="\\t", dtype=str, skip_blank_lines=False)
    labels = ["任务序号", "重点工作任务", "措施序号"]
    table[labels] = table[labels].ffill()
    for cell in table["责任单位"].dropna():
        units.update(re.split("[、，；,]|牵头|等按职责分工负责|按职责分工负责|分别负责|负责", cell))
    for text in table["落实措施"]:
        promises += len(NUMBER.findall(text))
        words.update(jieba.lcut(text))
"""
XQ = """
from collections import Counter
import pandas as pd
import xq

words, units, promises = Counter(), Counter(), 0


def read(part):
    measures, refused = xq.read_lists(part)
    measures.index = measures["list_id"] + " " + measures["measure_id"]
    named = xq.find_units(measures["units"])
    found = xq.find_targets(measures["text"], plan=True)
    counted = xq.count_terms(xq.tokenize(measures["text"], lexicon=terms))
    counted = Counter(dict(zip(counted["term"], counted["n"], strict=True)))
    return counted, Counter(named["unit"]), len(found), len(refused)


"""
ALONE = """
read(files[:1])  # modules load when first used; the script has loaded its own
begun = time.process_time(), time.perf_counter()
for at in range(0, len(files), 50):
    counted, named, found, _ = read(files[at : at + 50])
    words.update(counted)
    units.update(named)
    promises += found
"""
DASK = """
from dask import bag
from distributed import Client, LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        with Client(cluster) as client:
            client.run(read, files[:2])  # imports and dictionary
            begun = time.process_time(), time.perf_counter()
            parts = bag.from_sequence(files, partition_size=50)
            parts = parts.map_partitions(lambda part: [read(part)])
            for counted, named, found, _ in parts.compute():
                words.update(counted)
                units.update(named)
                promises += found
            seconds = 0, time.perf_counter() - begun[1]
            peak = max(client.run(find_peak).values())
"""
PEAK = """
try:
    import resource
except ImportError:
    resource = None


def find_peak():
    unit = 2**20 if sys.platform == "darwin" else 2**10
    used = resource and resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used / unit if used else float("nan")
"""
STOP = """
seconds = time.process_time() - begun[0], time.perf_counter() - begun[1]
peak = find_peak()
"""
SAY = """
if __name__ == "__main__":
    print(json.dumps([*seconds, peak, promises, sum(words.values())]))
"""
JOBS = {
    "script: pandas, jieba, re": PEAK + SCRIPT + STOP + SAY,
    "xq": PEAK + XQ + ALONE + STOP + SAY,
    "xq, Dask on two processes": PEAK + XQ + DASK + SAY,
}


def write_lists(folder, size):
    """Write made-up lists into a folder."""
    sys.path.insert(0, str(ROOT))
    import xq

    lot = random.Random(0)
    rows = xq.load_table("measures")[["text", "units", "deadline"]].to_numpy().tolist()
    titles = xq.load_table("tasks")["title"].tolist()
    head = "任务序号\t重点工作任务\t措施序号\t落实措施\t责任单位\t完成时限\t备注"
    for number in range(size):
        lines, task = [head], 0
        for measure in range(1, lot.randint(90, 180) + 1):
            begins = measure == 1 or lot.random() < 0.3
            task += begins
            label = f"{task}\t{lot.choice(titles)}" if begins else "\t"
            lines.append(f"{label}\t{measure}\t" + "\t".join(lot.choice(rows)) + "\t")
        path = folder / f"{number:05}.txt"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    lexicon = xq.load_table("terms")
    return lexicon.loc[~lexicon["kind"].isin(["verb", "word"]), "term"].tolist()


def run_job(code):
    """Return what a job printed: seconds (CPU, clock), peak in MB, promises, words."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "job.py"  # a file, for the processes of Dask read it again
        path.write_text(code, encoding="utf-8")
        done = subprocess.run(
            [sys.executable, "-W", "ignore", str(path)], capture_output=True, encoding="utf-8"
        )
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().split("\n")[-1])


def main():
    """Write the lists to a temporary folder, run every job, print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=[100, 1000], help="how many lists")
    parser.add_argument("--rounds", type=int, default=3, help="how often each")
    options = parser.parse_args()
    sizes = options.sizes
    print("| lists | who | CPU ms a list | ms a list by the clock | peak MB | promises | words |")
    print("|--:|---|--:|--:|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        terms = folder / "terms.json"
        terms.write_text(json.dumps(write_lists(folder, max(sizes))), encoding="utf-8")
        for size in sizes:
            given = START.format(root=str(ROOT), folder=str(folder), size=size, terms=str(terms))
            results = {name: [] for name in JOBS}
            for _ in range(options.rounds):
                for name, code in JOBS.items():
                    results[name].append(run_job(given + code))
            for name, runs in results.items():
                cpu, clock, peak, promises, words = map(statistics.median, zip(*runs, strict=True))
                cpu = "" if "Dask" in name else f"{1000 * cpu / size:.1f}"
                print(
                    f"| {size:,} | {name} | {cpu} | {1000 * clock / size:.1f} | {peak:.0f} "
                    f"| {promises:,.0f} | {words:,.0f} |",
                    flush=True,
                )


if __name__ == "__main__":
    main()
