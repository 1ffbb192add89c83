"""One run of one scenario: scenario and seed in, outcome out."""
