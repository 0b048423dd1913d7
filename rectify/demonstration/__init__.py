"""The demonstration: one real round, loaded through the services, and rounds generated for measuring."""
