"""Run the notebooks as other machines would, and compare what comes out.

`python benchmarks/machines.py [02 04] [--kernels Haswell SkylakeX] [--threads 1 2] [--keep FOLDER]`

NumPy and SciPy choose their matrix routines (the kernel of OpenBLAS) by the processor, and split
work among threads; either changes the last digits of sums. Here every notebook runs once for each
kernel and number of threads, in fresh kernels of Jupyter and into a folder of its own. The
outputs of its cells (without pictures) and the files of its figures must be the same as in the
first run, and as those committed. Exit code 1 if something differs or a notebook fails.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
from notebooks.run import NotebookError, find_notebooks  # noqa: E402

KERNELS = ("Haswell", "SkylakeX", "Sandybridge", "Nehalem", "Prescott")
ALIASES = {"Katmai": "Prescott"}  # what OpenBLAS calls it when asked
PROBE = """import json
import numpy
import scipy.linalg
import threadpoolctl
pools = threadpoolctl.threadpool_info()
print(json.dumps([[p["internal_api"], p.get("architecture"), p["num_threads"]] for p in pools]))"""
RUN = """import sys
sys.path.insert(0, sys.argv[1])
from notebooks.run import NotebookError, run_notebooks
try:
    run_notebooks(sys.argv[2], only=sys.argv[4:], out=sys.argv[3], progress=lambda line: None)
