"""Well-known packages by their import name, and names that newer releases removed.

If such a package is missing on this machine, that is not the student's fault. The word of a submission is never enough:
a package must be in this table and must not be installed.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import platform
import re
from collections.abc import Iterable
from functools import cache
from typing import Any

# {name in an import: name for pip}
PIP_NAMES = {
    "albumentations": "albumentations",
    "autograd": "autograd",
    "bokeh": "bokeh",
    "bs4": "beautifulsoup4",
    "chainer": "chainer",
    "cloudpickle": "cloudpickle",
    "colorama": "colorama",
    "cupy": "cupy-cuda12x",
    "cv2": "opencv-python-headless",
    "dask": "dask",
    "datasets": "datasets",
    "dill": "dill",
    "dotenv": "python-dotenv",
    "einops": "einops",
    "emnist": "emnist",
    "fastai": "fastai",
    "flax": "flax",
    "gdown": "gdown",
    "gensim": "gensim",
    "graphviz": "graphviz",
    "gym": "gym",
    "gymnasium": "gymnasium",
    "h5py": "h5py",
    "hdf5storage": "hdf5storage",
    "idx2numpy": "idx2numpy",
    "imageio": "imageio",
    "imblearn": "imbalanced-learn",
    "imutils": "imutils",
    "ipdb": "ipdb",
    "ipympl": "ipympl",
    "ipywidgets": "ipywidgets",
    "jax": "jax",
    "jaxlib": "jaxlib",
    "joblib": "joblib",
    "keras": "tensorflow",  # which brings it, and which it needs
    "keras_tuner": "keras-tuner",
    "kerastuner": "keras-tuner",
    "kornia": "kornia",
    "librosa": "librosa",
    "lightgbm": "lightgbm",
    "lightning": "lightning",
    "line_profiler": "line-profiler",
    "livelossplot": "livelossplot",
    "memory_profiler": "memory-profiler",
    "missingno": "missingno",
    "mlxtend": "mlxtend",
    "mnist": "mnist",
    "mplcursors": "mplcursors",
    "mpld3": "mpld3",
    "mxnet": "mxnet",
    "nest_asyncio": "nest-asyncio",
    "networkx": "networkx",
    "nltk": "nltk",
    "nnfs": "nnfs",
    "numba": "numba",
    "onnx": "onnx",
    "onnxruntime": "onnxruntime",
    "openpyxl": "openpyxl",
    "optax": "optax",
    "optuna": "optuna",
    "pandas": "pandas",
    "pandas_profiling": "ydata-profiling",
    "PIL": "pillow",
    "plotly": "plotly",
    "polars": "polars",
    "prettytable": "prettytable",
    "pyarrow": "pyarrow",
    "pycuda": "pycuda",
    "pydot": "pydot",
    "pydotplus": "pydotplus",
    "pygame": "pygame",
    "pyspark": "pyspark",
    "pytorch_lightning": "pytorch-lightning",
    "pytz": "pytz",
    "requests": "requests",
    "scikeras": "scikeras",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "shap": "shap",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "sklearnex": "scikit-learn-intelex",
    "spacy": "spacy",
    "statsmodels": "statsmodels",
    "sympy": "sympy",
    "tabulate": "tabulate",
    "tensorboard": "tensorboard",
    "tensorboardX": "tensorboardX",
    "TensorBoard": "tensorboard",  # the name in the error of TensorFlow
    "tensorflow": "tensorflow",
    "tensorflow_addons": "tensorflow-addons",
    "tensorflow_datasets": "tensorflow-datasets",
    "tensorflow_hub": "tensorflow-hub",
    "tensorflow_model_optimization": "tensorflow-model-optimization",
    "tensorflow_probability": "tensorflow-probability",
    "termcolor": "termcolor",
    "tf_keras": "tf-keras",
    "tflearn": "tflearn",
    "theano": "theano",
    "tikzplotlib": "tikzplotlib",
    "timm": "timm",
    "torch": "torch",
    "torchinfo": "torchinfo",
    "torchmetrics": "torchmetrics",
    "torchsummary": "torchsummary",
    "torchtext": "torchtext",
    "torchvision": "torchvision",
    "torchviz": "torchviz",
    "tqdm": "tqdm",
    "transformers": "transformers",
    "ucimlrepo": "ucimlrepo",
    "visualkeras": "visualkeras",
    "wandb": "wandb",
    "wget": "wget",
    "xgboost": "xgboost",
    "xlrd": "xlrd",
    "yaml": "pyyaml",
    "yellowbrick": "yellowbrick",
}
# Modules that only an online service has; they cannot be installed.
ONLINE = {"google.colab": "Colab", "kaggle": "Kaggle", "kaggle_secrets": "Kaggle", "kagglehub": "Kaggle"}

# {name that a newer release removed: its replacement}
SUCCESSORS = {
    "collections.Callable": "collections.abc.Callable",
    "collections.Iterable": "collections.abc.Iterable",
    "collections.Mapping": "collections.abc.Mapping",
    "collections.Sequence": "collections.abc.Sequence",
    "imp": "importlib",
    "distutils": "setuptools",
    "keras.backend.get_session": "tensorflow.compat.v1.keras.backend.get_session",
    "keras.backend.set_session": "tensorflow.compat.v1.keras.backend.set_session",
    "keras.backend.tensorflow_backend": "keras.backend",
    "keras.engine": "keras.layers and keras.Model",
    "keras.initializers.glorot_normal": "keras.initializers.GlorotNormal",
    "keras.initializers.glorot_uniform": "keras.initializers.GlorotUniform",
    "keras.initializers.he_normal": "keras.initializers.HeNormal",
    "keras.initializers.normal": "keras.initializers.RandomNormal",
    "keras.initializers.uniform": "keras.initializers.RandomUniform",
    "keras.layers.CuDNNGRU": "keras.layers.GRU",
    "keras.layers.CuDNNLSTM": "keras.layers.LSTM",
    "keras.layers.Merge": "keras.layers.concatenate",
    "keras.layers.MaxoutDense": "keras.layers.Dense",
    "keras.layers.advanced_activations": "keras.layers",
    "keras.layers.convolutional": "keras.layers",
    "keras.layers.core": "keras.layers",
    "keras.layers.embeddings": "keras.layers",
    "keras.layers.experimental.preprocessing": "keras.layers",
    "keras.layers.experimental": "keras.layers",
    "keras.layers.local": "keras.layers",
    "keras.layers.merge": "keras.layers",
    "keras.layers.noise": "keras.layers",
    "keras.layers.normalization": "keras.layers",
    "keras.layers.pooling": "keras.layers",
    "keras.layers.recurrent": "keras.layers",
    "keras.layers.wrappers": "keras.layers",
    "keras.losses.mae": "keras.losses.MeanAbsoluteError()",
    "keras.losses.mse": "keras.losses.MeanSquaredError()",
    "keras.losses.softmax_cross_entropy": "tensorflow.nn.softmax_cross_entropy_with_logits",
    "keras.models.model_from_yaml": "keras.models.model_from_json",
    "keras.objectives": "keras.losses",
    "keras.optimizers.legacy": "keras.optimizers",
    "keras.optimizers.schedules.LearningRateScheduler": "keras.callbacks.LearningRateScheduler",
    "keras.preprocessing.image.ImageDataGenerator": "tensorflow.keras.preprocessing.image.ImageDataGenerator",
    "keras.preprocessing.sequence.TimeseriesGenerator": "keras.utils.timeseries_dataset_from_array",
    "keras.preprocessing.text": "keras.layers.TextVectorization",
    "keras.regularizers.WeightRegularizer": "keras.regularizers.L1L2",
    "keras.regularizers.l1l2": "keras.regularizers.L1L2",
    "keras.utils.generic_utils": "keras.utils",
    "keras.utils.layer_utils": "keras.utils",
    "keras.utils.multi_gpu_model": "tensorflow.distribute.MirroredStrategy",
    "keras.utils.np_utils": "keras.utils.to_categorical",
    "keras.utils.training_utils": "tensorflow.distribute.MirroredStrategy",
    "keras.utils.vis_utils": "keras.utils.plot_model",
    "keras.utils.visualize_util": "keras.utils.plot_model",
    "keras.wrappers.scikit_learn": "scikeras.wrappers",
    "matplotlib.cm.get_cmap": "matplotlib.colormaps[name]",
    "matplotlib.mlab.PCA": "numpy.linalg.svd",
    "numpy.Inf": "numpy.inf",
    "numpy.Infinity": "numpy.inf",
    "numpy.NINF": "-numpy.inf",
    "numpy.NaN": "numpy.nan",
    "numpy.PINF": "numpy.inf",
    "numpy.alltrue": "numpy.all",
    "numpy.asfarray": "numpy.asarray",
    "numpy.asscalar": "array.item()",
    "numpy.bool": "bool",
    "numpy.complex": "complex",
    "numpy.complex_": "numpy.complex128",
    "numpy.cumproduct": "numpy.cumprod",
    "numpy.float": "float",
    "numpy.float_": "numpy.float64",
    "numpy.in1d": "numpy.isin",
    "numpy.infty": "numpy.inf",
    "numpy.int": "int",
    "numpy.long": "int",
    "numpy.mat": "numpy.asmatrix",
    "numpy.msort": "numpy.sort(a, axis=0)",
    "numpy.object": "object",
    "numpy.product": "numpy.prod",
    "numpy.rank": "numpy.ndim",
    "numpy.round_": "numpy.round",
    "numpy.row_stack": "numpy.vstack",
    "numpy.sometrue": "numpy.any",
    "numpy.str": "str",
    "numpy.string_": "numpy.bytes_",
    "numpy.trapz": "numpy.trapezoid",
    "numpy.unicode": "str",
    "numpy.unicode_": "numpy.str_",
    "scipy.interp": "numpy.interp",
    "scipy.misc.imread": "matplotlib.pyplot.imread",
    "scipy.misc.imresize": "PIL.Image.Image.resize",
    "scipy.misc.imsave": "matplotlib.pyplot.imsave",
    "scipy.misc.toimage": "PIL.Image.fromarray",
    "sklearn.cross_validation": "sklearn.model_selection",
    "sklearn.datasets.fetch_mldata": "sklearn.datasets.fetch_openml",
    "sklearn.datasets.load_boston": "sklearn.datasets.fetch_openml",
    "sklearn.externals": "joblib",
    "sklearn.grid_search": "sklearn.model_selection",
    "sklearn.metrics.plot_confusion_matrix": "sklearn.metrics.ConfusionMatrixDisplay",
    "sklearn.preprocessing.Imputer": "sklearn.impute.SimpleImputer",
    "tensorflow.ConfigProto": "tensorflow.compat.v1.ConfigProto",
    "tensorflow.GPUOptions": "tensorflow.config",
    "tensorflow.InteractiveSession": "eager execution",
    "tensorflow.Session": "eager execution (without a session)",
    "tensorflow.app": "tensorflow.compat.v1.app",
    "tensorflow.contrib": "tensorflow.keras",
    "tensorflow.enable_eager_execution": "nothing (execution is eager)",
    "tensorflow.examples": "tensorflow.keras.datasets",
    "tensorflow.flags": "tensorflow.compat.v1.flags",
    "tensorflow.get_default_graph": "tensorflow.compat.v1.get_default_graph",
    "tensorflow.get_default_session": "tensorflow.compat.v1.get_default_session",
    "tensorflow.get_variable": "tensorflow.Variable",
    "tensorflow.global_variables_initializer": "nothing (variables have their values at once)",
    "tensorflow.initialize_all_variables": "nothing (variables have their values at once)",
    "tensorflow.layers": "tensorflow.keras.layers",
    "tensorflow.log": "tensorflow.math.log",
    "tensorflow.logging": "tensorflow.get_logger()",
    "tensorflow.mul": "tensorflow.multiply",
    "tensorflow.neg": "tensorflow.negative",
    "tensorflow.placeholder": "function arguments",
    "tensorflow.python.keras": "tensorflow.keras",
    "tensorflow.random_normal": "tensorflow.random.normal",
    "tensorflow.random_uniform": "tensorflow.random.uniform",
    "tensorflow.reset_default_graph": "tensorflow.compat.v1.reset_default_graph",
    "tensorflow.set_random_seed": "tensorflow.random.set_seed",
    "tensorflow.sub": "tensorflow.subtract",
    "tensorflow.summary.FileWriter": "tensorflow.summary.create_file_writer",
    "tensorflow.to_float": "tensorflow.cast",
    "tensorflow.train.AdamOptimizer": "tensorflow.keras.optimizers.Adam",
    "tensorflow.train.GradientDescentOptimizer": "tensorflow.keras.optimizers.SGD",
    "tensorflow.train.MomentumOptimizer": "tensorflow.keras.optimizers.SGD",
    "tensorflow.train.RMSPropOptimizer": "tensorflow.keras.optimizers.RMSprop",
    "tensorflow.truncated_normal": "tensorflow.random.truncated_normal",
    "tensorflow.variable_scope": "tensorflow.compat.v1.variable_scope",
    "time.clock": "time.perf_counter",
    # Methods and arguments, named as in Python's error messages.
    "Functional.fit_generator": "fit",
    "Model.fit_generator": "fit",
    "Sequential.evaluate_generator": "evaluate",
    "Sequential.fit_generator": "fit",
    "Sequential.predict_classes": "predict(x).argmax(axis=-1)",
    "Sequential.predict_generator": "predict",
    "Sequential.predict_proba": "predict",
}
KERAS_OPTIMIZERS = {"adadelta": "Adadelta", "adagrad": "Adagrad", "adam": "Adam", "adamax": "Adamax"}
KERAS_OPTIMIZERS |= {"nadam": "Nadam", "rmsprop": "RMSprop", "sgd": "SGD"}
SUCCESSORS |= {f"keras.optimizers.{old}": f"keras.optimizers.{new}" for old, new in KERAS_OPTIMIZERS.items()}


@cache
def tensorflow_version() -> str | None:
    """Return the installed version of TensorFlow, without importing it; None if it is not installed."""
    for package in ("tensorflow", "tensorflow-cpu"):
        try:
            return importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            continue
    return None


@cache
def _numpy_version() -> str:
    return importlib.metadata.version("numpy")  # without importing it


def versions_here() -> dict[str, Any]:
    """Return the versions of Python, NumPy and TensorFlow, by their keys in a report; None if it is not installed."""
    return {"python": platform.python_version(), "numpy": _numpy_version(), "tensorflow": tensorflow_version()}


def pip_name(module: str) -> str | None:
    """Return the name for pip of the well-known package that ``module`` belongs to, or None."""
    return PIP_NAMES.get(module.split(".")[0])


def service(module: str) -> str | None:
    """Return the name of the online service that ``module`` belongs to, or None."""
    return next((where for path, where in ONLINE.items() if f"{module}.".startswith(f"{path}.")), None)


def is_installed(module: str) -> bool:
    """True if the top-level package of ``module`` can be imported on this machine, also if it is written as TensorBoard."""
    name = module.split(".")[0]
    try:
        return any(importlib.util.find_spec(form) is not None for form in dict.fromkeys([name, name.lower()]))
    except (ImportError, ValueError):
        return False


def missing(requirements: Iterable[str]) -> list[str]:
    """Return the ``requirements`` (such as pandas>=2 or sklearn) that this machine does not meet, in pip's notation."""
    lacking = []
    for text in requirements:
        from packaging.requirements import Requirement  # slow, and few assignments need it

        requirement = Requirement(text)
        name = pip_name(requirement.name) or requirement.name
        installed = _version(name)
        if installed is None and not requirement.specifier and is_installed(requirement.name):
            continue  # installed without pip
        if installed is None or not requirement.specifier.contains(installed, prereleases=True):
            lacking.append(f"{name}{requirement.specifier}")
    return lacking


