/** {@code millrace dead-letters}: what could not be classified, why, and how to try it again. */
package dev.millrace.service.command.deadletters;
