"""Read and clean the configuration of a Keras model that a submission's worker sent, before a model is built from it.

Only classes of Keras itself from an explicit list are accepted, without any setting that is code or names a file.
Settings that only training needs are dropped: the weights already contain the result of training.
"""

from __future__ import annotations

import json
from typing import Any

MOST_NESTING = 40
MOST_NODES = 50_000
MOST_LAYERS = 500
_LAYERS = """
    Activation ActivityRegularization Add AlphaDropout Average AveragePooling1D AveragePooling2D BatchNormalization
    Bidirectional CenterCrop Concatenate Conv1D Conv2D Conv2DTranspose Cropping2D Dense DepthwiseConv2D Dot Dropout ELU Embedding
    Flatten GRU GaussianDropout GaussianNoise GlobalAveragePooling1D GlobalAveragePooling2D GlobalMaxPooling1D
    GlobalMaxPooling2D GroupNormalization Identity InputLayer LSTM LayerNormalization LeakyReLU MaxPooling1D MaxPooling2D Maximum
    Minimum Multiply Normalization PReLU Permute RandomBrightness RandomContrast RandomCrop RandomFlip RandomRotation
    RandomTranslation RandomZoom ReLU RepeatVector Rescaling Reshape Resizing RMSNormalization SeparableConv2D SimpleRNN Softmax SpatialDropout1D
    SpatialDropout2D SpectralNormalization Subtract TimeDistributed UnitNormalization UpSampling2D ZeroPadding2D
"""
LAYERS = frozenset(_LAYERS.split())
MODELS = frozenset({"Sequential", "Functional"})
_OPERATIONS = """
    Absolute Add Amax Clip Concatenate Divide Elu Exp ExpandDims Flatten Gelu HardSigmoid LeakyRelu Log LogSoftmax Matmul Max Maximum Mean
    Minimum Multiply Negative Power Relu Relu6 Reshape Selu Sigmoid Silu Softmax Softplus Sqrt Square Squeeze Subtract Tanh Transpose TrueDivide
"""
OPERATIONS = frozenset(_OPERATIONS.split())
_ACTIVATIONS = """
    celu elu exponential gelu hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu linear log_sigmoid log_softmax mish relu relu6 selu sigmoid
    silu softmax softplus softsign sparse_plus squareplus swish tanh tanh_shrink threshold
"""
ACTIVATIONS = frozenset(_ACTIVATIONS.split())
SPELT = {
    "sigmoid_v2": "sigmoid",
    "softmax_v2": "softmax",
    "log_softmax_v2": "log_softmax",
    "swish": "silu",
    "leaky_relu_v2": "leaky_relu",
}
PLAIN = ("build_config", "compile_config")  # settings that no part of the model is built from


class NotBuiltIn(Exception):
    """The model cannot be rebuilt from classes of Keras; the text names the foreign class, or is empty."""


def cleaned(raw: bytes) -> dict[str, Any]:
    """Return a configuration that ``keras.saving.deserialize_keras_object`` can use; raises NotBuiltIn."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise NotBuiltIn from error
    if (
        not isinstance(content, dict)
        or content.get("class_name") not in MODELS
        or not isinstance(content.get("config"), dict)
    ):
        raise NotBuiltIn
    reader = _Cleaner()
    return {**_named(content["class_name"]), "config": reader.settings(content["config"], 0)}


def _named(name: str) -> dict[str, Any]:
    module = "keras.layers"
    if name in MODELS:
        module = "keras" if name == "Sequential" else "keras.src.models.functional"
    return {"module": module, "class_name": name, "registered_name": None}


class _Cleaner:
    """Walks through a configuration and builds a clean copy."""

    def __init__(self) -> None:
        self._nodes = 0
        self._layers = 0

    def value(self, item: Any, depth: int) -> Any:
        self._nodes += 1
        if depth > MOST_NESTING or self._nodes > MOST_NODES:
            raise NotBuiltIn
        if isinstance(item, list):
            return [self.value(one, depth + 1) for one in item]
        if isinstance(item, dict):
            return self.object(item, depth) if "class_name" in item else self.settings(item, depth)
        return item

    def settings(self, item: dict[str, Any], depth: int) -> dict[str, Any]:
        """Return plain settings: without those that are only for training, and with activations as names."""
        clean: dict[str, Any] = {}
        for key, one in item.items():
            if key in ("module", "registered_name", "value") or "file" in key or "path" in key or "vocabulary" in key:
                raise NotBuiltIn
            if key.endswith("initializer"):
                clean[key] = "zeros"  # the weights are set afterwards
            elif key.endswith(("regularizer", "constraint")) or key == "quantization_config":
                clean[key] = None
            elif key.endswith("activation"):
                clean[key] = self.activation(one, depth + 1)
            elif key not in PLAIN:
                clean[key] = self.value(one, depth + 1)
        return clean

    def activation(self, item: Any, depth: int) -> Any:
        if isinstance(item, dict) and item.get("class_name") == "function":
            item = item.get("config")  # perhaps a function of TensorFlow; whether it computes the same is checked later
        if isinstance(item, str):
            name = SPELT.get(item, item)
            if name not in ACTIVATIONS:
                raise NotBuiltIn(item)
            return name
        return None if item is None else self.value(item, depth)

    def object(self, item: dict[str, Any], depth: int) -> dict[str, Any]:
        name, module, config = item["class_name"], item.get("module"), item.get("config")
        if not isinstance(name, str):
            raise NotBuiltIn
        if name == "__tuple__" and isinstance(item.get("items"), list):
            return {"class_name": name, "items": [self.value(one, depth + 1) for one in item["items"]]}
        if not isinstance(config, dict):
            raise NotBuiltIn(name)
        if name == "__keras_tensor__":
            return {"class_name": name, "config": self.settings(config, depth + 1)}
        if name == "DTypePolicy" and isinstance(config.get("name"), str):
            return {"module": "keras", "class_name": name, "config": {"name": config["name"]}, "registered_name": None}
        where = module if isinstance(module, str) else ""
        clean: dict[str, Any] = {}
        if where.startswith("keras.src.ops.") and name in OPERATIONS and where.count(".") == 3:
            clean = {"module": where, "class_name": name, "registered_name": name}
        elif any(
            name in names and (where in own or where.startswith(f"keras.src.{part}."))
            for names, own, part in (
                (LAYERS, ("keras.layers",), "layers"),
                (MODELS, ("keras", "keras.models"), "models"),
            )
        ):
            clean = _named(name)
        if not clean or item.get("registered_name") not in (None, name):
            raise NotBuiltIn(name)
        self._layers += 1
        if self._layers > MOST_LAYERS:
            raise NotBuiltIn
        clean["config"] = self.settings(config, depth + 1)
        if isinstance(item.get("build_config"), dict):
            clean["build_config"] = self.settings(item["build_config"], depth + 1)
        for key in ("name", "inbound_nodes"):  # of a layer in a functional model
            if key in item:
                clean[key] = self.value(item[key], depth + 1)
        return clean
