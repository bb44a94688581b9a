/**
 * The code that relies on Kafka Streams' internal classes, and no other code. To support another
 * Kafka version, check this package. It depends on Kafka only.
 */
package dev.millrace.streams.internals;
