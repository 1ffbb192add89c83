"""Messages in one-to-one and group conversations."""
