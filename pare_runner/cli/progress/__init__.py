"""What an invocation shows while it goes on: a display on a terminal, plain lines elsewhere."""
