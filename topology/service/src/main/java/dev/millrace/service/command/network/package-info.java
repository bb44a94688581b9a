/** An architecture's layers and costs, as {@code models describe} prints them. */
package dev.millrace.service.command.network;
