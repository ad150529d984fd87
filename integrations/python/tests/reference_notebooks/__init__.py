"""Runs the root-cause notebooks of the reference against this package, with the import alone changed.

Their code is read at test time from the reference's source distribution (`sdist`), cell by cell (`cells`), runs in a process for each notebook
(`runner`, started by `run`), and comes to tables of cells and figures (`table`). The command line is `python -m reference_notebooks`.
"""
