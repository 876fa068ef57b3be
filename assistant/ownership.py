"""Files that root makes in a folder of the service belong to the service, which could not change them otherwise."""

import os
from pathlib import Path


def as_around(*paths: Path) -> None:
    """Give what root has just made to whom the folder around it belongs. Raises OSError."""
    if os.geteuid() == 0:
        for path in paths:
            around = path.parent.stat()
            os.chown(path, around.st_uid, around.st_gid, follow_symlinks=False)


def make_folder(folder: Path) -> None:
    """Make a folder, where it is not there, for whom that belongs which it is made in. Raises OSError."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        as_around(folder)
