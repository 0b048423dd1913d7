"""What each role finds on its home: one module for each kind of post, all built from the same few readings."""
