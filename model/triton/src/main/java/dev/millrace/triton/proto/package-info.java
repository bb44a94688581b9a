/** Triton's configuration as protoc generates it: for this module alone. */
package dev.millrace.triton.proto;
