"""Stands in for the package, which is imported and not used here."""
