"""Checks of constructor arguments, one wording for all augmentations."""

from collections.abc import Sequence
from pathlib import Path

from kowairo.core import InputError

Range = tuple[float, float]


def checked_range(
    name: str, limits: Range, *, lowest: float = float("-inf"), highest: float = float("inf")
) -> Range:
    """Return (low, high) as floats, or raise InputError where they are not finite, in order and in bounds."""
    if len(limits) != 2:
        raise InputError(f"{name}: expected (low, high), got {limits!r}")
    low, high = float(limits[0]), float(limits[1])
    if not (float("-inf") < low <= high < float("inf")):
        raise InputError(f"{name}: expected finite (low, high) with low <= high, got ({low}, {high})")
    if low < lowest or high > highest:
        raise InputError(f"{name}: expected {lowest:g} to {highest:g}, got ({low:g}, {high:g})")
    return low, high


def checked_counts(name: str, limits: tuple[int, int], *, lowest: int = 0) -> tuple[int, int]:
    """Return (low, high) as whole numbers, or raise InputError where they are not in order and in bounds."""
    if len(limits) != 2 or not lowest <= limits[0] <= limits[1]:
        raise InputError(f"{name}: expected (low, high) with {lowest} <= low <= high, got {limits}")
    return int(limits[0]), int(limits[1])


def checked_band(name: str, limits: Range, *, nyquist_hz: float) -> Range:
    """Return (low, high) in Hz strictly between 0 and the Nyquist frequency, or raise InputError."""
    low, high = checked_range(name, limits)
    if low <= 0.0 or high >= nyquist_hz:
        raise InputError(
            f"{name}: expected frequencies above 0 and below {nyquist_hz:g} Hz, got ({low:g}, {high:g})"
        )
    return low, high


def checked_probability(name: str, value: float) -> float:
    """Return a probability, or raise InputError outside [0, 1]."""
    if not 0.0 <= value <= 1.0:
        raise InputError(f"{name}: expected a probability between 0 and 1, got {value}")
    return float(value)


def checked_not_empty(name: str, items: Sequence[object], *, origin: Path | None = None) -> None:
    """Raise InputError where a sequence that must hold something is empty."""
    if not items:
        where = f" in {origin}" if origin is not None else ""
        raise InputError(f"{name}: expected at least one{where}, got none")
