"""What makes the runs of an invocation: one event loop, threads, processes, or a cluster."""
