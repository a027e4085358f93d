"""Keeping the installation: signed heads of the audit chain, sweeps, checks, backup and restore. Counts nothing."""
