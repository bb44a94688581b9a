/** Classes that protoc generates from Triton's model configuration; only this module uses them. */
package dev.millrace.triton.proto;
