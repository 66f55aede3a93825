"""A fingerprint of every kind of result: do two checkouts of this project give the same bits?

``python tests/same_bits --checkout DIR --out FILE`` runs some hundred fits, linkages, metrics and
segmentations with the packages in DIR, by their public names only, and writes one line per case:
its name and the SHA-256 of its result. ``--compare OLD NEW`` prints where two such files differ.
``make same-bits OLD=<commit>`` does all of it. No hashes are kept in the repository: the last bits
depend on the width of the machine's vector registers.
"""
