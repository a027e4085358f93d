"""What phones send is kept here, byte for byte, whatever it says.

An op's bytes are stored before anyone judges them; an op that cannot count is held (待核) with its reasons, never
refused. Same id and same digest: the same receipt again. Same id, other digest: a conflict, both kept. Only a city
officer releases or voids, with a reason. Nothing here is ever deleted or edited.
"""