except NotebookError as error:
    sys.exit(str(error))"""


def set_machine(kernel, threads):
    """Return the environment of a child process that works like another machine."""
    env = os.environ | {"OPENBLAS_CORETYPE": kernel, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    env |= dict.fromkeys(names, str(threads))
    # Threads that wait for work sleep: on a busy machine they would burn five times the CPU.
    return env | {"OPENBLAS_THREAD_TIMEOUT": "4", "OMP_WAIT_POLICY": "PASSIVE"}


def run_all(notebooks, out, env, only):
    """Run notebooks into a folder and return what went wrong, or an empty text."""
    words = [sys.executable, "-c", RUN, str(ROOT), str(notebooks), str(out), *only]
    done = subprocess.run(words, env=env, capture_output=True, text=True, encoding="utf-8")
    return done.stderr.strip() if done.returncode else ""


def probe(folder, env):
    """Say which kernels and numbers of threads a Jupyter kernel really has: two sets."""
    import nbformat.v4 as v4

    notebook = v4.new_notebook(cells=[v4.new_code_cell(PROBE, id="probe")])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "00-probe.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    if problem := run_all(folder, folder / "done", env, []):
        raise SystemExit(problem)
    (text,) = read_outputs(folder / "done" / "00-probe.ipynb")
    pools = [pool for pool in json.loads(text) if pool[0] == "openblas"]
    return {ALIASES.get(pool[1], pool[1]) for pool in pools}, {pool[2] for pool in pools}


def read_outputs(path):
    """Return the text that each code cell put out, without pictures."""
    texts = []
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            parts = []
            for output in cell["outputs"]:
                data = output.get("data", {"text": output.get("text", "")})
                parts += ["".join(data[kind]) for kind in sorted(data) if "image" not in kind]
            texts.append("\n".join(parts).strip("\n"))
    return texts


def find_difference(one, two):
    """Return the first line of two texts that differs, or an empty text."""
    lines, others = one.split("\n"), two.split("\n")
    for number in range(max(len(lines), len(others))):
        pair = [each[number] if number < len(each) else "(ends)" for each in (lines, others)]
        if pair[0] != pair[1]:
            return f"line {number + 1}: {pair[0].strip()[:70]!r}, not {pair[1].strip()[:70]!r}"
    return ""


def compare(made, other):
    """Return one line for each cell and file that differs between two sets of results.

    Parameters
    ----------
    made, other : dict
        Name → list of texts (the cells of a notebook), or bytes (a file of a figure).
    """
    problems = []
    for name in sorted({*made, *other}):
        if name not in made or name not in other:
            problems.append(f"{name}: {'missing' if name in other else 'not there before'}")
        elif isinstance(made[name], list):
            if len(made[name]) != len(other[name]):
                problems.append(f"{name}: another number of code cells")
            for cell, (one, two) in enumerate(zip(made[name], other[name], strict=False), start=1):
                if said := find_difference(one, two):
                    problems.append(f"{name}, code cell {cell}, {said}")
        elif made[name] != other[name]:
            is_text = name.endswith((".csv", ".graphml", ".svg"))
            one, two = (
                each.decode("utf-8") if is_text else "" for each in (made[name], other[name])
            )
            problems.append(f"{name}, {find_difference(one, two) or 'other bytes'}")
    return problems


def collect(notebooks, figures, names):
    """Return the results of some notebooks: name → texts of the cells, or bytes of a file."""
    paths = [Path(notebooks) / name for name in names]
    results = {path.name: read_outputs(path) for path in paths if path.exists()}
    for file in Path(figures).glob("*"):
        if file.name[:2] in {name[:2] for name in names}:
            results[file.name] = file.read_bytes()
    return results


def run_machine(kernel, threads, folder, names):
    """Run the notebooks on one machine: (its results, what is to be said of it)."""
    env, notes = set_machine(kernel, threads), []
    kernels, numbers = probe(folder / "probe", env)
    if kernels != {kernel}:
        notes.append(f"this processor ran {', '.join(sorted(map(str, kernels))) or 'no OpenBLAS'}")
    if numbers != {threads}:
        notes.append(f"threads were {', '.join(map(str, sorted(numbers))) or 'unknown'}")
    env["XQ_FIGURES"] = str(folder / "figures")
    problem = run_all(ROOT / "notebooks", folder / "notebooks", env, names)
    return collect(folder / "notebooks", folder / "figures", names), notes, problem


def sweep(kernels, threads, names, folder):
    """Run every combination, print a line for each, and return how many are not alike."""
    committed = collect(ROOT / "notebooks", ROOT / "figures", names)
    first, wrong = None, 0
    for kernel, number in [(kernel, number) for kernel in kernels for number in threads]:
        began = time.perf_counter()
        results, notes, problem = run_machine(kernel, number, folder / f"{kernel}-{number}", names)
        first = first or (None if problem else results)
        from_first = compare(results, first or results)
        from_committed = compare(results, committed)
        said = f"{len(from_first)} differ from the first, {len(from_committed)} from the committed"
        said = "all the same" if not (from_first or from_committed or problem) else said
        if "Kernel died" in problem:
            said = f"did not run, perhaps for want of what {kernel} asks of a processor"
        wrong += said != "all the same"
        seconds = f"{time.perf_counter() - began:.0f} s"
        name = f"{kernel}, {number} thread{'s' if number > 1 else ''}"
        print("; ".join([f"{name}: {said}", *notes, seconds]), flush=True)
        for line in problem.split("\n") if problem else dict.fromkeys(from_first + from_committed):
            print(f"    {line}", flush=True)
    return wrong


def main():
    """Read the options and run the sweep."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("notebooks", nargs="*", help="which, such as 02; else all")
    parser.add_argument("--kernels", nargs="+", default=KERNELS, choices=KERNELS, metavar="NAME")
    parser.add_argument("--threads", nargs="+", default=(1, 2), type=int, metavar="NUMBER")
    parser.add_argument("--keep", type=Path, help="folder for the results, to look at them")
    options = parser.parse_args()
    try:
        names = [path.name for path in find_notebooks(ROOT / "notebooks", options.notebooks)]
    except NotebookError as error:
        parser.error(str(error))
    with tempfile.TemporaryDirectory(prefix="xq-machines-") as folder:
        folder = options.keep or Path(folder)
        return 1 if sweep(options.kernels, options.threads, names, folder) else 0


if __name__ == "__main__":
    sys.exit(main())
