/**
 * Events whose schemas are in a schema registry: images and predictions as Avro, Protobuf and JSON
 * with a JSON Schema, in Confluent's wire format.
 */
package dev.millrace.registry;
