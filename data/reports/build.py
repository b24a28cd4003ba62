"""Write what may be shared of the work reports: figures, counts, hashes and short terms.

`python make.py data --reports FOLDER` runs this, where FOLDER has the reports as Markdown
(`national_2022.md`, `tianjin_2022.md` …; `xq.fetch_reports` gets them). It writes
`reports.csv`, `priorities.csv`, `terms.csv`, `bigrams.csv`, `runs.csv`, `years.csv`,
`vectors.csv`, `vectors_without_2022.csv`, `windows.csv`, `reuse.csv`, `local.csv`, `found.csv` and
`reviews.csv` (and `found_work.csv`, if the archive of all reports stands beside FOLDER), and says
what differs from the committed files. Everybody else uses those. No
sentence of a report is written: words are counted; pairs of characters too, if the list or a second
priority has them; runs of six are hashed, if the list has them; of what `find_targets`
and a one-line baseline find, spans, figures and short terms.
"""

import hashlib
import re
import sys
import tarfile
from difflib import SequenceMatcher
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds

REPORTS = Path(__file__).resolve().parent
DATA = REPORTS.parent
sys.path.insert(0, str(DATA.parent))

from xq.reports import _count_words, _cut_words, count_bigrams, find_shingles  # noqa: E402
from xq.tables import load_table  # noqa: E402
from xq.targets import find_targets, match_targets  # noqa: E402
from xq.text import to_features  # noqa: E402
from xq.themes import score_recovery  # noqa: E402

from data.build import write_differing  # noqa: E402

SOURCE = {  # level → folder and commit of github.com/lawtext/gov
    "national": ("政府工作报告-国务院", "4b267947e3ad23b44d28451d83e38712d1219cab"),
    "tianjin": ("政府工作报告-主要城市/天津市", "c5acbd92bd9cf3462cdb2bee1ae2230d329b996c"),
}
ARCHIVE = "corpus/gov-fc1a2f67.tar.xz"  # all reports of that commit, beside FOLDER
DIMENSIONS, WINDOW, LEAST, SINCE = 100, 40, 3, 1998
WINDOWS = (5, 10, 20, 40, 80)  # tried; windows.csv says how they did
ONE_LINE = re.compile(r"(\d[\d.,]*)\s*(万亿|亿|万)?(%|个百分点|公里|[人亩元家个场吨头名户斤])")
SCALES = {"万亿": 1e12, "亿": 1e8, "万": 1e4}
COLUMNS = "set method doc start end quote indicator value value_from unit bound direction form kind"


def read_reports(folder):
    """Return one row per report: level, year, part, its text as bytes and as words."""
    rows = []
    for level in SOURCE:
        for path in sorted(folder.glob(f"{level}_*.md")):
            year, _, part = path.stem.removeprefix(f"{level}_").partition("-")
            rows.append((path.stem, level, int(year), part, path.read_bytes()))
    if not rows:
        raise SystemExit(f"{folder} has no national_2022.md; see xq.fetch_reports")
    return pd.DataFrame(rows, columns=["report_id", "level", "year", "part", "content"])


def read_passages(folder):
    """Return the text of every priority, its printed title left out."""
    lines = (folder / "national_2022.md").read_text(encoding="utf-8").split("\n")
    table = pd.read_csv(DATA / "hand" / "priorities.csv", encoding="utf-8")
    texts = []
    for title, printed, numbers in table[["title", "printed", "lines"]].values:
        text = "".join(lines[int(number) - 1] for number in numbers.split("；"))
        if printed and not text.startswith(f"{title}。"):
            raise SystemExit(f"hand/priorities.csv: line {numbers} does not begin with {title}")
        texts.append(text.removeprefix(f"{title}。"))
    return table.assign(text=texts, start=[lines_before(lines, n) for n in table["lines"]])


def lines_before(lines, numbers):
    """Return the characters before the first of these lines."""
    return sum(len(line) for line in lines[: int(numbers.split("；")[0]) - 1])


