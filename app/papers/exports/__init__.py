"""Files for spreadsheets: what a page shows as CSV and XLSX, and the records of a round as a stream of CSV.

Whoever may see the page may take its file. Text from outside never becomes a formula; nothing is counted here.
"""
