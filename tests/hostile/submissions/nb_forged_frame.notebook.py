"""Writes into every open file of the kernel."""

# double: protocol
# total: failed

# %%
import numpy as np

# %%
import os, socket, struct

header = (
    b'{"id": 1, "names": {"double": {"parameters": [["x", "POSITIONAL_OR_KEYWORD", false]], "returns": [], "reads": [], "stores": []}}, '
    b'"classes": {}, "others": {}, "modules": [], "error": null, "failures": [], "absent": [], "unbound": [], "read": []}'
)
for descriptor in range(3, 100):
    try:
        if socket.socket(fileno=os.dup(descriptor)).getpeername() == "":
            os.write(descriptor, struct.pack("!IQ", len(header), 0) + header)
    except OSError:
        pass

# %%
def total(x):
    return np.sum(x)
