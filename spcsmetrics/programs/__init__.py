"""The programs that the images and the local runs are made of, and how each is built."""
