"""Who leads, who shares: the responsible units named in the unit cells."""

import re

import numpy as np
import pandas as pd
from scipy.sparse import csr_array
from scipy.stats import rankdata

from .door import check_choice, check_count, check_frame, check_texts

# The words that close a clause of a unit cell, and the role they give to the units before them.
ROLES = {
    "lead": ("牵头负责", "负责牵头", "牵头", "主责"),
    "joint": ("按职责分工负责", "按职责负责", "协同配合", "配合", "参与"),
    "all": ("分别负责", "各负其责"),
}
_ROLE_OF = {verb: role for role, verbs in ROLES.items() for verb in verbs}
_VERBS = "|".join(sorted(_ROLE_OF, key=len, reverse=True))
_CLAUSE = re.compile(
    rf"(?P<names>[^，；。]*?)(?P<open>等(?:单位|部门)?)?(?P<verb>{_VERBS})?(?:[，；。]|\Z)"
)
_NAME = re.compile("[^、]+")


def find_units(cells):
    """Find the units named in unit cells, with their roles.

    A cell is a series of clauses, each a list of names closed by words that give the role:
    区财政局牵头，区发展改革委、区人社局等按职责分工负责.

    Parameters
    ----------
    cells : Series of str
        Unit cells as returned by `read_list` (``units``), indexed by measure.

    Returns
    -------
    DataFrame
        One row per unit named, in document order, with columns

        - ``measure_id`` : the index label of the cell
        - ``order`` : int, position of the name in its cell, from 1
        - ``clause`` : int, number of the clause in its cell, from 1
        - ``unit_written`` : str, the name as written
        - ``start``, ``end`` : int, character span of the name in the cell
        - ``role`` : str, "lead" (牵头), "joint" (按职责分工负责, 配合) or "all" (分别负责); missing
          where the clause does not say
        - ``role_written`` : str, the words that close the clause, with 等 where it stands
        - ``open_list`` : bool, the clause ends in 等: others may be meant, absence proves nothing

    Raises
    ------
    TypeError
        If ``cells`` is no Series of texts.
    ValueError
        If two cells have the same label.
    """
    check_texts(cells, "cells")
    rows = []
    for label, cell in cells.items():
        order = clause = 0
        for hit in _CLAUSE.finditer(cell):
            clause += bool(hit["names"])
            words = (hit["open"] or "") + (hit["verb"] or "")
            closing = (_ROLE_OF.get(hit["verb"]), words, hit["open"] is not None)
            for name in _NAME.finditer(cell, *hit.span("names")):
                order += 1
                rows.append((label, order, clause, name.group(), *name.span(), *closing))
    numbers = dict.fromkeys(["order", "clause", "start", "end"], "int64")
    texts = dict.fromkeys(["unit_written", "role", "role_written"], "str")
    columns = ["measure_id", "order", "clause", "unit_written", "start", "end"]
    table = pd.DataFrame(rows, columns=[*columns, "role", "role_written", "open_list"])
    return table.astype(numbers | texts | {"open_list": bool})


