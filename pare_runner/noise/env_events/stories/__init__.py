"""What can arrive in an app, read from augmentation data: one module an app."""
