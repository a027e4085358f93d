"""What every room stands on: settings, time, ids, refusals, words, database, keys, audit."""
