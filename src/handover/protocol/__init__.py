"""Bytes to domain and back: pure; one module for each chapter of docs/spec."""
