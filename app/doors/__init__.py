"""The only rooms that know HTTP, HTML or a terminal."""
