"""Files and folders, in memory."""
