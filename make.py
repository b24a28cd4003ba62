"""Set up and run xq. Needs nothing but Python; ``python make.py`` lists the commands."""

import hashlib
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
LOCK = ROOT / "requirements.lock"
OLDEST, NEWEST = (3, 11), (3, 14)  # the Pythons that every pin in the lock has a wheel for
GET_VENV = "install its venv package (Debian, Ubuntu: sudo apt install python3-venv)"

COMMANDS = {
    "figures": "run the notebooks and redraw the figures (figures 02: that notebook only)",
    "test": "check the code, the data, the notebooks and the figures (extra words: pytest)",
    "lab": "open the notebooks in JupyterLab",
    "ledger": "write the ledger of measures to ledger.xlsx",
    "data": "rebuild the tables in data/ from data/raw (--reports FOLDER: reports/ too)",
    "lint": "check the style of the code",
}
TAKES_MORE = ("figures", "test", "lab")

# Each step: what it is called, the arguments Python gets, what to do if it fails.
LINT = [
    ("ruff check", ["-m", "ruff", "check", "."], "mend the lines named above"),
    ("ruff format", ["-m", "ruff", "format", "--check", "."], "format the files named above"),
]
STEPS = {
    "figures": [("figures", ["notebooks/run.py"], "mend the notebook named above")],
    "test": [*LINT, ("pytest", ["-m", "pytest"], "read the first failure above")],
    "lab": [("JupyterLab", ["-m", "jupyterlab", "notebooks"], "read its last lines above")],
    "ledger": [
        (
            "ledger",
            ["-c", "import xq; xq.write_ledger('ledger.xlsx')"],
            "if ledger.xlsx is open in another program, close it there",
        )
    ],
    "data": [("data", ["data/build.py"], "read its last lines above")],
    "lint": LINT,
}

