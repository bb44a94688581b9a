/**
 * {@code millrace dead-letters}: shows the images that could not be classified, and sends them
 * again.
 */
package dev.millrace.service.command.deadletters;
