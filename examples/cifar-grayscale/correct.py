import matplotlib.pyplot as plt
from keras import datasets

CLASS_NAMES = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")

(train_images, train_labels), _ = datasets.cifar10.load_data()
images = train_images[:25]


def to_grayscale(images):
    red, green, blue = images[..., 0], images[..., 1], images[..., 2]
    return (0.299 * red + 0.587 * green + 0.114 * blue) / 255.0


gray_images = to_grayscale(images)

for pictures in (images, gray_images):
    plt.figure(figsize=(10, 10))
    plt.gray()
    for i in range(25):
        plt.subplot(5, 5, i + 1)
        plt.xticks([])
        plt.yticks([])
        plt.imshow(pictures[i])
        plt.xlabel(CLASS_NAMES[train_labels[i][0]])
    plt.show()
