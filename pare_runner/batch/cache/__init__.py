"""Finished runs by what decides their result, kept for the next command that asks for the same."""
