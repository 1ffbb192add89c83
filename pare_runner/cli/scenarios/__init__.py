"""`pare scenarios …`: one module a command."""
