"""The questions other than attribution: each with its truth, and what every side answers, over seeds."""
