"""The register of households (建档立卡 and the villages' lists of the other households), read from office workbooks.

City officers bring it in; the city, its counties and the auditors read it within their scope (`queries.
visible_households` is the only way in). An ID number is sealed before it is stored and leaves only masked.
A household is never deleted: one that a newer list lacks is kept and marked with the day.
"""
