"""`pare models`: the models there are, and whether one answers."""
