"""Print the questions as a form, set answers in a file and check it; needs only this folder and Python 3.11."""

import sys
from pathlib import Path

if sys.version_info < (3, 11):
    print("answers.py needs Python 3.11 or newer; this is " + sys.version.split()[0], file=sys.stderr)
    sys.exit(2)

HERE = Path(__file__).resolve().parent
# With `python -I` a script's own folder is not searched.
sys.path.insert(0, str(HERE))

from _portable.form import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(HERE.parent))
