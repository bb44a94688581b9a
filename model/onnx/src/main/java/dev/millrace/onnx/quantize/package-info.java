/** Quantises prepared float32 models to 8-bit integers. */
package dev.millrace.onnx.quantize;
