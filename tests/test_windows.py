"""What can be tested of `benchmarks/windows.py` without wine."""

import re
import subprocess
import sys
from collections import Counter

import pytest

from benchmarks import windows

PAGE = windows.PAGE.read_text(encoding="utf-8")
REPORT = """<testsuites><testsuite>
<testcase name="fine"/>
<testcase name="wrong"><failure message="assert 1 == 2&#10; where | is"/></testcase>
<testcase name="broken"><error message="no fixture"/></testcase>
<testcase name="a"><skipped message="not so on Windows"/></testcase>
<testcase name="b"><skipped message="not so on Windows"/></testcase>
</testsuite></testsuites>"""


def test_pins_are_those_of_windows_with_their_hashes(tmp_path):
    windows.write_pins(tmp_path / "pins.txt")
    text = (tmp_path / "pins.txt").read_text(encoding="utf-8")
    names = {line.split("==")[0] for line in text.splitlines() if not line.startswith(" ")}
    assert {"numpy", "scipy", "rjieba", "jieba", "colorama", "pywinpty"} <= names
    assert not names & {"pexpect", "ptyprocess", "appnope", "importlib-metadata"}
    assert ";" not in text and "://" not in text
    assert all(part.startswith("    --hash=sha256:") for part in text.split(" \\\n")[1:])


def test_a_report_of_pytest_becomes_one_line(tmp_path):
    (tmp_path / "report.xml").write_text(REPORT, encoding="utf-8")
    counts, reasons = windows.read_report(tmp_path / "report.xml")
    assert counts == {"passed": 1, "failed": 2, "skipped": 2}
    assert windows.write_line("test_x", counts, reasons) == (
        "| test_x | 1 | 2 | 2 | 1 wrong: assert 1 == 2 where / is; 1 broken: no fixture; "
        "2 not so on Windows |"
    )


def test_the_page_says_nothing_of_where_it_was_run():
    reasons = {r"not at Z:\home\a b\西青 清单\shared: 'C:\\a\\西青 清单\\temp'": 2}
    line = windows.write_line("test_x", Counter(skipped=2), reasons)
    assert line == "| test_x | 0 | 0 | 2 | 2 not at shared: 'temp' |"


def test_the_page_keeps_other_lines_and_sums_all(tmp_path):
    page = tmp_path / "windows.md"
    first = windows.write_line("test_a", Counter(passed=3, failed=1), {"wrong": 1})
    other = windows.write_line("test_b", Counter(passed=5, skipped=2), {"why": 2})
    assert windows.write_page("an earlier one", [first, other], page) == 1
    again = windows.write_line("test_a", Counter(passed=4), {})
    assert windows.write_page("CPython", [again], page) == 0
    lines = page.read_text(encoding="utf-8").splitlines()
    assert "CPython" in lines[2] and "earlier" not in lines[2]
    assert lines[-3:] == [again, other, "| **all 2 files** | 9 | 0 | 2 |  |"]


@pytest.mark.parametrize("timeout", [True, False])
def test_a_file_without_a_report_has_failed(tmp_path, monkeypatch, timeout):
    said = None if timeout else "wine: | boom"
    monkeypatch.setattr(windows, "run_wine", lambda *words, **options: said)
    line = windows.run_tests(tmp_path, "test_a")
    assert line.startswith("| test_a | 0 | 1 | 0 | 1 no result: ")
    assert (f"longer than {windows.LONGEST} s" if timeout else "wine: / boom") in line


def test_every_file_chosen_is_there():
    assert all((windows.ROOT / "tests" / f"{name}.py").exists() for name in windows.TESTS)


def test_what_is_missing_is_named_with_the_command(monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["windows.py"])
    monkeypatch.setattr(windows, "NEEDED", {"/no/such/wine64": "wine64", "/no/ld": "binutils"})
    monkeypatch.setattr(subprocess, "run", None)  # nothing is begun
    with pytest.raises(SystemExit):
        windows.main()
    assert "apt install wine64 binutils" in capsys.readouterr().err


def test_the_readmes_say_what_the_page_says():
    sums = re.search(r"\| \*\*all \d+ files\*\* \| (\d+) \| (\d+) \| (\d+) \|", PAGE)
    passed, failed, skipped = sums.groups()
    assert failed == "0" and all(f"| {name} | " in PAGE for name in windows.TESTS)
    page = "](benchmarks/windows.md)"
    en, zh = (
        (windows.ROOT / name).read_text(encoding="utf-8")
        for name in ("README.md", "README.zh-CN.md")
    )
    assert f"{passed} tests passed, none failed and {skipped} were skipped" in en and page in en
    assert f"{passed}项通过，无一失败，{skipped}项跳过" in zh and page in zh
