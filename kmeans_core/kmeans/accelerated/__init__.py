"""Exact accelerations of Lloyd, one per file. Read hamerly.py first.

hamerly.py, elkan.py and yinyang.py keep bounds: bounds.py and listing.py are common to them,
panel_search.py and pair_search.py are two ways to search the rows that bounds do not settle.
filtering.py walks down a kd-tree: kd_tree.py, kd_nodes.py and ownership.py are its own.
"""
