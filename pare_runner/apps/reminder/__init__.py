"""Reminders that fall due, once or again and again."""
