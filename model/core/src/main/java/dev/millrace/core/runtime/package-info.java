/** The interfaces of the inference engine: sessions, and the runtime that opens them. */
package dev.millrace.core.runtime;
