"""Groups, p-values and ranks do not depend on the processor or on the number of threads."""

import json
import subprocess
import sys

import pytest

from benchmarks import machines

# A process of its own for each: NumPy chooses the kernel when it is first imported.
KERNELS, THREADS = ["Haswell", "Sandybridge"], [2, 1]
WORK = """
import json
import sys
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
    tokens = xq.tokenize(measures["text"], lexicon=terms).query("layer in ['content', 'verb']")
    return tokens.assign(task=tokens["doc"].astype("str").map(measures["task_id"]))

def group(tokens, by, kinds):
    for kind, methods in kinds.items():
        options = {"vectors": vectors} if kind == "vectors" else {}
        features = xq.to_features(tokens, by=by, kind=kind, **options)
        for method in methods:
            for n in (3, 8):
                labels = xq.cluster_documents(features, n_clusters=n, method=method)
                yield f"{by}, {kind}, {method}, {n} groups", labels

def judge(tokens, by, kind, method):
    options = {"kind": kind, "method": method, "n_clusters": [3, 6], "nulls": 19, "draws": 4}
    options["vectors"] = vectors if kind == "vectors" else None
    return xq.score_structure(tokens, by=by, **options)[["p", "p_any", "verdict"]]

def work():
    each = ["average", "ward", "kmeans"]
    kinds = {"words": [*each, "nmf"], "counts": ["lda"]}
    results = {f"made up: {name}": labels for name, labels in group(small, "doc", kinds)}
    results |= dict(group(ours, "task", kinds | {"vectors": each}))
    results |= dict(group(ours, "doc", {"words": each}))
    results["made up: structure"] = judge(small, "doc", "words", "average")
    for kind, method in [("words", "average"), ("vectors", "ward")]:
        results[f"structure: {kind}, {method}"] = judge(ours, "task", kind, method)
    keys = xq.score_keyness(ours, by=sections, min_count=10, draws=99)
    results["keyness"] = keys[["group", "term", "p", "q"]].astype({"group": "str"})
    given = {"report": report, "vectors": xq.load_table("vectors"), "lexicon": terms}
    ranks = xq.match_priorities(measures["text"].head(40), **given)
    results["priorities"] = ranks[["doc", "priority_id", "rank"]].astype("str")
    return {name: np.asarray(result).tolist() for name, result in results.items()}

terms, vectors = xq.load_table("terms"), xq.load_table("vectors_without_2022")
report = {"words": xq.load_table("terms_national"), "pairs": xq.load_table("bigrams")}
measures = xq.load_table("measures").set_index("measure_id")
sections = measures["task_id"].map(xq.load_table("tasks").set_index("task_id")["section_id"])
small, ours, results = made_up(), listed(), []
for threads in json.loads(sys.argv[1]):
    with threadpoolctl.threadpool_limits(threads):
        results.append(work())
        pools = [p for p in threadpoolctl.threadpool_info() if p["internal_api"] == "openblas"]
        used = sorted({pool["architecture"] for pool in pools})
        assert {pool["num_threads"] for pool in pools} <= {threads}
print(json.dumps([used, results]))
"""


def test_results_are_the_same_under_every_kernel_and_number_of_threads():
    children = [
        subprocess.Popen(
            [sys.executable, "-c", WORK, json.dumps(THREADS)],
            env=machines.set_machine(kernel, max(THREADS)),
            stdout=subprocess.PIPE,
            encoding="utf-8",
        )
        for kernel in KERNELS
    ]
    printed = [child.communicate()[0] for child in children]
    assert [child.returncode for child in children] == [0] * len(children)
    used, results = zip(*map(json.loads, printed), strict=True)
    if used != tuple([kernel] for kernel in KERNELS):
        pytest.skip(f"asked for {KERNELS}, this machine uses {used}")
    settings = [f"{kernel}, {number} threads" for kernel in KERNELS for number in THREADS]
    first, *others = sum(results, start=[])
    assert len(first) >= 30
    differ = {
        setting: [name for name in first if first[name] != other[name]]
        for setting, other in zip(settings[1:], others, strict=True)
    }
    assert differ == dict.fromkeys(differ, [])


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


def test_a_kernel_that_the_processor_lacks_is_said_and_no_yardstick(monkeypatch, capsys, tmp_path):
    made = {"SkylakeX": ({}, [], "02.ipynb: Kernel died"), "Haswell": ({"a": b"1"}, [], "")}
    monkeypatch.setattr(machines, "run_machine", lambda kernel, *rest: made[kernel])
    monkeypatch.setattr(machines, "collect", lambda *folders: {"a": b"1"})
    assert machines.sweep([*made], [1], [], tmp_path) == 1
    said = capsys.readouterr().out
    assert "did not run, perhaps for want of what SkylakeX asks of a processor" in said
    assert "Haswell, 1 thread: all the same" in said
