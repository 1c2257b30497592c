"""Live Partition Mobility on IBM Power, driven from outside the partition over SSH.

The domain in plain Python: it can be used from a prompt or a script, without Robot Framework.
"""
