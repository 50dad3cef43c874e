"""Nightly pictures: where they are read, which are measured already, and what is stored of each."""
