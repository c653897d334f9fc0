import tensorflow as tf


def derivative(f, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x).numpy()


def gradients(x, w, b):
    with tf.GradientTape(persistent=True) as tape:
        y = x @ w + b
        loss = tf.reduce_mean(y**2)
    [d1_dw, d1_db] = tape.gradient(loss, [w, b])
    return d1_dw, d1_db


def train_step(w, b, x, y, learning_rate):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(tf.matmul(x, w) + b - y))
    grads = tape.gradient(loss, {"w": w, "b": b})
    w.assign(w - learning_rate * grads["w"])
    b.assign(b - learning_rate * grads["b"])
    return loss


def second_derivative(f, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        slope = derivative_tensor(f, x)
    return tape.gradient(slope, x)


def derivative_tensor(f, x):
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = f(x)
    return tape.gradient(y, x)


def jacobian(f, x):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        outputs = tf.unstack(f(x))
    return tf.stack([tape.gradient(output, x) for output in outputs])


if __name__ == "__main__":
    print(derivative(lambda x: x**2, tf.constant(3.0)))
