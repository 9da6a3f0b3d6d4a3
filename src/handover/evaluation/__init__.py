"""Measuring the tracing: invented families as two hurried offices write them, and what a matcher makes of it."""
