"""A run as one web page that needs neither network nor scripts."""
