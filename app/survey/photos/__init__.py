"""Pictures of visits (照片): announced by a record, sent by digest, kept as they came, shown re-encoded.

A kept record announces which pictures belong to it; only those are taken, only from the account that announced
them. The bytes an inspector sealed are stored untouched under their SHA-256 and never leave the house: people see
a fresh JPEG without EXIF. A picture that cannot be opened is kept too, marked refused, and never shown.
Nothing here decides who may see a picture: that is the fence of its record. Nothing here deletes an original.
"""
