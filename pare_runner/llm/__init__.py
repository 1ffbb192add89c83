"""Models: clients of real ones, policies that need none, recordings of both."""
