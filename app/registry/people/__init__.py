"""Accounts, their roles and scope, their tokens and devices, and the fence every query goes through.

Anyone may be here; nobody stays signed in without a row. Passwords are Argon2id, tokens are stored hashed.
Never knows HTTP: doors hand in what was typed and get back who it is.
"""
