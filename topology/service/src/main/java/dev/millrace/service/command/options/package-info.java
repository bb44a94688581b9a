/** Groups of options that several commands share, and the file that they may stand in. */
package dev.millrace.service.command.options;
