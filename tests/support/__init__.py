"""Builders, fakes and fixtures that several tests use."""
