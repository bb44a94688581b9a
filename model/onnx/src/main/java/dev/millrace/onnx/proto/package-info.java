/** ONNX's file format as protoc generates it from {@code onnx.proto}: for this module alone. */
package dev.millrace.onnx.proto;