def score_centrality(
    responsibilities, *, extra=(0, 3), weights="observed", draws=200, random_state=0
):
    """Score how central each unit is in the two-mode network of units and tasks.

    A unit and a task are linked when the unit is named in one of the task's measure rows. A clause
    that ends in 等 may mean more units than it names; the rank intervals take that seriously: in
    each draw, every such clause gains a random number of units it does not name.

    Parameters
    ----------
    responsibilities : DataFrame
        Columns ``measure_id``, ``task_id``, ``clause``, ``unit_id``, ``open_list``.
    extra : (int, int)
        Fewest and most units an open clause may leave unnamed; each number equally likely.
    weights : {"observed", "uniform"}
        Who may be left unnamed: units in proportion to their measure rows, or all alike.
    draws : int
        Number of simulated networks.
    random_state : int
        Seed of the simulation.

    Returns
    -------
    DataFrame
        One row per unit, most tasks first (ties by ``unit_id``), with columns

        - ``unit_id`` : str
        - ``n_tasks`` : int, tasks the unit is linked to, its degree
        - ``degree`` : float, share of the table's tasks
        - ``betweenness`` : float, two-mode betweenness, 0 to 1
        - ``rank``, ``rank_low``, ``rank_high`` : int, rank by tasks (1 = most; ties share the
          best rank), and the 2.5 and 97.5 percentiles of the simulated ranks
        - ``betweenness_rank``, ``betweenness_rank_low``, ``betweenness_rank_high`` : int, the
          same by betweenness

    Raises
    ------
    TypeError
        If ``responsibilities`` is no DataFrame, ``open_list`` is not bool, or a number is not
        whole.
    ValueError
        If a column, a value or every row is missing, or an argument is out of its range.

    Notes
    -----
    Two-mode measures as in Borgatti & Everett (1997), doi:10.1016/S0378-8733(96)00301-2. Being
    named often is a duty on paper, not power: see notebook 02.
    """
    columns = ["measure_id", "task_id", "clause", "unit_id", "open_list"]
    check_frame(responsibilities, "responsibilities", *columns, filled=columns)
    table = responsibilities[columns].reset_index(drop=True)
    if table.empty:
        raise ValueError("responsibilities has no rows; give it one row per unit and measure row")
    if table["open_list"].dtype != bool:
        raise TypeError(
            f"responsibilities: open_list has the type {table['open_list'].dtype}; expected bool: "
            "map its words to True and False"
        )
    check_choice(weights, "weights", ["observed", "uniform"])
    check_count(draws, "draws", 1)
    check_count(random_state, "random_state")
    if not isinstance(extra, tuple | list) or len(extra) != 2:
        raise TypeError(f"extra is {str(extra)[:60]}; expected two whole numbers, like (0, 3)")
    for number, least in zip(extra, (0, extra[0]), strict=True):
        check_count(number, "extra", least)

    links = pd.crosstab(table["unit_id"], table["task_id"]).astype(bool)
    units = links.index
    open_clauses = _find_unnamed(table, links, weights)
    links = links.to_numpy()
    observed = _score_links(links)
    rng = np.random.default_rng(random_state)
    simulated = []
    for _ in range(draws):
        filled = links.copy()
        sizes = rng.integers(*extra, size=len(open_clauses), endpoint=True)
        for (task, chance, most), size in zip(open_clauses, sizes, strict=True):
            gained = rng.choice(len(units), min(size, most), replace=False, p=chance)
            filled[gained, task] = True
        simulated.append(_rank(_score_links(filled)))
    low, high = np.quantile(simulated, [0.025, 0.975], axis=0, method="inverted_cdf").astype(int)
    rank = _rank(observed)
    result = pd.DataFrame(
        {
            "unit_id": units,
            "n_tasks": links.sum(axis=1),
            "degree": observed[0],
            "betweenness": observed[1],
            "rank": rank[0],
            "rank_low": low[0],
            "rank_high": high[0],
            "betweenness_rank": rank[1],
            "betweenness_rank_low": low[1],
            "betweenness_rank_high": high[1],
        }
    )
    return result.sort_values(["rank", "unit_id"], ignore_index=True)


def _find_unnamed(table, links, weights):
    """Return for each open clause its task, each unit's chance to be unnamed, and how many can."""
    weight = table["unit_id"].value_counts()[links.index] if weights == "observed" else 1.0
    named = table.groupby("measure_id")["unit_id"].agg(set)
    clauses = table[table["open_list"]].groupby(["measure_id", "clause"])["task_id"].first()
    found = []
    for (measure_id, _), task_id in clauses.items():
        chance = np.where(links.index.isin(named[measure_id]), 0.0, weight)
        most = np.count_nonzero(chance)
        found.append((links.columns.get_loc(task_id), chance / max(chance.sum(), 1e-12), most))
    return found


def _score_links(links):
    """Return degree and two-mode betweenness of each row of a units × tasks matrix."""
    return np.array([links.mean(axis=1), np.round(_score_betweenness(links), 9)])


def _score_betweenness(links):
    """Return the betweenness of each row of a units × tasks matrix, as a share of the most it can.

    Brandes' algorithm (2001), doi:10.1080/0022250X.2001.9990249, from all nodes at once. The
    values are networkx's, some 30 times sooner; sparse products, for they sum in one order on
    every processor.
    """
    n, m = links.shape
    edges = np.zeros((n + m, n + m))
    edges[:n, n:] = links
    edges[n:, :n] = links.T
    edges = csr_array(edges)
    layer = np.eye(n + m)  # number of shortest paths, from each column's node to the nodes reached
    layers, paths = [layer], layer
    while layer.any():
        layer = np.where(paths == 0, edges @ layer, 0.0)
        layers.append(layer)
        paths = paths + layer
    through = np.zeros_like(paths)  # share of the shortest paths from a column's node by this one
    for nearer, layer in zip(layers[-2:0:-1], layers[:1:-1], strict=True):
        share = np.divide(1 + through, paths, where=layer > 0, out=np.zeros_like(paths))
        through += nearer * (edges @ share)
    # The most a unit can have with n units and m tasks, from Borgatti and Everett.
    s, t = divmod(n - 1, m)
    most = m**2 * (s + 1) ** 2 + m * (s + 1) * (2 * t - s - 1) - t * (2 * s - t + 3)
    return through[:n].sum(axis=1) / max(most, 1)  # both count each pair twice


def _rank(scores):
    """Return ranks along the last axis, 1 for the highest; ties share the best rank."""
    return rankdata(-scores, method="min", axis=-1).astype(int)
