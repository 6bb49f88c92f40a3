"""`python -m fde`, the same door as the command `fde`."""

from .cli import main

if __name__ == "__main__":
    main()
