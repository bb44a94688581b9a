/** The port through which a model version runs: sessions, and the runtime that opens them. */
package dev.millrace.core.runtime;
