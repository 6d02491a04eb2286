"""ONNX files with 8-bit products."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from kowairo.core import InputError, atomic_path

# The mel filters, whose energies span decades, and the first layer, which sees them: 2 % of the products.
_EXACT_PRODUCTS = 2


def quantize_onnx(source: Path, path: Path) -> int:
    """Writes a copy of an exported file whose matrix products have 8-bit factors.

    Weights are rounded to 8 bits once, one scale per column; inputs when they come, one scale per call: give
    the file one utterance at a time, or neighbours in a batch change each other's rounding.
    Sums are exact integers; norms and pooling stay float32, as do the first two products, which are the mel
    filters and the first layer. This changes embeddings by more than an export may: measure on voices what it
    costs before the file is used (`kowairo export --formats int8` does).

    Args:
        source: file of `export_onnx`.
        path: the .onnx file to write.

    Returns:
        Number of products with 8-bit factors.

    Raises:
        InputError: there are no products to quantize.
    """
    from onnxruntime.quantization.shape_inference import quant_pre_process

    with TemporaryDirectory() as scratch:
        folded = Path(scratch) / "folded.onnx"
        # Weights that the graph still rearranges become plain tables: only those are quantized.
        quant_pre_process(str(source), str(folded), skip_symbolic_shape=True)
        return _quantize(folded, path)


def _quantize(source: Path, path: Path) -> int:
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic

    graph = onnx.load(source).graph
    weights = {one.name for one in graph.initializer}
    products = [
        node.name
        for node in graph.node
        if node.op_type in ("MatMul", "Gemm") and any(name in weights for name in node.input)
    ]
    if len(products) <= _EXACT_PRODUCTS:
        raise InputError(f"{path.name}: the network has no matrix products that 8 bits would make faster")
    with atomic_path(path) as unfinished:
        quantize_dynamic(
            source,
            unfinished,
            op_types_to_quantize=["MatMul", "Gemm"],
            nodes_to_exclude=products[:_EXACT_PRODUCTS],
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"MatMulConstBOnly": True},
        )
        return [node.op_type for node in onnx.load(unfinished).graph.node].count("MatMulInteger")
