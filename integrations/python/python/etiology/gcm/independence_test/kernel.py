"""The tests by distance covariance, where `dowhy.gcm` has those by kernels."""

from etiology.gcm.independence_test import approx_kernel_based, kernel_based

__all__ = ["approx_kernel_based", "kernel_based"]
