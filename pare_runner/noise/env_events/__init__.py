"""Environment events nobody scripted: when they come, what they say, and how they happen in a run."""