def learn_vectors(lines, vocabulary, window=WINDOW):
    """Return a vector for every word: positive mutual information of neighbours, factorised.

    Neighbours stand in one paragraph, at most `window` words apart: so wide a window learns what a
    word is about, a narrow one which words could stand in its place.

    Levy, Goldberg and Dagan 2015, doi:10.1162/tacl_a_00134: context distribution smoothing 0.75,
    singular values weighted by one half.
    """
    words = _cut_words(lines, load_table("terms"))
    counts = words["term"].value_counts()
    words = words[words["term"].isin(counts.index[counts >= LEAST])]
    code, terms = pd.factorize(words["term"].astype("str"), sort=True)
    line = words["doc"].cat.codes.to_numpy()
    n = len(terms)
    pairs = csr_array((n, n))
    for distance in range(1, window + 1):
        near = line[:-distance] == line[distance:]
        ends = code[:-distance][near], code[distance:][near]
        pairs = pairs + csr_array((np.ones(near.sum()), ends), shape=(n, n))
    pairs = (pairs + pairs.T).tocoo()
    row, column = pairs.coords
    one, other = pairs.sum(axis=1), pairs.sum(axis=0) ** 0.75
    chance = one[row] * (other / other.sum())[column]
    strength = np.maximum(np.log(pairs.data / chance), 0)
    matrix = csr_array((strength, (row, column)), shape=(n, n))
    left, sizes, _ = svds(matrix, k=DIMENSIONS, v0=np.ones(n))
    order = np.argsort(-sizes)
    left = left[:, order] * np.sqrt(sizes[order])
    left *= np.sign(left[np.abs(left).argmax(axis=0), range(DIMENSIONS)])
    left /= np.linalg.norm(left, axis=1, keepdims=True)
    numbers = (left * 1000).round().astype(int)
    table = pd.DataFrame({"term": terms, "vector": [" ".join(map(str, row)) for row in numbers]})
    return table[table["term"].isin(vocabulary)]


def score_windows(lines, tokens, task_ids):
    """Return how many rows find their task with vectors of each window, by half of the tasks."""
    half = np.where(task_ids.str[1:].astype(int) % 2 == 1, "odd", "even")
    half = pd.Series(half, task_ids.index)
    rows = []
    for window in WINDOWS:
        vectors = learn_vectors(lines, set(tokens["term"]), window)
        found = score_recovery(to_features(tokens, kind="vectors", vectors=vectors), task_ids)
        found = found.dropna(subset="rank").groupby(found["doc"].map(half))["rank"]
        for name, ranks in found:
            rows.append((window, name, len(ranks), (ranks == 1).sum(), (ranks <= 3).sum()))
    columns = ["window", "tasks", "rows", "first", "among_three"]
    return pd.DataFrame(rows, columns=columns).sort_values(["tasks", "window"])


def align(text, passage):
    """Hold a text against a passage; punctuation does not count.

    Returns the share of the text's characters in common runs of 5 or more, the length of the
    longest run, and where in the text it begins and ends.
    """
    places = [place for place, character in enumerate(text) if re.match(r"\w", character)]
    text, passage = (re.sub(r"\W", "", each) for each in (text, passage))
    blocks = SequenceMatcher(None, text, passage, autojunk=False).get_matching_blocks()
    sizes = [block.size for block in blocks if block.size >= 5]
    longest = max(blocks, key=lambda block: block.size)
    if not longest.size:
        return 0, 0, 0, 0
    end = places[longest.a + longest.size - 1] + 1
    return sum(sizes) / len(text), longest.size, places[longest.a], end


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


def read_unseen(reports):
    """Return the unseen passages: one line of a report for each document of the gold."""
    passages = {}
    for doc in load_table("gold_unseen")["doc"].unique():
        name, line = doc.split(":")
        lines = (reports / f"{name}.md").read_text(encoding="utf-8").split("\n")
        passages[doc] = lines[int(line) - 1]
    return pd.Series(passages)


