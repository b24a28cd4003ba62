"""Time the text functions against their peers, in one run, with peak memory.

`python benchmarks/text.py --reports FOLDER [--cntext PYTHON]`

FOLDER has the work reports as text (`national_1954.md` …); without it, the cells of the list stand
in for documents. PYTHON is the interpreter of another environment in which cntext is installed;
it needs other versions of pandas and numpy than this collection. Every job runs in a process of
its own, peers in turn, and the median of five is shown: CPU seconds, which other programs on the
machine disturb least. Nothing is tested here.
"""

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 5
READ = """
import sys, time, json
sys.path.insert(0, {root!r})
texts = json.load(open({texts!r}, encoding="utf-8"))
terms = json.load(open({terms!r}, encoding="utf-8"))
"""
REPORT = """
try:
    import resource
    unit = 2**20 if sys.platform == "darwin" else 2**10
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
except ImportError:
    peak = float("nan")
print(json.dumps([seconds, peak]))
"""
START = "start = time.process_time()\n"
STOP = "\nseconds = time.process_time() - start\n"
LOAD_JIEBA = """
import logging, jieba
jieba.setLogLevel(logging.ERROR)
jieba.initialize()
for term in terms: jieba.add_word(term, 20_000)
"""
LOAD_XQ = """
import pandas as pd, xq
xq.tokenize(pd.Series(["税"]), lexicon=terms)
"""
IMPORT = """
import pandas as pd
from collections import Counter
from sklearn.feature_extraction.text import TfidfVectorizer
"""
SCRIPT = """
words = {name: jieba.lcut(text) for name, text in texts.items()}
counts = pd.Series(Counter(word for each in words.values() for word in each)).sort_values()
matrix = TfidfVectorizer(analyzer=lambda each: each).fit_transform(words.values())
"""
PATH = """
import pandas as pd, xq
tokens = xq.tokenize(pd.Series(texts), lexicon=terms)
counts = xq.count_terms(tokens)
weights = xq.weight_terms(tokens)
"""
JOBS = {
    "import and dictionary": [
        ("jieba, pandas, scikit-learn", START + IMPORT + LOAD_JIEBA + STOP),
        ("xq", START + LOAD_XQ + STOP),
    ],
    "documents": [
        ("jieba.lcut", LOAD_JIEBA + START + "[jieba.lcut(t) for t in texts.values()]" + STOP),
        (
            "xq.tokenize",
            LOAD_XQ + START + "tokens = xq.tokenize(pd.Series(texts), lexicon=terms)" + STOP,
        ),
    ],
    "whole path: cut, count, weight": [
        ("jieba, pandas, scikit-learn", START + IMPORT + LOAD_JIEBA + SCRIPT + STOP),
        ("xq", START + PATH + STOP),
    ],
}
LOAD_FIND = LOAD_XQ + 'xq.find_targets(pd.Series(["税"]))\n'
FIND = [
    ("xq.find_targets", LOAD_FIND + START + "found = xq.find_targets(pd.Series(texts))" + STOP),
]
COUNT = [
    (
        "cntext word_count",
        "import cntext\n" + START + "[cntext.word_count(t) for t in texts.values()]" + STOP,
    ),
    (
        "xq",
        LOAD_XQ
        + START
        + "counts = xq.count_terms(xq.tokenize(pd.Series(texts), lexicon=terms))"
        + STOP,
    ),
]


def run_job(code, python=sys.executable):
    """Return seconds and peak memory in MB of one job in a process of its own."""
    done = subprocess.run([python, "-W", "ignore", "-c", code], capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(done.stderr)
    return json.loads(done.stdout.strip().split("\n")[-1])


def compare(title, jobs, texts, terms, pythons=None):
    """Print the medians of peers that take turns, and how many times faster the last one is."""
    results = {name: [] for name, _ in jobs}
    for _ in range(ROUNDS):
        for name, code in jobs:
            code = READ.format(root=str(ROOT), texts=str(texts), terms=str(terms)) + code + REPORT
            results[name].append(run_job(code, (pythons or {}).get(name, sys.executable)))
    seconds = {name: statistics.median(s for s, _ in runs) for name, runs in results.items()}
    first, last = seconds[jobs[0][0]], seconds[jobs[-1][0]]
    for name, runs in results.items():
        peak = statistics.median(peak for _, peak in runs)
        print(f"| {title} | {name} | {seconds[name]:.3f} | {peak:.0f} | |", flush=True)
    if len(jobs) > 1:
        print(f"| {title} | **times faster** | | | **{first / last:.1f}** |", flush=True)
    return last


def main():
    """Write the samples to a temporary folder, run every comparison, print one table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--reports", type=Path, help="folder with the work reports")
    parser.add_argument("--cntext", help="Python of an environment with cntext")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    import xq
    from xq.text import _read_lexicon

    cells = dict(xq.load_table("measures").set_index("measure_id")["text"])
    documents = cells
    if options.reports:
        paths = sorted(options.reports.glob("national_*.md"))
        documents = {path.stem: path.read_text(encoding="utf-8") for path in paths}
    whole = "\n".join(documents.values())
    print(f"{len(documents)} documents, {len(whole):,} characters; {len(cells)} cells\n")
    print("| what | who | CPU seconds (median of 5) | peak MB | ratio |\n|---|---|--:|--:|--:|")
    with tempfile.TemporaryDirectory() as folder:

        def save(name, value):
            path = Path(folder) / f"{name}.json"
            path.write_text(json.dumps(value), encoding="utf-8")
            return path

        terms, docs = (
            save("terms", _read_lexicon(xq.load_table("terms"))[0]),
            save("docs", documents),
        )
        many = save("cells", {f"{i}-{k}": v for i in range(20) for k, v in cells.items()})
        for title, jobs in JOBS.items():
            compare(title, jobs, docs, terms)
            if title == "documents":
                compare("cells of the list, 20 times", jobs, many, terms)
        last = compare("commitments in the documents", FIND, docs, terms)
        print(f"| commitments | xq, seconds per million | {last * 1e6 / len(whole):.3f} | | |")
        for times in (1, 2, 4):
            more = save(
                f"x{times}", {f"{i}-{k}": v for i in range(times) for k, v in documents.items()}
            )
            last = compare(
                f"{times} × the documents", [JOBS["whole path: cut, count, weight"][1]], more, terms
            )
            print(f"| {times} × the documents | xq, seconds each | {last / times:.3f} | | |")
        if options.cntext:
            name = COUNT[0][0]
            compare("count words", COUNT, docs, terms, {name: options.cntext})
        else:
            print("\ncount words against cntext: skipped, no --cntext PYTHON given")


if __name__ == "__main__":
    main()
