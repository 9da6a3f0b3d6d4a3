"""The demonstration: a federation of real node processes that hand over cases to one another."""
