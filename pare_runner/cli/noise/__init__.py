"""Commands about noise."""
