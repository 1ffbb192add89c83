"""Experiments as one file: packed with all that makes their runs again, opened safely, compared."""
