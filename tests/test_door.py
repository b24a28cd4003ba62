"""Wrong input: every public function works with it, or says in one sentence what is wrong."""

import inspect
import linecache
import tempfile
import traceback
import warnings
from functools import cache
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
import xq

XQ = Path(xq.__file__).parent
NAN = float("nan")
LONGEST = 400  # characters of a message
WORDS = ["none such", "", b"doc", None, NAN, 3, ["doc"]]  # for parameters that take a word
COUNTS = [-1, 1.5, NAN, "3", None, [3]]  # for parameters that take a whole number

# What a right call gives: by parameter, or by function and parameter where a name has two meanings.


@cache
def make_examples():
    """Return parameter → a small right value."""
    measures = xq.load_table("measures").head(12)
    texts = measures.set_index("measure_id")["text"]
    tokens = xq.tokenize(texts)
    groups = measures.set_index("measure_id")["task_id"]
    drawn = pd.DataFrame({"name": ["a", "b"], "n": [1.0, 2.0], "kind": ["p", "q"], "step": 1})
    drawn["group"] = drawn["kind"]
    raw = XQ.parent / "data" / "raw" / "xiqing_2022.txt"
    responsibilities = xq.load_table("responsibilities").head(40).merge(measures[["measure_id"]])
    tasks = xq.load_table("measures")[["measure_id", "task_id"]]
    codes = pd.DataFrame({"item": [0, 1, 0, 1], "coder": [*"aabb"], "code": [*"xyxx"]})
    found = xq.find_targets(texts)
    matrix = pd.DataFrame(np.eye(6) + 0.1, index=[*"abcdef"])
    labels = pd.Series([1, 1, 1, 1, 2, 2], index=matrix.index)
    return {
        "alt": ("图", "picture"),
        "by": "doc",
        "cells": measures.set_index("measure_id")["units"],
        "codes": codes,
        "color": "kind",
        "colors": {"p": ("lead", "p"), "q": ("joint", "q")},
        "data": drawn,
        "directives": xq.load_table("directives"),
        "draw": draw,
        "duties": xq.read_ledgers([make_ledger()]).duties,
        "en": "town",
        "found": found,
        "gold": found,
        "group": "group",
        "item": "name",
        "labels": labels,
        "ledgers": xq.read_ledgers([make_ledger()], today="2023-07-01"),
        "level": "national",
        "matrix": matrix,
        "measures": measures,
        "n_clusters": 2,
        "name": "99-door",
        "panel": "kind",
        "path": "ledger.xlsx",
        "priority_ids": pd.Series("P01", index=texts.index),
        "references": labels.to_frame("known"),
        "report": pd.Series({"P01": "稳定粮食产量", "P02": "建设医疗中心"}),
        "reports": pd.Series({"a": "2024年工作安排\n进出口总额增长8%。"}),
        "responsibilities": responsibilities.merge(tasks),
        "results": xq.load_table("results"),
        "rows": {"p": ("kind", "p"), "q": ("kind", "q")},
        "samples": pd.concat([labels, labels], axis=1),
        "source": None,
        "step": "step",
        "table": drawn,
        "targets": xq.load_table("ladder").head(12),
        "term": "经济",
        "texts": texts,
        "today": "2023-07-01",
        "tokens": tokens,
        "value": "n",
        "values": ["n"],
        "x": "n",
        "y": "name",
        "year": 2022,
        "years": pd.Series({"a": 2024}),
        "zh": "城",
        ("check_list", "measures"): xq.read_list(raw),
        ("describe_clusters", "labels"): groups,
        ("fetch_reports", "level"): "nation",
        ("fetch_reports", "mirrors"): [],  # never the network
        ("fetch_reports", "progress"): False,
        ("load_table", "name"): "tasks",
        ("plot_matrix", "x"): "step",
        ("read_changes", "path"): raw,
        ("read_ledgers", "files"): [make_ledger()],
        ("read_list", "path"): raw,
        ("read_lists", "files"): [raw],
        ("read_notice", "path"): raw,
        ("score_keyness", "by"): groups,
        ("score_reuse", "report"): pd.DataFrame({"level": ["省"], "year": 2024, "text": ["税"]}),
        ("score_keyness", "draws"): 20,
        ("score_specifications", "kinds"): ["words"],
        ("score_specifications", "n_clusters"): [2],
        ("score_specifications", "references"): groups.to_frame(),
        ("score_specifications", "tokens"): {"all": tokens},
        ("score_structure", "draws"): 2,
        ("score_structure", "n_clusters"): [2],
        ("score_structure", "nulls"): 19,
        ("write_ledger", "measures"): xq.read_list(raw),
    }


@cache
def make_ledger():
    """Return a small ledger to be read."""
    folder = tempfile.TemporaryDirectory(prefix="xq-ledger-")
    path = Path(folder.name, "ledger.xlsx")
    xq.write_ledger(path, xq.read_list(XQ.parent / "data" / "raw" / "xiqing_2022.txt").head(3))
    make_ledger.folder = folder  # deleted with the last of the tests
    return path


def draw(say):
    """Draw a small figure."""
    ax = xq.plot_bars(pd.DataFrame({"name": ["a"], "n": [1.0]}), y="name", values=["n"])
    ax.set_title(say("图", "picture"))
    return ax


