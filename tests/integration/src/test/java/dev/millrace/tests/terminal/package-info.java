/** Commands on a terminal of their own, and pictures of what it shows. */
package dev.millrace.tests.terminal;
