/** The model repository: immutable, checksummed versions in Triton's folder layout. */
package dev.millrace.core.repository;
