"""The folder of one client: plain text is the database, and a person or git may change it at any time.

This room knows no model and no skill.
"""
