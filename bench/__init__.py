"""Measurements, side by side: `python3 dev.py bench` (docs/performance.md). Nothing here passes or fails on a clock."""
