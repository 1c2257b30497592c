"""Live Partition Mobility: validation, the phases of a migration, stop and recovery."""
