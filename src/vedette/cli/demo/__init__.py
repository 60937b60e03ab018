"""The demonstration's traffic: live people over HTTP, and a past that is made up.

Both know the todo site of ``example/`` and no other.
"""
