"""What stands in the user's code object: the Site of each loop, the source that it came from."""
