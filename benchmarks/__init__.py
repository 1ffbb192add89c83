"""Benchmarks of pare_runner: `make bench`. One module a subject, each registering functions with `@benchmark`."""
