"""What was measured of one side, over seeds."""

from statistics import median


class Side:
    def __init__(self, fit_times=()):
        self.fit_times = list(fit_times)
        self.cold_times = []
        self.warm_times = []
        self.samples = None
        self.permutations = None
        self.contributions = {}

    def add(self, seconds, contributions):
        """One seed's cold call."""
        self.cold_times.append(seconds)
        for node, value in contributions.items():
            self.contributions.setdefault(node, []).append(value)

    def add_figures(self, figures):
        """One seed's figures as etiology prints them."""
        self.fit_times.append(figures["fit_seconds"])
        self.add(figures["cold_seconds"], figures["contributions"])
        if figures["warm_seconds"] is not None:
            self.warm_times.append(figures["warm_seconds"])
        self.samples, self.permutations = figures["samples"], figures["permutations"]

    @property
    def fit_seconds(self):
        return median(self.fit_times)

    @property
    def cold_seconds(self):
        return median(self.cold_times)

    @property
    def warm_seconds(self):
        return median(self.warm_times) if self.warm_times else None
