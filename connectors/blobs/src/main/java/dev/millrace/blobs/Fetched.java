package dev.millrace.blobs;

/**
 * The data was fetched.
 *
 * @param length the number of bytes
 * @param sha256 the checksum of the bytes: 64 lower-case hexadecimal digits
 * @param tag the version that was read, in at most 200 characters, or null. In S3, this is the
 *     version id or the ETag. On a web server, it is the ETag
 */
public record Fetched(long length, String sha256, String tag) implements FetchResult {}
