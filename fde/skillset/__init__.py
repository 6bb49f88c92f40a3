"""Find, read, list and trust skills, and build the portable copies in ours.

A skill is a folder in the Agent Skills format; nothing in it is imported here, and nothing in it runs before it is trusted.
"""
