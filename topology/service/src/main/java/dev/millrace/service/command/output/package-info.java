/** What commands print: lines for people, JSON for scripts, progress. */
package dev.millrace.service.command.output;
