"""The client's page: one self-contained HTML file from an artefact's JSON, page one on one A4 sheet, an appendix behind it.

Nothing here knows a skill by name; only `current` reads an engagement.
"""
