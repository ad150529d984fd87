"""Settings of the process."""

from etiology._native import set_threads

default_n_jobs = -1
show_progress_bars = True


def disable_progress_bars() -> None:
    """Long answers show no bars."""
    global show_progress_bars
    show_progress_bars = False


def enable_progress_bars() -> None:
    """Long answers show bars."""
    global show_progress_bars
    show_progress_bars = True


def set_default_n_jobs(n_jobs: int) -> None:
    """How many threads compute; -1 for as many as there are cores. Answers are the same for any number."""
    global default_n_jobs
    default_n_jobs = n_jobs
    set_threads(max(n_jobs, 0))
