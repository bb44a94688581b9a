/** Classes that protoc generates from {@code onnx.proto}; only this module uses them. */
package dev.millrace.onnx.proto;
