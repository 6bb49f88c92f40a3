"""The one path: measure with the skill's own script, ask a model if one is allowed, check what it says, write the artefact.

A script runs as a separate process and a template in a sandbox, and neither runs at all before its skill is trusted.
"""
