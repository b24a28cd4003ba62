"""LICENCES.md says the licence of every package in the lock; nothing needed to run is GPL.

`python tests/test_licences.py` writes the file anew, from what the installed packages say. A
package that is not installed on this system keeps the licence and the place it has in the file.
"""

import importlib.metadata
import re
import tomllib
from email.message import Message
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
FILE = ROOT / "LICENCES.md"
FONT = "| Noto Sans SC (`xq/fonts/`) | OFL-1.1 | the Chinese font of the figures |"
HEAD = """# Licences of what xq uses · 所用软件的许可

xq itself is under the MIT licence ([LICENSE](LICENSE)), its data under CC BY 4.0 ([data/LICENSE.md](data/LICENSE.md)). These are the packages of [requirements.lock](requirements.lock), as they state their licences themselves (SPDX names where they give them; “BSD” does not say which). A test compares this file with the installed packages and fails if a package needed to run is under the GPL or AGPL; none is. `python tests/test_licences.py` writes it anew.

运行所需的软件包均不采用GPL或AGPL许可；本表由测试核对。

Under weaker rules, which bind who changes or passes on these parts but not who uses them: certifi, fqdn and the library libzmq in pyzmq (MPL-2.0). The wheels of NumPy, SciPy and scikit-learn carry the runtime of GCC (GPL-3.0 with the GCC runtime exception, which sets no terms for programs that use it), those of NumPy and SciPy also libquadmath (LGPL-2.1)."""  # noqa: E501
TITLES = {
    True: "\n## Needed to run · 运行所需\n",
    False: "\n## Needed only for development · 仅开发所需\n",
}
TOP = "| package | licence | what for, if named in pyproject.toml |\n|---|---|---|"
# What packages write that give no SPDX name.
SPDX = {
    "apache 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "artistic license": "Artistic",
    "bsd license": "BSD",
    "gnu general public license (gpl)": "GPL",
    "gnu general public license v2 or later (gplv2+)": "GPL-2.0-or-later",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
# Parts of a marker in the lock, and what to say of them; other markers name no system of ours.
WHERE = {
    "== 'darwin'": " (macOS)",
    "== 'win32'": " (Windows)",
    "== 'nt'": " (Windows)",
    "!= 'win32'": " (not Windows)",
    "< '3.12'": " (Python 3.11)",
}
GPL = r"(?<!L)GPL(?!\S* WITH GCC-exception)"  # GPL and AGPL, not LGPL


def read_lock():
    """Return every package of the lock → on which systems, as a short note."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([\w.-]+)==\S+(.*?)\\?$", text, flags=re.M)
    return {
        canonicalize_name(name): next((said for part, said in WHERE.items() if part in marker), "")
        for name, marker in pins
    }


def read_direct():
    """Return the packages named in pyproject.toml: {needed to run: {name: what for}}."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    project = tomllib.loads(text)["project"]
    lists = {True: project["dependencies"], False: project["optional-dependencies"]["dev"]}
    return {
        run: {
            canonicalize_name(Requirement(line).name): re.search(
                re.escape(f'"{line}",') + r" *# (.+)", text
            )[1]
            for line in lines
        }
        for run, lines in lists.items()
    }


def find_needed(names):
    """Return the packages that some packages need, and those these need, on any system."""
    needed, waiting = set(), [(name, frozenset()) for name in names]
    while waiting:
        name, extras = pair = waiting.pop()
        if pair in needed:
            continue
        needed.add(pair)
        try:
            lines = importlib.metadata.requires(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for need in map(Requirement, lines):
            asked = re.findall(r'extra == "(.+?)"', str(need.marker or ""))
            if not asked or extras & {*asked}:
                waiting.append((canonicalize_name(need.name), frozenset(need.extras)))
    return {name for name, _ in needed}


def name_licence(metadata):
    """Return the licence that a package states: an SPDX expression if it gives one."""
    if metadata.get("License-Expression"):
        return metadata["License-Expression"]
    stated = metadata.get("License") or ""
    kinds = [line.split(" :: ")[-1] for line in metadata.get_all("Classifier") or []
             if line.startswith("License :: ")]  # fmt: skip
    known = list(dict.fromkeys(SPDX.get(kind.lower(), kind) for kind in kinds))
    if known and known != ["BSD"]:
        return " / ".join(known)
    clause = re.match(r"(?:BSD|New BSD)[ -](\d)[ -]Clause", stated, flags=re.I)
    if clause:
        return f"BSD-{clause[1]}-Clause"
    short = stated and "\n" not in stated and stated != "UNKNOWN" and len(stated) < 40
    return SPDX.get(stated.lower(), stated) if short else " / ".join(known)


def is_gpl(licence):
    """Say whether a licence is the GPL or AGPL, with no other to choose."""
    choices = [licence] if "(" in licence else licence.split(" OR ")
    return all(re.search(GPL, choice) for choice in choices)


def read_rows(text):
    """Return the table in a text: package → licence."""
    return dict(
        re.findall(r"^\| (?!package )([\w.-]+)(?: \([^|]*\))? \| (.+?) \|", text, flags=re.M)
    )


def write_text(committed):
    """Return what LICENCES.md should say."""
    lock, direct, old = read_lock(), read_direct(), read_rows(committed)
    installed = {canonicalize_name(each.name) for each in importlib.metadata.distributions()}
    kept = read_rows(committed.split(TITLES[False])[0])  # what needs them may be missing as well
    to_run = find_needed(direct[True]) & installed | kept.keys() - installed
    parts = [HEAD]
    for run, title in TITLES.items():
        lines = [FONT] if run else []
        for name in sorted(name for name in lock if (name in to_run) == run):
            try:
                licence = name_licence(importlib.metadata.metadata(name))
            except importlib.metadata.PackageNotFoundError:
                licence = old[name]  # if missing: look it up and write the row by hand
            lines.append(f"| {name}{lock[name]} | {licence} | {direct[run].get(name, '')} |")
        parts += [title, TOP, *lines]
    return "\n".join(parts) + "\n"


def test_the_file_says_what_the_packages_say():
    committed = FILE.read_text(encoding="utf-8")
    assert write_text(committed) == committed, "run: python tests/test_licences.py"


def test_a_package_that_is_not_installed_keeps_its_row(monkeypatch):
    found, committed = importlib.metadata.distributions, FILE.read_text(encoding="utf-8")

    def leave_out(**options):
        missing = {"importlib-metadata", "zipp"}  # both are for Python 3.11 only
        return (each for each in found(**options) if each.name.lower() not in missing)

    monkeypatch.setattr(importlib.metadata, "distributions", leave_out)
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: [])
    assert re.search(r"^\| zipp .*", write_text(committed).split(TITLES[False])[0], flags=re.M)


def test_nothing_needed_to_run_is_gpl():
    to_run, development = FILE.read_text(encoding="utf-8").split(TITLES[False])
    rows = read_rows(to_run.split(TITLES[True])[1])
    assert len(rows) > len(read_direct()[True])
    assert {name: licence for name, licence in rows.items() if is_gpl(licence)} == {}
    assert {name for name, licence in rows.items() if not licence.strip()} == set()
    assert {*rows, *read_rows(development)} == {*read_lock()}


def test_wheels_needed_to_run_carry_nothing_else_that_is_gpl():
    """NumPy and SciPy list the libraries in their wheels as `License: …`, one a line."""
    found = {}
    for name in find_needed(read_direct()[True]) & {*read_lock()}:
        try:
            files = importlib.metadata.files(name) or []
        except importlib.metadata.PackageNotFoundError:
            continue
        for file in files:
            if ".dist-info" in str(file) and "LICEN" in file.name.upper():
                text = file.locate().read_text(encoding="utf-8", errors="replace")
                found |= dict.fromkeys(re.findall(r"^License: (.*GPL.*)$", text, flags=re.M), name)
    assert [licence for licence in found if is_gpl(licence)] == []


def test_the_font_is_under_the_open_font_licence():
    text = (ROOT / "xq" / "fonts" / "OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in text
    assert FONT in FILE.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("fields", "licence"),
    [
        ({"License-Expression": "MIT", "Classifier": "License :: Apache"}, "MIT"),
        ({"License": "MIT license"}, "MIT"),
        ({"License": "BSD 3-Clause License\n\nCopyright", "Classifier": "License :: X :: BSD License"}, "BSD-3-Clause"),
        ({"License": "Copyright me\nlong", "Classifier": "License :: X :: BSD License"}, "BSD"),
        ({"License": "UNKNOWN", "Classifier": "License :: X :: ISC License (ISCL)"}, "ISC"),
        ({"License": "UNKNOWN"}, ""),
        ({"Classifier": "License :: X :: GNU General Public License (GPL)"}, "GPL"),
    ],
)  # fmt: skip
def test_a_licence_is_read_from_what_a_package_states(fields, licence):
    metadata = Message()
    for name, value in fields.items():
        metadata[name] = value
    assert name_licence(metadata) == licence


@pytest.mark.parametrize(
    ("licence", "bad"),
    [
        ("GPL-3.0-only", True),
        ("AGPL-3.0", True),
        ("Artistic / GPL", True),
        ("MIT AND (FTL OR GPL-2.0)", True),
        ("FTL OR GPL-2.0", False),
        ("LGPL-2.1-or-later", False),
        ("GPL-3.0-or-later WITH GCC-exception-3.1", False),
        ("MPL-2.0", False),
    ],
)
def test_gpl_is_told_from_lgpl_and_from_the_runtime_exception(licence, bad):
    assert is_gpl(licence) == bad


if __name__ == "__main__":
    old = FILE.read_text(encoding="utf-8") if FILE.exists() else ""
    FILE.write_text(write_text(old), encoding="utf-8", newline="\n")
