/** The demo's live screen: what it shows, and how that is laid out in the cells of a terminal. */
package dev.millrace.service.command.demo.board;
