/** Collects the licences of everything that the archives bundle, and fails if one is unknown. */
package dev.millrace.distribution;
