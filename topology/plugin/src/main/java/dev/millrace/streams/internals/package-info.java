/**
 * The only code that uses Kafka Streams' internal classes. To support another Kafka version, check
 * this package. It depends only on Kafka.
 */
package dev.millrace.streams.internals;