def includes(requirements: Iterable[str], package: str) -> bool:
    """True if one of the ``requirements`` (such as tensorflow>=2.16) is for this package."""
    return any(
        re.split(r"[^\w.-]", requirement.strip(), maxsplit=1)[0].lower() == package for requirement in requirements
    )


def for_pip(requirements: Iterable[str]) -> list[str]:
    """Return the ``requirements`` (such as pandas>=2 or sklearn) in pip's notation."""
    from packaging.requirements import Requirement  # slow, and few assignments need it

    return [
        f"{pip_name(requirement.name) or requirement.name}{requirement.specifier}"
        for requirement in map(Requirement, requirements)
    ]


def _version(distribution: str) -> str | None:
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def successor(path: str) -> tuple[str, str] | None:
    """Return (removed name, replacement) for ``path`` or for the module or class that contains it, or None."""
    path = _public(path)
    while path:
        if path in SUCCESSORS:
            return path, SUCCESSORS[path]
        path = path.rpartition(".")[0]
    return None


def _public(path: str) -> str:
    """Return the public form of a dotted name: "keras.layers" for "keras.src.layers" or "tensorflow.keras.layers"."""
    path = re.sub(r"^tensorflow\._api\.v\d+\.|^tensorflow\.compat\.v2\.", "tensorflow.", path)
    return re.sub(r"^(keras\._tf_keras\.keras|keras\.src|keras\.api|tensorflow\.keras)(?=\.|$)", "keras", path)
