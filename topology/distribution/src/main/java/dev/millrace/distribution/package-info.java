/** Collects the licences of all jars in the archives, and fails if a licence is unknown. */
package dev.millrace.distribution;
