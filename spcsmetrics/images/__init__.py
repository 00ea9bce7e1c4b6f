"""The images: bases, contexts, builds and releases."""
