"""Tests find `xq`, use one thread each, and draw into a temporary folder, not over `figures/`."""

import os
import tempfile
from pathlib import Path

import pytest

from notebooks.run import ONE_THREAD

os.environ.update(ONE_THREAD | os.environ)  # before the first import of NumPy
_folder = tempfile.TemporaryDirectory(prefix="xq-figures-")
os.environ["XQ_FIGURES"] = _folder.name
_root = str(Path(__file__).parent.parent)
os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, [_root, os.environ.get("PYTHONPATH")]))


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish():
    _folder.cleanup()