def read_work(archive):
    """Return the work paragraphs of the gold, checked, out of the archive of all reports."""
    places = load_table("gold_work_docs").set_index("path")
    passages = {}
    with tarfile.open(archive) as pack:
        for member in pack:
            path = member.name.removeprefix("./")
            if path not in places.index:
                continue
            place = places.loc[path]
            lines = pack.extractfile(member).read().decode("utf-8").split("\n")
            passages[place["doc"]] = lines[place["line"] - 1]
    passages = pd.Series(passages)[places["doc"]]
    hashes = passages.map(lambda text: hashlib.sha256(text.encode()).hexdigest())
    wrong = hashes != places.set_index("doc")["sha256"]
    if wrong.any():
        raise ValueError(f"{archive}: {wrong.idxmax()} has another text than was coded")
    return passages


def find_both_ways(texts):
    """Return one row per record found in each set of texts, by method."""
    parts = []
    for name, series in texts.items():
        for method, find in [("baseline", find_baseline), ("grammar", find_targets)]:
            found = find(series)
            found = found[found["tense"] == "plan"] if method == "grammar" else found
            quotes = [series[d][a:b] for d, a, b in found[["doc", "start", "end"]].values]
            parts.append(found.assign(set=name, method=method, quote=quotes))
    table = pd.concat(parts)[COLUMNS.split()]
    ours = table["set"] == "list"  # of other texts only short terms
    for column in ["quote", "indicator"]:
        table[column] = table[column].where(ours, table[column].str[-16:])
    return table


def build_found(reports):
    """Return what is found in the list and in the unseen passages."""
    measures = load_table("measures").set_index("measure_id")
    return find_both_ways({"list": measures["text"], "unseen": read_unseen(reports)})


def build_found_work(reports):
    """Return what is found in the work paragraphs; empty where their archive is not at hand."""
    archive = reports.parent / ARCHIVE
    return find_both_ways({"work": read_work(archive)}) if archive.exists() else pd.DataFrame()


def build_reviews(reports):
    """Return, per report, the numbers in its review of the past and those taken for commitments."""
    rows = []
    for path in sorted(reports.glob("*_20*.md")):
        text = find_review(path.read_text(encoding="utf-8"))
        paragraphs = [line for line in text.split("\n")[1:] if line.strip()]
        if not re.search(r"\d", text) or int(path.stem[-4:]) < 2003:
            continue
        taken = []
        for texts in (pd.Series([text]), pd.Series(paragraphs)):
            promises = find_targets(texts).query("tense == 'plan' and form == 'numeric'")
            numbers = match_targets(promises, find_baseline(texts))
            taken.append((numbers["found"] & numbers["gold"]).sum())
        rows.append((path.stem, len(find_baseline(pd.Series([text]))), *taken))
    columns = ["report", "numbers", "taken", "taken_by_paragraph"]
    return pd.DataFrame(rows, columns=columns)


def find_review(text):
    """Return the first section of a report, which looks back, with its heading: by position."""
    sections = re.split(r"(?m)^(?=## |[一二三四五六七八九十]{1,2}、[^。\n]{2,40}$)", text)
    return sections[1] if len(sections) > 1 else ""


