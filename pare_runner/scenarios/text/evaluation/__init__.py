"""The inside of `expressions.Expression`: Jinja's grammar, and everything that an expression can do."""
