"""The simulation kernel: virtual clock, total order of events, log, keyed ids, keyed draws; no wall clock, no apps."""
