"""Recompute the answers of the notebooks with other seeds, and see which numbers move.

`python benchmarks/seeds.py [02 04] [--seeds 20]`

The code cells of each notebook run in order in one plain Python process, once for every seed; no
figure is saved. Every seed that the notebook, xq or a library asks for is moved by the same step,
whatever it was, so no source of chance has to be known by name. Seed 0 moves nothing and must give
the committed answer. The result is `benchmarks/seeds.csv`, one row for every number of the
English and the Chinese answer; the rows of a notebook are replaced when it is done.
"""

import argparse
import csv
import io
import json
import multiprocessing
import os
import random
import re
import sys
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # the processes get it too
from notebooks.run import NotebookError, find_notebooks  # noqa: E402

NOTEBOOKS = ROOT / "notebooks"
TABLE = Path(__file__).with_name("seeds.csv")
STEP = 100_003  # apart enough that seeds counted from 0 in a loop do not meet again
NUMBER = r"(?:(?<![0-9A-Za-z])[-−])?\d+(?:,\d{3})*(?:\.\d+)?%?"
COLUMNS = [
    "notebook", "language", "place", "before", "committed",
    "min", "max", "distinct", "n_seeds", "moves",
]  # fmt: skip


@contextmanager
def moved_seeds(by):
    """Add a number to every whole-number seed that NumPy or Python is given inside the block.

    scikit-learn, SciPy, pandas and networkx make their generators with these too.
    """
    import numpy as np

    old_state, old_generator, old_random = (
        np.random.RandomState,
        np.random.default_rng,
        random.Random,
    )

    def move(seed):
        return int(seed) + by if isinstance(seed, int | np.integer) else seed

    class Alike(type):  # an old generator is an instance of its new class too
        def __instancecheck__(cls, thing):
            return isinstance(thing, cls.__base__)

    class MovedState(old_state, metaclass=Alike):
        def __init__(self, seed=None):
            super().__init__(move(seed))

    class MovedRandom(old_random, metaclass=Alike):
        def __new__(cls, seed=None):
            return super().__new__(cls)

        def __init__(self, seed=None):
            super().__init__(move(seed))

    np.random.RandomState, random.Random = MovedState, MovedRandom
    np.random.default_rng = lambda seed=None: old_generator(move(seed))
    try:
        yield
    finally:
        np.random.RandomState, random.Random = old_state, old_random
        np.random.default_rng = old_generator


def read_cells(path):
    """Return the sources of a notebook's code cells up to the answer, and the committed answer."""
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    sources = []
    for cell in cells:
        if cell["cell_type"] == "code":
            sources.append("".join(cell["source"]))
            if "answer" in cell["metadata"].get("tags", []):
                printed = "".join("".join(output.get("text", "")) for output in cell["outputs"])
                lines = printed.strip().split("\n")
                if len(lines) != 2:
                    said = "expected one in English and one in Chinese"
                    raise ValueError(
                        f"{Path(path).name}: the answer has {len(lines)} lines; {said}"
                    )
                return sources, lines
    raise ValueError(f"{Path(path).name} has no cell tagged 'answer'")


def answer(path, seed):
    """Run a notebook's code with every seed moved and return the two lines of its answer."""
    import matplotlib

    matplotlib.use("agg")
    import matplotlib.pyplot as plt
    import xq

    sources, _ = read_cells(path)
    os.chdir(path.parent)
    save, xq.save_figure = xq.save_figure, lambda *args, **kwargs: None
    namespace, printed = {"__name__": "__main__"}, io.StringIO()
    try:
        with moved_seeds(seed * STEP):
            for number, source in enumerate(sources, start=1):
                printed = io.StringIO()
                with redirect_stdout(printed):
                    exec(compile(source, f"{path.name}, code cell {number}", "exec"), namespace)
                plt.close("all")
    finally:
        xq.save_figure = save
    return printed.getvalue().strip().split("\n")


def find_numbers(line):
    """Return the numbers of a sentence, and the pieces of text around them (one more)."""
    return re.findall(NUMBER, line), re.split(NUMBER, line)


def to_value(number):
    """Return the value of a number as it is written in an answer."""
    return float(number.replace(",", "").replace("−", "-").rstrip("%"))


