"""Handover: a child's case crosses a border without being lost, leaked, or left without a guardian."""
