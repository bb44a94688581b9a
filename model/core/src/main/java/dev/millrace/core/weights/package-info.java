/** Weights under PyTorch's names, and the safetensors and NumPy files that hold them. */
package dev.millrace.core.weights;
