"""Apartment listings."""
