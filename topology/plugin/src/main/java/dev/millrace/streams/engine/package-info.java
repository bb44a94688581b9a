/**
 * The inference engine: images from many partitions become batches, batches become answers. Knows
 * nothing of Kafka.
 */
package dev.millrace.streams.engine;
