"""Tests of the bare problem's engine."""
