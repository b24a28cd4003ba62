"""Groups, p-values and ranks do not depend on the processor or on the number of threads."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import machines

ROOT = Path(__file__).parent.parent
# Each machine is a process of its own: the routines are chosen when NumPy is first imported.
MACHINES = [("Haswell", 1), ("Haswell", 2), ("Sandybridge", 1), ("Sandybridge", 2)]
WORK = """
import json
import numpy as np
import pandas as pd
import threadpoolctl
import xq

def made_up():
    "Documents that share no word with the others, or all of them: nothing but ties."
    words = [[f"a{i}", f"b{i}"] for i in range(9)] + [["x", "y", "z"]] * 3 + [["x", "z"], ["y"]]
    rows = [(f"D{i:02}", w) for i, some in enumerate(words) for w in some for _ in range(2)]
    tokens = pd.DataFrame(rows, columns=["doc", "term"])
    return tokens.assign(start=range(len(tokens)))

def listed():
    "The words of the list, by task."
    measures = xq.load_table("measures").set_index("measure_id")
    tokens = xq.tokenize(measures["text"]).query("layer in ['content', 'verb']")
    return tokens.assign(task=tokens["doc"].astype("str").map(measures["task_id"]))

def group(tokens, by, kinds):
    for kind, methods in kinds.items():
        features = xq.to_features(tokens, by=by, kind=kind)
        for method in methods:
            for n in (3, 8):
                labels = xq.cluster_documents(features, n_clusters=n, method=method)
                yield f"{by}, {kind}, {method}, {n} groups", labels.tolist()

def judge(tokens, by, kind, method):
    table = xq.score_structure(
        tokens, by=by, kind=kind, method=method, n_clusters=[3, 6], nulls=19, draws=4
    )
    return table[["p", "p_any", "verdict"]].to_numpy().tolist()

measures = xq.load_table("measures").set_index("measure_id")
sections = measures["task_id"].map(xq.load_table("tasks").set_index("task_id")["section_id"])
small, ours = made_up(), listed()
each = ["average", "ward", "kmeans"]
kinds = {"words": [*each, "nmf"], "counts": ["lda"]}
results = {f"made up: {name}": labels for name, labels in group(small, "doc", kinds)}
results |= dict(group(ours, "task", kinds | {"vectors": each, "lsa": each}))
results |= dict(group(ours, "doc", {"words": each, "vectors": each}))
results["made up: structure"] = judge(small, "doc", "words", "average")
for kind, method in [("words", "average"), ("vectors", "ward"), ("lsa", "kmeans")]:
    results[f"structure: {kind}, {method}"] = judge(ours, "task", kind, method)
keys = xq.score_keyness(ours, by=sections, min_count=10, draws=99)
results["keyness"] = keys[["group", "term", "p", "q"]].astype({"group": "str"}).to_numpy().tolist()
ranks = xq.match_priorities(measures["text"].head(40))
results["priorities"] = ranks[["doc", "priority_id", "rank"]].astype("str").to_numpy().tolist()
pools = [pool for pool in threadpoolctl.threadpool_info() if pool["internal_api"] == "openblas"]
print(json.dumps([sorted({pool["architecture"] for pool in pools}), results]))
"""


@pytest.fixture(scope="module")
def results():
    """Machine → what it computes; the processes run two at a time."""
    found = {}
    for kernel in dict.fromkeys(kernel for kernel, _ in MACHINES):
        pair = {machine: None for machine in MACHINES if machine[0] == kernel}
        for machine in pair:
            pair[machine] = subprocess.Popen(
                [sys.executable, "-c", WORK],
                env=machines.set_machine(*machine),
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        for machine, process in pair.items():
            text, _ = process.communicate()
            assert process.returncode == 0
            used, found[machine] = json.loads(text)
            if used != [kernel]:
                pytest.skip(f"asked for {kernel}, this machine uses {used}")
    return found


@pytest.mark.parametrize("machine", MACHINES[1:], ids=str)
def test_results_are_the_same_on_every_machine(results, machine):
    first, other = results[MACHINES[0]], results[machine]
    assert len(first) > 40
    assert [name for name in first if first[name] != other[name]] == []


def test_a_difference_is_named_with_its_cell_and_line():
    before = {"01-x.ipynb": ["a", "b\nc\nd"], "01-x.csv": b"n\n1\n", "01-x.png": b"1"}
    after = {"01-x.ipynb": ["a", "b\nC\nd"], "01-x.csv": b"n\n1\n2\n", "01-x.svg": b"1"}
    assert machines.compare(before, before) == []
    assert machines.compare(after, before) == [
        "01-x.csv, line 3: '2', not ''",
        "01-x.ipynb, code cell 2, line 2: 'C', not 'c'",
        "01-x.png: missing",
        "01-x.svg: not there before",
    ]
    assert machines.compare({"p": b"1"}, {"p": b"2"}) == ["p, other bytes"]
    assert machines.compare({"n": ["a"]}, {"n": ["a", "b"]}) == ["n: another number of code cells"]


def test_outputs_are_read_without_pictures(tmp_path):
    outputs = [
        {"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]},
        {"output_type": "display_data", "data": {"image/png": "AAAA", "text/plain": ["<Figure>"]}},
        {"output_type": "execute_result", "data": {"text/html": "<b>", "text/plain": "3"}},
    ]
    cells = [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": outputs}]
    path = tmp_path / "01-x.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    assert machines.read_outputs(path) == ["one\ntwo\n\n<Figure>\n<b>\n3"]


def test_a_machine_is_set_in_the_environment_of_the_child(monkeypatch):
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    env = machines.set_machine("Nehalem", 2)
    assert env["OPENBLAS_CORETYPE"] == "Nehalem"
    assert env["OPENBLAS_NUM_THREADS"] == env["OMP_NUM_THREADS"] == "2"
