"""The test by the covariance of residuals, where `dowhy.gcm` has it."""

from etiology.gcm.independence_test import generalised_cov_based

__all__ = ["generalised_cov_based"]
