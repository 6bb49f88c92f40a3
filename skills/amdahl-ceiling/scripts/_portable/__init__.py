# Generated from fde/portable by make skills. Do not edit.
"""What the runner and a skill folder on its own have in common; standard library only.

`make skills` copies this room into each skill as `scripts/_portable/`, so that a skill copied away checks and writes exactly as the runner does.
"""
