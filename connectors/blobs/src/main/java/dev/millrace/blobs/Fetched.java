package dev.millrace.blobs;

/**
 * Data was fetched.
 *
 * @param length the number of bytes
 * @param sha256 the checksum of the bytes: 64 lower-case hexadecimal digits
 * @param tag the version that was read, or null: for S3 the version id or the ETag, for a web
 *     server the ETag; at most 200 characters
 */
public record Fetched(long length, String sha256, String tag) implements FetchResult {}
