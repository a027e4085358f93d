"""The door for other clients: ODK Collect, KoboCollect and Enketo speak OpenRosa here (docs.getodk.org, OpenRosa APIs).

In: what they submit becomes an ordinary op and goes through the same use case as our own phone: same checks, same
quarantine, idempotent by instanceID. Out: forms as XForms, kept records as ODK-style CSV. Judges nothing by itself.
"""
