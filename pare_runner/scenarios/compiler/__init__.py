"""From the text of a scenario file to a scenario that runs, with every error of the file in one go."""
