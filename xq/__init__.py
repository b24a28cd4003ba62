"""Read a Chinese government task list with care.

Everything is a table: `read_list` turns a published list into one, `load_table` returns those of
this repository, the other functions add to them, `plot_*` draw them. `help(xq.read_list)` says
what goes in and what comes out.
"""

import importlib

__version__ = "0.2.0"

# Public name → module. Modules are imported when a name is first used, so `import xq` is quick.
_HOME = {
    name: module
    for module, names in {
        "followup": ["count_answers", "read_ledgers"],
        "headlines": ["find_headlines"],
        "labels": ["score_agreement"],
        "ledger": ["write_ledger"],
        "lists": ["ListError", "check_list", "read_changes", "read_list", "read_notice"],
        "many": ["read_lists"],
        "outline": ["find_report_years"],
        "panel": ["FetchError", "fetch_reports"],
        "plot": [
            "plot_bars",
            "plot_dots",
            "plot_matrix",
            "save_figure",
            "use_style",
        ],
        "reports": [
            "compare_targets",
            "find_shingles",
            "match_priorities",
            "score_reuse",
        ],
        "summary": ["write_summary"],
        "tables": ["cite", "list_tables", "load_table"],
        "targets": ["find_targets", "match_targets", "score_specificity"],
        "text": [
            "count_terms",
            "find_context",
            "score_cowords",
            "score_keyness",
            "to_features",
            "to_matrix",
            "tokenize",
            "weight_terms",
        ],
        "themes": [
            "cluster_documents",
            "compare_labels",
            "describe_clusters",
            "score_recovery",
            "score_stability",
            "score_structure",
        ],
        "units": ["find_units", "score_centrality"],
    }.items()
    for name in names
}
__all__ = sorted(_HOME)


def __getattr__(name):
    if name not in _HOME:
        raise AttributeError(f"module 'xq' has no attribute {name!r}")
    return getattr(importlib.import_module(f".{_HOME[name]}", __name__), name)


def __dir__():
    return __all__
