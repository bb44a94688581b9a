/**
 * Image classification as a processor of a Kafka Streams topology, with the exception handlers and
 * Kafka clients that belong to it. Start at {@link dev.millrace.streams.ImageInference}.
 */
package dev.millrace.streams;
