/** Filters log lines before they are written. */
package dev.millrace.service.logging;
