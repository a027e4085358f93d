"""What is asked of whom: questionnaires, rounds with their draws, photos, the kept records."""
