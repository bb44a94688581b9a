/** ONNX files and ONNX Runtime's sessions. The only code that uses ONNX and ONNX Runtime. */
package dev.millrace.onnx;
