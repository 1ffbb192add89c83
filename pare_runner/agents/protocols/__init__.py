"""Message protocols: how calls and their results are written in a conversation."""