# Settings of the user's own that could change a result, and folders that get private stand-ins.
DROPPED = ("MPLBACKEND", "MATPLOTLIBRC", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONWARNINGS")
JUPYTER_PATHS = ("JUPYTER_PATH", "JUPYTER_CONFIG_PATH")
PRIVATE_FOLDERS = (
    "MPLCONFIGDIR",
    "IPYTHONDIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
)


class Problem(Exception):
    """Something the user can put right; its text is one line."""


def help_text():
    """Return one line for each command."""
    lines = [f"  python make.py {name:<8} {what}" for name, what in COMMANDS.items()]
    return "\n".join(["Commands:", *lines])


def check_python(version):
    """Raise a Problem unless the lock can be installed on this version of Python."""
    if not OLDEST <= tuple(version[:2]) <= NEWEST:
        raise Problem(
            "xq needs Python {}.{} to {}.{} and this is {}.{}: ".format(
                *OLDEST, *NEWEST, *version[:2]
            )
            + "install Python 3.13, then run the same command with it"
        )


def venv_python(folder):
    """Return the path of the Python inside an environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp(lock, version, folder):
    """Return the text that changes whenever .venv has to be made again."""
    return "\n".join([hashlib.sha256(lock).hexdigest(), version, ascii(str(folder)), ""])


def is_ready(folder, wanted):
    """Say whether an environment was finished, and for this very stamp."""
    try:
        return venv_python(folder).exists() and (folder / "xq-stamp").read_text("utf-8") == wanted
    except OSError:
        return False


def child_env(prefix=None):
    """Return the environment for a child process, with private folders if a prefix is given."""
    env = {name: value for name, value in os.environ.items() if name not in DROPPED}
    env.update(PYTHONPATH=str(ROOT), PYTHONUTF8="1", PYTHONNOUSERSITE="1")
    if prefix is not None:
        for name in JUPYTER_PATHS:
            env.pop(name, None)
        for name in PRIVATE_FOLDERS:
            folder = prefix / "xq-profile" / name.lower()
            folder.mkdir(parents=True, exist_ok=True)
            env[name] = str(folder)
    return env


def run(args, env):
    """Run a child process to its end and return its exit code."""
    sys.stdout.flush()
    child = subprocess.Popen([str(arg) for arg in args], cwd=str(ROOT), env=env)
    interrupted = False
    while True:
        try:
            code = child.wait()
            break
        except KeyboardInterrupt:  # the child got it too: let it tidy up
            interrupted = True
    if interrupted and code != 0:
        raise KeyboardInterrupt
    return code


def remove_venv():
    """Delete .venv, whatever state it is in."""
    if VENV in Path(sys.executable).parent.resolve().parents:
        raise Problem(".venv must be made again: leave it (deactivate), then run the same command")
    try:
        if VENV.exists():
            shutil.rmtree(VENV)
    except OSError as error:
        raise Problem(
            f"cannot delete .venv ({error.strerror}): close what uses it (JupyterLab, an editor), "
            "then run the same command again"
        ) from None


def make_venv():
    """Make .venv from the lock. It has no stamp yet, so a half-made one is not trusted."""
    python = venv_python(VENV)
    with_pip = importlib.util.find_spec("ensurepip") is not None
    if with_pip:
        pip = [python, "-m", "pip"]
    elif importlib.util.find_spec("pip"):  # Debian without python3-venv
        pip = [sys.executable, "-m", "pip", "--python", python]
    else:
        raise Problem(f"this Python has no pip: {GET_VENV}, then run the same command again")
    remove_venv()
    print("Setting up .venv: the first time takes some minutes and about 800 MB of disk.")
    print("A pip mirror is respected, if you have set one (pip config set global.index-url ...).")
    try:
        venv.create(VENV, symlinks=os.name != "nt", with_pip=with_pip)
    except subprocess.CalledProcessError:
        raise Problem(f"cannot make .venv: {GET_VENV}, then run the same command again") from None
    quiet = ["--disable-pip-version-check", "--no-input"]
    install = ["install", "--no-user", "--use-pep517", "--require-hashes", "-r", LOCK]
    if run([*pip, *quiet, *install], child_env()) != 0:
        raise Problem(
            "the packages could not be installed: check the network and the free disk space, "
            "then run the same command again (finished downloads are kept)"
        )


def find_python():
    """Return the Python to work with and its prefix; set it up first if need be."""
    if os.environ.get("CONDA_DEFAULT_ENV") == "xq":
        return Path(sys.executable), Path(sys.prefix)
    if not LOCK.exists():
        raise Problem("requirements.lock is missing: get a complete copy of the repository")
    wanted = stamp(LOCK.read_bytes(), platform.python_version(), ROOT)
    if not is_ready(VENV, wanted):
        make_venv()
        (VENV / "xq-stamp").write_text(wanted, "utf-8")
    return venv_python(VENV), VENV


def run_steps(steps, python, env, more=()):
    """Run the steps of a command in turn; more words go to the last. Stop at the first failure."""
    for number, (name, args, remedy) in enumerate(steps, start=1):
        words = more if number == len(steps) else ()
        if run([python, *args, *words], env) != 0:
            raise Problem(f"{name} failed: {remedy}, then run the same command again")


def main(argv):
    """Run one command and return the exit code."""
    command, more = (argv[0], argv[1:]) if argv else ("help", [])
    try:
        check_python(sys.version_info)
        for stream in (sys.stdout, sys.stderr):
            stream.reconfigure(errors="backslashreplace")
        if command in ("help", "-h", "--help"):
            print(help_text())
            return 0
        if command not in COMMANDS or (more and command not in TAKES_MORE):
            wrong = command if command not in COMMANDS else " ".join(more)
            print(f"make.py: what is {wrong!r}? Commands: {', '.join(COMMANDS)}", file=sys.stderr)
            return 2
        python, prefix = find_python()
        run_steps(STEPS[command], python, child_env(None if command == "lab" else prefix), more)
        if command == "ledger":
            print(f"The ledger is in {ROOT / 'ledger.xlsx'}")
        return 0
    except Problem as problem:
        print(f"make.py: {problem}.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"make.py: {error}: mend that, then run the same command again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nmake.py: stopped.", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
