"""Who leads, who shares: the responsible units named in the unit cells."""

import re

import networkx as nx
import numpy as np
import pandas as pd
from scipy.stats import rankdata

# The words that close a clause of a unit cell, and the role they give to the units before them.
ROLES = {
    "lead": ("牵头负责", "负责牵头", "牵头", "主责"),
    "joint": ("按职责分工负责", "按职责负责", "协同配合", "配合", "参与"),
    "all": ("分别负责", "各负其责"),
}
_VERBS = "|".join(sorted(sum(ROLES.values(), ()), key=len, reverse=True))
_CLAUSE = re.compile(
    rf"(?P<names>[^，；。]*?)(?P<words>(?P<open>等(?:单位|部门)?)?(?:{_VERBS})?)(?:[，；。]|$)"
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
    """
    roles = {verb: role for role, verbs in ROLES.items() for verb in verbs}
    rows = []
    for label, cell in cells.items():
        order = clause = 0
        for hit in _CLAUSE.finditer(cell):
            clause += bool(hit["names"])
            verb = hit["words"].removeprefix(hit["open"] or "")
            for name in _NAME.finditer(cell, *hit.span("names")):
                order += 1
                rows.append(
                    (label, order, clause, name.group(), *name.span())
                    + (roles.get(verb), hit["words"], hit["open"] is not None)
                )
    columns = ["measure_id", "order", "clause", "unit_written", "start", "end"]
    table = pd.DataFrame(rows, columns=[*columns, "role", "role_written", "open_list"])
    text = ["unit_written", "role", "role_written"]
    return table.astype({name: "str" for name in text} | {"open_list": bool})


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
    ValueError
        If ``weights`` is another word.

    Notes
    -----
    Two-mode measures as in Borgatti & Everett (1997), doi:10.1016/S0378-8733(96)00301-2, computed
    by networkx. Being named often is a duty on paper, not power: see notebook 02.
    """
    if weights not in ("observed", "uniform"):
        raise ValueError(f'weights is {weights!r}; expected "observed" or "uniform"')
    table = responsibilities
    rng = np.random.default_rng(random_state)
    links = pd.crosstab(table["unit_id"], table["task_id"]).astype(bool)
    units = links.index
    weight = table["unit_id"].value_counts()[units] if weights == "observed" else 1.0
    open_clauses = []  # column of the task, and the chance of each unit to be left unnamed
    for (measure_id, _), rows in table[table["open_list"]].groupby(["measure_id", "clause"]):
        named = table.loc[table["measure_id"] == measure_id, "unit_id"]
        chance = np.where(units.isin(named), 0.0, weight)
        column = links.columns.get_loc(rows["task_id"].iloc[0])
        open_clauses.append((column, chance / max(chance.sum(), 1e-12)))

    links = links.to_numpy()
    observed = _score_links(links)
    simulated = []
    for _ in range(draws):
        filled = links.copy()
        sizes = rng.integers(extra[0], extra[1], size=len(open_clauses), endpoint=True)
        for (column, chance), size in zip(open_clauses, sizes, strict=True):
            size = min(size, np.count_nonzero(chance))
            filled[rng.choice(len(units), size, replace=False, p=chance), column] = True
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


def _score_links(links):
    """Return degree and two-mode betweenness of each row of a units × tasks matrix."""
    n = len(links)
    graph = nx.Graph()
    graph.add_nodes_from(range(n + links.shape[1]))
    graph.add_edges_from((int(i), int(n + j)) for i, j in zip(*np.nonzero(links), strict=True))
    between = nx.bipartite.betweenness_centrality(graph, range(n))
    return np.array([links.mean(axis=1), np.round([between[i] for i in range(n)], 9)])


def _rank(scores):
    """Return ranks along the last axis, 1 for the highest; ties share the best rank."""
    return rankdata(-scores, method="min", axis=-1).astype(int)
