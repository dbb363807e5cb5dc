"""Ready-made tasks, one small file each."""
