"""Integers as the analyses reason about them: affine forms."""
