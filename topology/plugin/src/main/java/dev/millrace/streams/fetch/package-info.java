/**
 * Fetches the images of records that only refer to an image (claim check). A pool of threads
 * fetches an image before the engine decodes it. This package does not depend on Kafka.
 */
package dev.millrace.streams.fetch;
