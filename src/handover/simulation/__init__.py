"""Nodes as they are, on real databases, in simulated time over a simulated wire: one seed is one history."""
