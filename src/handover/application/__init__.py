"""The use cases: one class per desk; each opens a unit of work, asks the domain, and says the result."""
