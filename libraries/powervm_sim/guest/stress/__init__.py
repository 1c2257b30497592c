"""``stress-ng``: its options, what it reports, and how a run goes."""
