"""How clusters merge: the definition first (naive.py, update_rules.py), then the fast ways."""
