"""The test by residuals of regressions, where `dowhy.gcm` has it."""

from etiology.gcm.independence_test import regression_based

__all__ = ["regression_based"]
