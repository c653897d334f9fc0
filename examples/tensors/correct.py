import numpy as np
import tensorflow as tf


def shapes(tensor):
    return {"rank": tf.rank(tensor), "shape": tf.shape(tensor), "size": tf.size(tensor)}


def last_row(tensor):
    return tensor[-1, :].numpy()


def skip_first(tensor):
    return tensor[1:, :].numpy()


def second_column(tensor):
    return tensor[:, 1].numpy()


def flatten(tensor):
    return tf.reshape(tensor, [-1])


def pairs(tensor):
    return tf.reshape(tensor, [3 * 2, 5])


def per_block(tensor):
    return tf.reshape(tensor, [3, -1])


def swap_axes(tensor):
    return tf.transpose(tensor, perm=list(range(len(tensor.shape)))[::-1])


def largest(tensor):
    return tf.math.argmax(tensor)


def scale_columns(a, b):
    return tf.multiply(a, b)


def broadcast_shape(s1, s2):
    try:
        return np.broadcast_shapes(s1, s2)
    except ValueError:
        return None


def update(v):
    v.assign([5, 6])
    return v.assign_add([2, 3]).numpy()


if __name__ == "__main__":
    print(shapes(tf.zeros([3, 2, 5])))
