"""One file, one library: nothing else in the project imports that library."""
