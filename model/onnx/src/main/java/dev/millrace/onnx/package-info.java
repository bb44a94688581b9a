/** Model files and their sessions: the only code that knows ONNX and ONNX Runtime. */
package dev.millrace.onnx;
