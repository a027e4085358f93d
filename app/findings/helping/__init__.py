"""What helpers do (结对帮扶): their visits to the households that name them, as typed facts, and when each is due.

A log belongs to the pair of helper and household: after a change of helper the new one begins anew. Nothing here is
an inspection, and nothing an inspector learned is told to a helper.
"""
