/**
 * Everything that rests on Kafka Streams' internal classes, and nothing else: the one package to
 * look at when a Kafka version is added. It depends on Kafka only.
 */
package dev.millrace.streams.internals;
