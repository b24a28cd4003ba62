"""Write the ledger of the list of this folder, or of another: `python make.py ledger [FILE]`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

import xq  # noqa: E402


def main():
    """Write ledger.xlsx, unless there is one that holds something else."""
    if sys.argv[1:]:
        return xq.write_ledger(ROOT / "ledger.xlsx", xq.read_list(sys.argv[1]))
    measures = xq.read_list(ROOT / "data" / "raw" / "xiqing_2022.txt")
    title = "西青区2022年重点工作任务台账 · Ledger of Xiqing District's tasks of 2022"
    xq.write_ledger(ROOT / "ledger.xlsx", measures, units=xq.load_table("units"), title=title)


if __name__ == "__main__":
    try:
        main()
    except ValueError as problem:  # a list that cannot be read, a file that cannot be written
        sys.exit(str(problem))
