/** Classifies image files with one model, without a topology. */
package dev.millrace.service.command.inference;