def build_tables(folder):
    """Return file name → table."""
    measures, tasks = load_table("measures"), load_table("tasks")
    texts = measures.set_index("measure_id")["text"]
    lexicon = load_table("terms")
    tokens = _cut_words(texts, lexicon)
    list_terms = set(tokens["term"])
    reports, priorities = read_reports(folder), read_passages(folder)
    passages = priorities.set_index("priority_id")["text"]

    words = {row.report_id: row.content.decode("utf-8") for row in reports.itertuples()}
    years = _count_words(pd.Series(words), lexicon).rename(columns={"doc": "report_id"})
    by_report = years.groupby("report_id")["n"]
    reports["repository"] = "lawtext/gov"
    reports["commit"] = [SOURCE[level][1] for level in reports["level"]]
    name = reports["year"].astype("str") + ("-" + reports["part"]).where(reports["part"] != "", "")
    folders = [SOURCE[level][0] for level in reports["level"]]
    reports["path"] = [f"{one}/{two}.md" for one, two in zip(folders, name, strict=True)]
    reports["sha256"] = [hashlib.sha256(content).hexdigest() for content in reports["content"]]
    reports["chars"] = [len(words[each]) for each in reports["report_id"]]
    reports["words"] = reports["report_id"].map(by_report.sum())
    norm = by_report.agg(lambda n: (n**2).sum() ** 0.5)
    reports["norm"] = reports["report_id"].map(norm).round(3)
    years = years[years["term"].isin(list_terms)].sort_values(["report_id", "term"])

    priorities["chars"] = passages.map(len).to_numpy()
    counted = _count_words(passages, lexicon).rename(columns={"doc": "priority_id"})

    lines = {}
    for name, text in words.items():
        for number, line in enumerate(text.split("\n")):
            lines[f"{name}:{number}"] = line
    lines = pd.Series(lines)
    vocabulary = list_terms | set(counted["term"])
    recent = lines[lines.index.str.extract(r"_(\d{4})", expand=False).astype(int) >= SINCE]
    without = recent[~recent.index.str.contains("_2022:")]
    # Neither pairs nor hashes may let anybody walk from one character of a passage to the next:
    # pairs of one priority alone are left out unless the list has them, and so are all hashes.
    pairs = count_bigrams(passages).rename(columns={"doc": "priority_id"})
    common = pairs.groupby("bigram")["priority_id"].transform("size") > 1
    pairs = pairs[common | pairs["bigram"].isin(set(count_bigrams(texts)["bigram"]))]
    hashes = find_shingles(lines).rename(columns={"doc": "report_id"})
    hashes = hashes[hashes["hash"].isin(find_shingles(texts)["hash"])]
    hashes["report_id"] = hashes["report_id"].str.split(":").str[0]

    same = tasks.merge(priorities[["title", "priority_id"]])
    by_hand = priorities.dropna(subset="task_id")
    known = pd.concat([part.set_index("task_id")["priority_id"] for part in (same, by_hand)])
    reuse = measures[["measure_id"]].assign(priority_id=measures["task_id"].map(known))
    aligned = [align(texts[m], passages[p]) for m, p in reuse.to_numpy()]
    columns = ["share_aligned", "longest_run", "start", "end"]
    reuse[columns] = pd.DataFrame(aligned).round({0: 4})
    ahead = words["tianjin_2022"].split("二、全力做好2022年重点工作")[1]
    city = [line for line in ahead.split("\n") if line]
    reuse["longest_run_city"] = [max(align(text, line)[1] for line in city) for text in texts]

    local = load_table("local")[["measure_id", "name"]]
    for level in SOURCE:
        local[level] = [name in words[f"{level}_2022"] for name in local["name"]]
    work = build_found_work(folder)
    built = {} if work.empty else {"found_work.csv": work}
    return built | {
        "reports.csv": reports.drop(columns="content"),
        "priorities.csv": priorities.drop(columns=["text", "lines", "task_id"]),
        "terms.csv": counted.sort_values(["priority_id", "term"]),
        "bigrams.csv": pairs,
        "runs.csv": hashes.drop_duplicates().sort_values(["report_id", "hash"]),
        "years.csv": years,
        "vectors.csv": learn_vectors(recent, vocabulary),
        "vectors_without_2022.csv": learn_vectors(without, vocabulary),
        "windows.csv": score_windows(without, tokens, measures.set_index("measure_id")["task_id"]),
        "reuse.csv": reuse,
        "local.csv": local.drop(columns="name"),
        "found.csv": build_found(folder),
        "reviews.csv": build_reviews(folder),
    }


def write_reports(folder, target=REPORTS):
    """Write the tables; return the names of those that differ from the committed ones."""
    return write_differing(build_tables(Path(folder)), REPORTS, target)
