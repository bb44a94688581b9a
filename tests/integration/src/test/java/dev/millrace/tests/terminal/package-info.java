/** Runs commands on a terminal, and draws pictures of what the terminal shows. */
package dev.millrace.tests.terminal;
