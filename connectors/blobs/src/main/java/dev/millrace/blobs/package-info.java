/**
 * Fetches bytes that lie in folders, on web servers and in S3, by URI, within limits and from
 * listed places alone.
 */
package dev.millrace.blobs;
