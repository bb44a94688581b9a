/** The layers and the costs of an architecture, for {@code models describe}. */
package dev.millrace.service.command.network;
