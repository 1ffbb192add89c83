"""Checks: what must hold of a finished run, and how that is found out."""
