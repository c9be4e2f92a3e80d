"""
The 7z archive, as a stream: source -> encoder -> cipher -> container -> sink.

``writer`` and ``reader`` are the doors; each other module is one stage.
"""
