"""Measuring this assistant on this machine: `assistant bench`."""
