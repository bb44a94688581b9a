/**
 * Fetches data by URI from folders, web servers and S3. Only allowed places are read, and each
 * fetch has limits.
 */
package dev.millrace.blobs;
