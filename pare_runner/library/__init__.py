"""The library: finds scenarios in files, folders, installed packages and the registry, and reads them."""
