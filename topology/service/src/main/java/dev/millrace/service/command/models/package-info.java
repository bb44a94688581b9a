/** {@code millrace models} and its commands. */
package dev.millrace.service.command.models;
