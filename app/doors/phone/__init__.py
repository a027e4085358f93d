"""The door of the phone: its package, its sync, its photos (contract, Sync).

The fence is the team's: an inspector sees the samples of the counties in scope, nobody else's.
"""
