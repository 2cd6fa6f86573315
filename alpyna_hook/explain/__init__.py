"""Renders what the runtime recorded; decides nothing."""
