"""HTTP in: routes, limits and problem documents; no rules and no SQL."""
