"""Noise: failing, renamed and reworded tools, environment events; settings, data and draws, all of it pure."""
