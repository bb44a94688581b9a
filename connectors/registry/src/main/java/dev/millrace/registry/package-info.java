/**
 * Reads and writes events whose schemas are in a schema registry, in Confluent's wire format.
 * Images and predictions may be Avro, Protobuf, or JSON with a JSON Schema.
 */
package dev.millrace.registry;
