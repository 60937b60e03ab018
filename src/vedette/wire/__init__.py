"""Their words: bytes <-> records, for each protocol that Vedette speaks.

Pure: nothing here reads a file, a socket, a setting or the clock.
"""
