"""People: the owner's own card and everybody else's."""
