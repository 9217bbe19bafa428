"""The benchmarks themselves: what they measure is checked, and what they print is right."""
