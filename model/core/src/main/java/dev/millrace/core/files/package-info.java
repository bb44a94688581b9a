/** Writes files so that they survive a crash, reads whole files, and computes SHA-256 checksums. */
package dev.millrace.core.files;