def tell_apart(versions):
    """Return what differs between versions of a sentence, cut into pieces; nothing if alike."""
    texts = sorted({"#".join(pieces) for pieces in versions})
    if len(texts) == 1:
        return []
    start = len(os.path.commonprefix(texts))
    texts = [text[start:] for text in texts]
    end = len(os.path.commonprefix([text[::-1] for text in texts]))
    return [text[: len(text) - end] for text in texts]


def tabulate(name, committed, answers):
    """Return the rows of the table for one notebook.

    Parameters
    ----------
    name : str
        The notebook's number.
    committed : list of str
        The English and the Chinese line of its answer.
    answers : list of list of str
        The same for every seed.

    Returns
    -------
    list of dict
        For each language one row with place 0 for the words, then one for each number.
    """
    rows = []
    for language, line, others in zip(
        ("en", "zh"), committed, zip(*answers, strict=True), strict=True
    ):
        numbers, texts = find_numbers(line)
        found = [find_numbers(other) for other in others]
        columns = [(0, "", "(words)", tell_apart([texts, *(pieces for _, pieces in found)]))]
        for place, number in enumerate(numbers):
            values = {other[place] if place < len(other) else "" for other, _ in found}
            values = sorted(values, key=lambda each: (to_value(each or "-inf"), each))
            columns.append((place + 1, texts[place][-30:], number, values))
        for place, before, number, values in columns:
            row = {"notebook": name, "language": language, "place": place, "before": before}
            row |= {"committed": number, "distinct": " | ".join(values), "n_seeds": len(answers)}
            row |= {"min": values[0], "max": values[-1]} if place else {"min": "", "max": ""}
            rows.append(row | {"moves": bool(values) and values != [number]})
    return rows


def write_rows(rows):
    """Put the rows of one notebook into the table in place of its old ones."""
    old = []
    if TABLE.exists():
        with TABLE.open(encoding="utf-8", newline="") as file:
            old = [row for row in csv.DictReader(file) if row["notebook"] != rows[0]["notebook"]]
    order = sorted([*old, *rows], key=lambda row: row["notebook"])
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(order)


def recompute(path, n_seeds, pool):
    """Run one notebook with every seed, put its rows into the table and say what moves."""
    began, (_, committed) = time.perf_counter(), read_cells(path)
    runs = {pool.submit(answer, path, seed): seed for seed in range(n_seeds)}
    answers = {}
    try:
        for run in as_completed(runs):
            answers[runs[run]] = run.result()
            print(f"{path.stem}: {len(answers)} of {n_seeds} seeds", flush=True)
    finally:
        for run in runs:
            run.cancel()  # those not begun, if one failed
    if answers[0] != committed:
        print(f"{path.stem}: seed 0 gives another answer than the one committed")
    rows = tabulate(path.name[:2], committed, [answers[seed] for seed in range(n_seeds)])
    write_rows(rows)
    for row in rows:
        if row["moves"]:
            said = f"…{row['before']}[{row['committed']}]: {row['distinct']}"
            print(f"  {row['language']} {row['place']} {said}")
    moving, seconds = sum(row["moves"] for row in rows), time.perf_counter() - began
    print(f"{path.stem}: {moving} of {len(rows)} rows move; {seconds:.0f} s", flush=True)


def main():
    """Run every notebook with every seed, two processes at once."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="which, such as 02; else all")
    parser.add_argument("--seeds", type=int, default=20, help="how many (20)")
    parser.add_argument("--jobs", type=int, default=2, help="processes at once (2)")
    options = parser.parse_args()
    try:
        paths = find_notebooks(NOTEBOOKS, options.notebooks)
    except NotebookError as error:
        parser.error(str(error))
    os.environ |= {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONHASHSEED": "0"}
    failed = False
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(options.jobs, mp_context=context) as pool:
        for path in paths:
            try:
                recompute(path, options.seeds, pool)
            except Exception as problem:  # whatever a notebook may raise; the others still run
                failed = True
                said = f"{type(problem).__name__}: {problem}"
                print(f"{path.stem} failed, its old rows are kept: {said}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
