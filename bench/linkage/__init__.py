"""The programs for record linkage that the matching is measured beside; run by a Python of their own."""
