"""The database: one code path for SQLite and PostgreSQL.

`base` has the mixins every household-side table uses, `engines` the two engines and the sessions, `ports` the
only engine-specific SQL in the house, `migrate` brings the schema up. One transaction = one county, held by a
check at flush (scale-security A5.4).
"""
