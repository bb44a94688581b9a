/** Groups of options that several commands share, and the configuration file. */
package dev.millrace.service.command.options;
