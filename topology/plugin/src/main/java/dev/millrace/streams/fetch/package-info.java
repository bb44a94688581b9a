/**
 * Fetches the images of records that only refer to an image (claim check): in a pool of threads,
 * before the engine decodes them. Knows nothing of Kafka.
 */
package dev.millrace.streams.fetch;
