import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement

import make

ROOT = Path(make.__file__).parent
LOCK = (ROOT / "requirements.lock").read_text("utf-8")
# One match per pin: the name, the version, and the lines with its hashes.
PINS = re.findall(r"^([a-z0-9-]+)==(\S+)[^\n]*\\\n((?:    --hash=.*\n)+)", LOCK, re.M)
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def run_make(folder, *words):
    """Run a copy of make.py that uses this very Python, as in the conda environment."""
    folder.mkdir(exist_ok=True)
    shutil.copy(ROOT / "make.py", folder)
    env = os.environ | {"CONDA_DEFAULT_ENV": "xq"}
    args = [sys.executable, "make.py", *words]
    return subprocess.run(args, cwd=folder, env=env, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("words", [[], ["help"], ["-h"], ["--help"]])
def test_help_has_one_line_for_each_command(words, capsys):
    assert make.main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(make.COMMANDS)
    for command in ("figures", "test", "lab", "ledger", "data", "lint"):
        assert sum(line.startswith(f"  python make.py {command} ") for line in lines) == 1


@pytest.mark.parametrize("words", [["figure"], ["lint", "xq"]])
def test_unknown_words_get_one_line_and_exit_2(words, capsys):
    assert make.main(words) == 2
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert repr(words[-1]) in said.err and all(command in said.err for command in make.COMMANDS)


def test_every_command_has_steps():
    assert list(make.STEPS) == list(make.COMMANDS)


def test_failing_step_ends_with_one_line_and_exit_1(tmp_path):
    folder = tmp_path / "新 用户"
    (folder / "data").mkdir(parents=True)
    (folder / "data" / "build.py").write_text("raise SystemExit('row 3 is odd')", "utf-8")
    done = run_make(folder, "data")
    assert done.returncode == 1 and done.stdout == ""
    first, last = done.stderr.splitlines()
    assert first == "row 3 is odd" and last.startswith("make.py: data failed: ")


def test_missing_lock_gets_one_line(tmp_path, monkeypatch, capsys):
    monkeypatch.delenv("CONDA_DEFAULT_ENV", raising=False)
    monkeypatch.setattr(make, "LOCK", tmp_path / "requirements.lock")
    assert make.main(["lint"]) == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1 and "requirements.lock" in said.err


def test_the_users_own_settings_do_not_reach_the_notebooks(tmp_path, monkeypatch):
    for name in ("MPLBACKEND", "PYTHONHOME", "PYTHONWARNINGS", "JUPYTER_PATH", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "elsewhere")
    env = make.child_env(tmp_path)
    assert "elsewhere" not in env.values()
    assert env["PYTHONPATH"] == str(ROOT) and env["PYTHONUTF8"] == env["PYTHONNOUSERSITE"] == "1"
    assert all(Path(env[name]).is_dir() for name in make.PRIVATE_FOLDERS)


def test_lab_keeps_the_users_jupyter_settings(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "mine")
    assert make.child_env()["JUPYTER_CONFIG_DIR"] == "mine"


def test_stamp_changes_with_lock_python_and_folder_only():
    stamp = make.stamp(b"pandas==3.1.1", "3.13.0", "/新 用户/xq")
    assert stamp == make.stamp(b"pandas==3.1.1", "3.13.0", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.2", "3.13.0", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.1", "3.13.1", "/新 用户/xq")
    assert stamp != make.stamp(b"pandas==3.1.1", "3.13.0", "/moved/xq")


def test_venv_is_ready_only_with_its_python_and_the_same_stamp(tmp_path):
    assert not make.is_ready(tmp_path, "a")
    make.venv_python(tmp_path).parent.mkdir()
    make.venv_python(tmp_path).touch()
    assert not make.is_ready(tmp_path, "a")  # half made: no stamp
    (tmp_path / "xq-stamp").write_text("a", "utf-8")
    assert make.is_ready(tmp_path, "a") and not make.is_ready(tmp_path, "b")


@pytest.mark.parametrize("version", [(2, 7), (3, 8), (3, 10), (3, 15), (4, 0)])
def test_other_pythons_are_told_what_to_install(version):
    with pytest.raises(make.Problem, match=r"3\.11 to 3\.14 .* install Python 3\.13"):
        make.check_python(version)


def test_make_needs_nothing_but_python():
    # Python 3.8 must be able to read it, to be told that it is too old.
    tree = ast.parse((ROOT / "make.py").read_text("utf-8"), feature_version=(3, 8))
    names = {a.name for n in ast.walk(tree) if isinstance(n, ast.Import) for a in n.names}
    names |= {n.module for n in ast.walk(tree) if isinstance(n, ast.ImportFrom)}
    assert "subprocess" in names
    assert {name.partition(".")[0] for name in names} <= sys.stdlib_module_names


def test_every_dependency_is_in_the_lock_within_its_bound():
    pins = {name: version for name, version, _ in PINS}
    wanted = PROJECT["dependencies"] + PROJECT["optional-dependencies"]["dev"]
    for need in map(Requirement, wanted):
        assert need.specifier and pins[need.name] in need.specifier, need


def test_every_pin_has_a_hash_and_there_is_no_address():
    assert len(PINS) == len(re.findall("^[^ #\n]", LOCK, re.M)) > 100
    assert "://" not in LOCK and "setuptools" not in LOCK
    # pip takes sha256 only as 64 hexadecimal digits.
    for name, _, hashes in PINS:
        assert re.fullmatch(r"(    --hash=sha256:[0-9a-f]{64}( \\)?\n)+", hashes), name


def test_conda_gets_the_same_lock_and_a_python_that_fits():
    conda = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))
    python, pip, pinned = conda["dependencies"]
    assert conda["name"] == "xq" and pip == "pip"
    assert pinned == {"pip": ["-r requirements.lock"]}
    make.check_python(tuple(map(int, python.removeprefix("python=").split("."))))
    assert PROJECT["requires-python"] == ">={}.{}".format(*make.OLDEST)
