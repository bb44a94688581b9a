/** Files that a crash leaves either complete or absent, and SHA-256 checksums. */
package dev.millrace.core.files;
