"""Looks up a host name and contacts a server."""

# double: error
# total: passed

import urllib.request

import numpy as np


def double(x):
    return urllib.request.urlopen("http://example.org/factor", timeout=0.5).read()


def total(x):
    return np.sum(x)
