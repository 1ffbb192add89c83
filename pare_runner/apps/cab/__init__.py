"""Quotes and rides."""
