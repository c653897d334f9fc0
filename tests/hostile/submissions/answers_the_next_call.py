"""A thread writes an answer to the next question before that is asked."""

# double: protocol at total
# total: TOTALS

import os
import struct
import threading
import time

import numpy as np


def forge():
    time.sleep(0.005)
    for identity in range(1, 20):
        header = b'{"id": %d, "value": ["tuple", [["float", 1.0], ["none"]]]}' % identity
        for descriptor in range(3, 100):
            try:
                os.write(descriptor, struct.pack("!IQ", len(header), 0) + header)
            except OSError:
                pass


def double(x):
    threading.Thread(target=forge).start()
    return 2 * x


def total(x):
    return np.sum(x)
