"""The desk: pages where a figure is read, a round is drawn and a held record is decided.

Everybody signed in may come; what they see is decided by the fences of the rooms below, never by a template. Each
page works without script: a GET builds one frozen dataclass and a template prints it, a POST calls one service in
one transaction and answers 303. Counts nothing and judges nothing itself.
"""
