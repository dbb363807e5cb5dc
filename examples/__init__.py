"""Small modules of jobs to look at and to run."""
