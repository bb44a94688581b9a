/** ONNX files and ONNX Runtime's sessions. Only this module uses ONNX and ONNX Runtime. */
package dev.millrace.onnx;