def make_arguments(name):
    """Return the arguments of a right call: what has no default, and what would take long."""
    examples = make_examples()
    arguments = {}
    for parameter in inspect.signature(getattr(xq, name)).parameters.values():
        if (name, parameter.name) in examples:
            arguments[parameter.name] = examples[name, parameter.name]
        elif parameter.default in (parameter.empty, ...):
            assert parameter.name in examples, f"give {parameter.name!r} of {name} an example"
            arguments[parameter.name] = examples[parameter.name]
    return arguments


def make_wrong(example):
    """Return name → a wrong first argument; the last ones are made of a right one."""
    wrong = {
        "nan": NAN,
        "None": None,
        "int": 3,
        "float": 1.5,
        "list": [1, 2],
        "text": "text",
        "bytes": b"x",
        "empty frame": pd.DataFrame(),
        "empty Series": pd.Series(dtype=float),
        "empty Series of texts": pd.Series(dtype="str"),
        "Series of NaN": pd.Series([NAN, NAN]),
    }
    if isinstance(example, pd.DataFrame | pd.Series):
        levels = pd.MultiIndex.from_arrays([range(len(example)), range(len(example))])
        wrong |= {
            "no rows": example.head(0),
            "duplicated index": example.set_axis(["same"] * len(example)),
            "multi-level index": example.set_axis(levels),
            "NaN in all cells": example.astype(object).where(example.isna(), NAN),
            "numbers in all cells": pd.DataFrame(example).notna().astype(int).squeeze(),
        }
    if isinstance(example, pd.DataFrame):
        wrong["doubled columns"] = pd.concat([example, example], axis=1)
        wrong["columns of several levels"] = pd.concat({"a": example, "b": example}, axis=1)
    return wrong


def make_cases(name):
    """Yield parameter, what is wrong with it, and the wrong value."""
    arguments = make_arguments(name)
    parameters = [*inspect.signature(getattr(xq, name)).parameters.values()]
    for parameter in parameters[:1]:
        for kind, value in make_wrong(arguments.get(parameter.name)).items():
            yield parameter.name, kind, value
    for parameter in parameters[1:]:
        usual = arguments.get(parameter.name, parameter.default)
        if isinstance(usual, str):
            words = [word for word in WORDS if word != usual]
            yield from ((parameter.name, repr(word), word) for word in words)
        elif isinstance(usual, int) and not isinstance(usual, bool):
            yield from ((parameter.name, repr(count), count) for count in COUNTS)
        elif isinstance(usual, pd.DataFrame | pd.Series):
            yield from ((parameter.name, *wrong) for wrong in make_wrong(usual).items())


def find_fault(function, arguments, parameter):
    """Call a function; return what is wrong with how it answers, or None."""
    value = arguments[parameter]
    before = value.copy() if isinstance(value, pd.DataFrame | pd.Series) else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            function(**arguments)
    except Exception as error:
        return find_fault_of_error(error, parameter, value)
    finally:
        plt.close("all")
    if before is not None and not before.equals(value):
        return "changes its argument"
    return None


def find_fault_of_error(error, parameter, value):
    """Return why an error is not one that tells the reader what to do, or None."""
    if not isinstance(error, TypeError | ValueError):
        return f"{type(error).__name__}: {error}"
    last = traceback.extract_tb(error.__traceback__)[-1]
    line = linecache.getline(last.filename, last.lineno).strip()
    message = str(error)
    if isinstance(error, xq.FetchError) and value is None:  # all reports, without the network
        return None
    if Path(last.filename).parent != XQ or not line.startswith("raise "):
        return f"not said by xq ({Path(last.filename).name}:{last.lineno}): {message[:80]}"
    if not 0 < len(message) <= LONGEST:
        return f"{len(message)} characters"
    if isinstance(value, pd.DataFrame | pd.Series) and len(value):
        return None  # the message is about its columns, rows or cells
    given = value if isinstance(value, str) and value else repr(value)[:20]
    if not any(word in message for word in (parameter, type(value).__name__, given)):
        return f"names neither {parameter!r} nor what was given: {message}"
    return None


NAMES = [name for name in xq.__all__ if inspect.isfunction(getattr(xq, name))]


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    """Work in an empty folder of our own; leave the style as it was."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XQ_FIGURES", str(tmp_path))
    with plt.rc_context():
        yield tmp_path


@pytest.mark.parametrize("name", NAMES)
def test_a_wrong_argument_gets_one_clear_answer(name, folder, capfd):
    function, faults = getattr(xq, name), []
    for parameter, kind, value in make_cases(name):
        arguments = make_arguments(name) | {parameter: value}
        kept = set(folder.iterdir())
        fault = find_fault(function, arguments, parameter)
        if name in ("write_ledger", "write_summary"):  # which leave a file that exists alone
            Path(make_examples()["path"]).unlink(missing_ok=True)
        if (
            name not in ("save_figure", "write_ledger", "write_summary")
            and set(folder.iterdir()) != kept
        ):
            fault = "writes a file"
        if fault:
            faults.append(f"{parameter} = {kind}: {fault}")
    assert not faults, "\n".join(faults)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("name", NAMES)
def test_the_examples_are_right(name):
    """Or the walk above would show nothing."""
    try:
        getattr(xq, name)(**make_arguments(name))
    except xq.FetchError as error:  # without the network
        assert "could not be downloaded" in str(error)
    finally:
        plt.close("all")
