"""Every speed claim, measured beside its peers: `make bench`, or ``python -m benchmarks``.

Whether a change made this tree slower: `make bench-pairs`, or ``python -m benchmarks.pairs``.
"""
